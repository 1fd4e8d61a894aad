import pytest

from comity import errors
from comity.matching import contacts

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Alice@Example.COM", "alice@example.com"),
        ("a.b+c@example.com", "a.b+c@example.com"),
        ("x@BÜCHER.example", "x@xn--bcher-kva.example"),
        ("É@example.com", "é@example.com"),
        (f"Seller@www.{ONION}", f"seller@{ONION}"),
    ],
)
def test_an_email_address_is_folded_on_both_sides(text: str, normal: str) -> None:
    assert contacts.email(text) == normal


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b.example", "a b@c.example", "a@b", "a@[8.8.8.8]", f"a b@{ONION}"]
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        contacts.email(text)
    assert refused.value.code == "identifier-bad-form"


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("+49 30 901820", None, "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("+49 30 901820", "NL", "+4930901820"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("tel:+31-20-123-4567;ext=9", None, "+31201234567"),
        ("+39 06 1234 5678", None, "+390612345678"),
    ],
)
def test_a_telephone_number_is_e164(text: str, region: str | None, normal: str) -> None:
    assert contacts.phone(text, region) == normal


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("030 901820", None, "bad-form"),
        ("+999 123456789", None, "bad-form"),
        ("12", "DE", "bad-length"),
        ("+1 202 555 01434444", None, "bad-length"),
        ("030 901820", "XX", "region"),
        ("030 901820", "de", "region"),
    ],
)
def test_a_number_that_reaches_nobody_is_refused(text: str, region: str | None, code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        contacts.phone(text, region)
    assert refused.value.code == f"identifier-{code}"


def test_a_number_without_country_says_what_to_do() -> None:
    with pytest.raises(errors.Invalid) as refused:
        contacts.phone("030 901820")
    assert "country code" in refused.value.next_step


@pytest.mark.parametrize(
    ("text", "assigned"), [("+12025550143", True), ("+15550100", False), ("nonsense", False)]
)
def test_a_number_in_no_range_of_its_country_is_not_assigned(text: str, assigned: bool) -> None:
    assert contacts.is_assigned_phone(text) is assigned


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Telegram:@Alice_1", "telegram:alice_1"),
        ("telegram: alice_1", "telegram:alice_1"),
        ("xmpp:Alice@jabber.example", "xmpp:alice@jabber.example"),
        ("forum.example:ＡＬＩＣＥ", "forum.example:alice"),
        ("matrix:@alice:server.example", "matrix:alice:server.example"),
    ],
)
def test_a_handle_is_its_service_and_its_folded_name(text: str, normal: str) -> None:
    assert contacts.handle(text) == normal


@pytest.mark.parametrize(
    "text", ["alice", ":alice", "telegram:", "telegram:@", "tele gram:a", "telegram:a b",
             "telegram:a\u200bb", "telegram:" + "a" * 129]
)  # fmt: skip
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        contacts.handle(text)
    assert refused.value.code == "identifier-bad-form"
