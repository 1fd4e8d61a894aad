"""What an id looks like."""

import pytest
from pydantic import TypeAdapter, ValidationError

from comity.records import ids

DIGESTS = ["0" * 64, "0123456789abcdef" * 4]
NOT_DIGESTS = ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n", " " + "0" * 63]
AUTHORITIES = ["nl-nhtcu", "eu-ec3", "de-bka-zac", "us-a-b-c", "fra-x1", "xx-" + "a" * 20]
NOT_AUTHORITIES = [
    "", "nl", "n-x", "NL-x", "nl-", "nl--x", "nl-x-", "nl_x", "12-x", "nl-X", "nl-x\n", "nl-é",
    "nl-a-b-c-d", "xx-" + "a" * 21, "xx-" + "-".join(["a" * 20] * 3), "٣٣-x", " nl-x",
]  # fmt: skip


@pytest.mark.parametrize("text", DIGESTS)
def test_a_digest_is_64_small_hex_digits(text: str) -> None:
    assert ids.is_digest(text)
    assert TypeAdapter(ids.RecordRef).validate_python(text) == text


@pytest.mark.parametrize("text", NOT_DIGESTS)
def test_anything_else_is_no_digest(text: str) -> None:
    assert not ids.is_digest(text)
    with pytest.raises(ValidationError):
        TypeAdapter(ids.RecordRef).validate_python(text)


@pytest.mark.parametrize("text", AUTHORITIES)
def test_an_authority_is_a_country_or_body_and_a_short_name(text: str) -> None:
    assert ids.is_authority(text)
    assert TypeAdapter(ids.AuthorityRef).validate_python(text) == text


@pytest.mark.parametrize("text", NOT_AUTHORITIES)
def test_anything_else_is_no_authority(text: str) -> None:
    assert not ids.is_authority(text)
    with pytest.raises(ValidationError):
        TypeAdapter(ids.AuthorityRef).validate_python(text)
