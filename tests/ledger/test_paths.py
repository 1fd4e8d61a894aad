import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.ledger import paths

numbers = st.integers(0, paths.N_MAX)
widths = st.integers(1, 256)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (paths.Place(0, 0), "tile/0/000"),
        (paths.Place(0, 273, 112), "tile/0/273.p/112"),
        (paths.Place(2, 0, 1), "tile/2/000.p/1"),
        (paths.Place(1, 1_234_067), "tile/1/x001/x234/067"),
        (paths.Place(None, 1000, 7), "tile/entries/x001/000.p/7"),
        (paths.Place(0, paths.N_MAX), "tile/0/x036/x028/x797/x018/x963/967"),
    ],
)
def test_a_place_is_spelled_as_tlog_tiles_says(place: paths.Place, text: str) -> None:
    assert paths.path(place) == text
    assert paths.parse(text) == place


@given(st.none() | st.just(0), numbers, widths)
def test_a_spelled_place_reads_back(level: int | None, n: int, width: int) -> None:
    place = paths.Place(level, n, width)
    assert paths.parse(paths.path(place)) == place


def test_tiles_and_bundles_have_their_own_paths() -> None:
    assert paths.tile_path(3, 5) == "tile/3/005"
    assert paths.entries_path(5, 9) == "tile/entries/005.p/9"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/067.p/256",
        "tile/0/067.p/0",
        "tile/0/067.p/07",
        "tile/0/067.p/",
        "tile/0/067/",
        "/tile/0/067",
        "tile/0/067\n",
        "tile//067",
        "tile/../067",
        "tile/0/../../etc",
        "tile/0/x001/../000",
        "tile/0/x001%2f000",
        "tile/0/\uff10\uff16\uff17",
        "tile/7/001",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/x001/x036/x028/x797/x018/x963/967",
        "tile/data/000",
    ],
)
def test_what_is_not_the_one_spelling_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid):
        paths.parse(text)


@given(st.text(alphabet="tileenrs/x.p0123456789", max_size=40))
def test_whatever_parses_is_the_one_spelling(text: str) -> None:
    try:
        place = paths.parse(text)
    except errors.Invalid:
        return
    assert paths.path(place) == text


@pytest.mark.parametrize(
    "place",
    [
        paths.Place(8, 0),
        paths.Place(-1, 0),
        paths.Place(0, -1),
        paths.Place(0, paths.N_MAX + 1),
        paths.Place(0, 0, 0),
        paths.Place(0, 0, 257),
    ],
)
def test_a_place_that_no_ledger_has_is_not_spelled(place: paths.Place) -> None:
    with pytest.raises(errors.Invalid):
        paths.path(place)
