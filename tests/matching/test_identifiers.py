import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matching import identifiers
from comity.matching.identifiers import Grade, IdentifierClass

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
EXAMPLES = {
    IdentifierClass.ONION: f"www[.]{ONION}".upper(),
    IdentifierClass.URL: "hxxps://Shop[.]example:443/a/../b%7e?x=1#y",
    IdentifierClass.DOMAIN: "Bücher[.]example.",
    IdentifierClass.IPV4: "192[.]0[.]2[.]7",
    IdentifierClass.IPV6: "2001:DB8:0::1",
    IdentifierClass.EMAIL: "Alice[at]Example[.]com",
    IdentifierClass.PHONE: "+1 (202) 555-0143",
    IdentifierClass.IBAN: "gb82 west 1234 5698 7654 32",
    IdentifierClass.BTC: "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    IdentifierClass.ETH: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    IdentifierClass.MD5: "0997BA7292DDBAC1C7E7ADE6766ED53C",
    IdentifierClass.SHA1: "D63FF86F05B6F2FB86ABF0DCD16CD2008FA3C158",
    IdentifierClass.SHA256: "7A200C4DF99887991C638FE625D07A4A3FC2BDC887112437752B3DF5C8DA79B6",
    IdentifierClass.PGP: "0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567",
    IdentifierClass.HANDLE: "Telegram: @Alice",
}
SOUP = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from([*EXAMPLES.values(), *" .,:/@[]()+|\n0123456789abcdef"]),
        st.sampled_from(["hxxp", "http://", "[.]", ".onion", "bc1", "0x", "xn--", "::", "DE89"]),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("cls", IdentifierClass)
def test_every_class_has_an_example_a_form_and_a_grade(cls: IdentifierClass) -> None:
    identifier = identifiers.normalise(cls, f"  {EXAMPLES[cls]} ")
    assert identifier.value != EXAMPLES[cls]
    assert identifier.original == f"  {EXAMPLES[cls]} "
    assert identifier.grade is identifiers.GRADES[cls]


@pytest.mark.parametrize("cls", IdentifierClass)
@given(text=SOUP)
def test_a_normal_form_is_its_own_normal_form(cls: IdentifierClass, text: str) -> None:
    for written in (text, EXAMPLES[cls], EXAMPLES[cls] + text, text + EXAMPLES[cls]):
        try:
            once = identifiers.normalise(cls, written).value
        except errors.Invalid:
            continue
        assert identifiers.normalise(cls, once).value == once


@given(SOUP)
def test_recognising_never_raises_and_finds_what_stands_in_the_text(text: str) -> None:
    found = identifiers.recognise(text)
    keys = [(identifier.cls, identifier.value) for identifier in found]
    assert len(set(keys)) == len(keys)
    for identifier in found:
        assert identifier.original in text
        again = identifiers.normalise(identifier.cls, identifier.value)
        assert again.value == identifier.value


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_characters_are_only_a_text(text: str) -> None:
    identifiers.recognise(text)


# A fingerprint in one piece is taken for a SHA-1: see test_spotting.py.
@pytest.mark.parametrize("cls", sorted(set(IdentifierClass) - {IdentifierClass.PGP}))
def test_an_identifier_in_normal_form_is_recognised_in_a_sentence(cls: IdentifierClass) -> None:
    value = identifiers.normalise(cls, EXAMPLES[cls]).value
    found = identifiers.recognise(f"We saw {value}, among others.")
    assert (cls, value) in [(identifier.cls, identifier.value) for identifier in found]


def values(text: str) -> list[tuple[str, str]]:
    return [(identifier.cls.value, identifier.value) for identifier in identifiers.recognise(text)]


def test_a_url_yields_itself_and_its_host_and_nothing_inside() -> None:
    text = f"hxxp://{ONION}/?pay=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4&to=a@b.example"
    assert values(text) == [
        ("url", f"http://{ONION}/?pay=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4&to=a@b.example"),
        ("onion", ONION),
    ]


def test_an_email_address_does_not_yield_its_domain() -> None:
    assert values("alice@shop.example") == [("email", "alice@shop.example")]


def test_a_host_that_many_share_is_not_yielded() -> None:
    assert values("https://t.me/alice_1") == [("url", "https://t.me/alice_1")]


def test_where_the_longest_piece_is_none_the_pieces_count() -> None:
    assert values(f"http:///{ONION}") == [("onion", ONION)]
    assert values("http://192.168.0.1/8.8.8.8") == [("ipv4", "8.8.8.8")]


def test_each_is_given_once_in_the_order_of_the_text() -> None:
    text = "b.example a.example B[.]example 8.8.8.8"
    assert values(text) == [("domain", "b.example"), ("domain", "a.example"), ("ipv4", "8.8.8.8")]


def test_the_original_is_what_stood_in_the_text() -> None:
    [identifier] = identifiers.recognise("at Shop[.]Example now")
    assert identifier.original == "Shop[.]Example"


def test_an_account_ends_where_its_check_digits_say() -> None:
    assert values("DE89 3704 0044 0532 0130 00 AND MORE") == [("iban", "DE89370400440532013000")]


@pytest.mark.parametrize(
    "text",
    [
        "setup.exe", "version 1.2.3", "10.0.0.1", "12:30:45", "d41d8cd98f00b204e9800998ecf8427e",
        "+1 555 0100", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "a" * 56 + ".onion", "co.uk", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_identifier_is_none(text: str) -> None:
    assert identifiers.recognise(text) == []


@pytest.mark.parametrize("text", ["", "   ", "a" * 2_049, "a\x00b.example", "a.example\ud800"])
def test_nothing_too_much_and_control_characters_are_refused(text: str) -> None:
    for cls in IdentifierClass:
        with pytest.raises(errors.Invalid):
            identifiers.normalise(cls, text)


def test_only_telephone_numbers_look_at_the_region() -> None:
    number = identifiers.normalise(IdentifierClass.PHONE, "030 901820", region="DE")
    assert number.value == "+4930901820"
    name = identifiers.normalise(IdentifierClass.DOMAIN, "a.example", region="DE")
    assert name.value == "a.example"


def test_what_can_be_listed_is_graded_b() -> None:
    listed = {cls for cls, grade in identifiers.GRADES.items() if grade is Grade.B}
    assert listed == {
        IdentifierClass.URL, IdentifierClass.DOMAIN, IdentifierClass.IPV4, IdentifierClass.IPV6,
        IdentifierClass.EMAIL, IdentifierClass.PHONE, IdentifierClass.HANDLE,
    }  # fmt: skip


def test_identifiers_do_not_change() -> None:
    identifier = identifiers.normalise(IdentifierClass.DOMAIN, "a.example")
    with pytest.raises(dataclasses.FrozenInstanceError):
        identifier.value = "b.example"  # type: ignore[misc]
