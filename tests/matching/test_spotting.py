import pytest

from comity.matching import spotting


def spots(text: str, cls: str) -> list[str]:
    return [text[s.start : s.end] for s in spotting.candidates(text) if s.cls == cls]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("(see http://a.example/b).", "http://a.example/b"),
        ("http://a.example/b_(c), then", "http://a.example/b_(c)"),
        ("<http://a.example/>", "http://a.example/"),
        ("**http://a.example**", "http://a.example"),
        ("http://[2001:db8::1]/x!", "http://[2001:db8::1]/x"),
    ],
)
def test_a_url_ends_where_the_sentence_goes_on(text: str, url: str) -> None:
    assert spots(text, "url") == [url]


def test_an_account_is_offered_at_every_length() -> None:
    offered = spots("DE89 3704 0044 0532 0130 00 AND MORE", "iban")
    assert "DE89 3704 0044 0532 0130 00" in offered
    assert len(offered) > 1


def test_a_fingerprint_is_told_from_a_sha1_by_what_stands_before_it() -> None:
    digits = "0123456789ABCDEF0123456789ABCDEF01234567"
    assert spots(f"Fingerprint: {digits}", "pgp") == [digits]
    assert spots(digits, "pgp") == []


@pytest.mark.parametrize(
    "text", ["1.2.3.4.5", "a1.2.3.4", "1.2.3.0/24", "session: started", "12:30:45", "v1.2.3"]
)
def test_numbers_and_words_are_not_offered_as_addresses(text: str) -> None:
    assert spots(text, "ipv4") == []
    assert spots(text, "handle") == []


@pytest.mark.parametrize(
    "unit",
    [
        "a", "a.", "a@", "1.", "1:", "A1 ", "+1 ", "0x", "http://", "x-", "abcd ", ".onion",
        "AA11" + "A" * 40 + " ", "+1" + "1" * 20 + "x ", "a." * 12 + "_ ", "f" * 70 + " ",
    ],
)  # fmt: skip
def test_no_text_makes_the_patterns_slow(unit: str) -> None:
    """A pattern that tries every way to cut a word would need minutes here, and the test ends."""
    text = unit * (200_000 // len(unit))
    assert sum(1 for _ in spotting.candidates(text)) <= len(text)
