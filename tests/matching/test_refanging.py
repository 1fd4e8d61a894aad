import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.matching import refanging


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hxxp://a[.]example", "http://a.example"),
        ("hXXps://a(.)example", "https://a.example"),
        ("h**ps://a{.}example", "https://a.example"),
        ("h**p://a[dot]example", "http://a.example"),
        ("hxxps[://]a(dot)example", "https://a.example"),
        ("hxxps[:]//a.example", "https://a.example"),
        ("x[at]y[.]example", "x@y.example"),
        ("x(@)y{dot}example", "x@y.example"),
        ("1[.]2[.]3[.]4", "1.2.3.4"),
        ("the hxxp habit", "the hxxp habit"),
        ("nothing here", "nothing here"),
    ],
)
def test_defanged_pieces_are_written_out(text: str, meant: str) -> None:
    assert refanging.refang(text) == meant


@given(st.lists(st.sampled_from(["[.]", "(at)", "hxxp", "://", "a", "é", " ", "[:]", "."])))
def test_places_lead_back_to_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    plain, places = refanging.refang_with_places(text)
    assert plain == refanging.refang(text)
    assert len(places) == len(plain) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)
    if plain == text:
        assert places == list(range(len(text) + 1))
