import hashlib

import pytest

from comity import errors
from comity.matching import digests


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_a_digest_is_lower_case_hexadecimal(name: str) -> None:
    digest = hashlib.new(name, b"something").hexdigest()
    assert digests.file_digest(name, digest.upper()) == digest


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_the_empty_file_is_everybodys(name: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        digests.file_digest(name, hashlib.new(name, b"").hexdigest())
    assert refused.value.code == "identifier-too-common"


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "g" * 32, "٠" * 32])
def test_another_length_or_alphabet_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        digests.file_digest("md5", text)
    assert refused.value.code == "identifier-bad-form"


@pytest.mark.parametrize(
    "text",
    [
        "0123456789abcdef0123456789abcdef01234567",
        "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567",
        "0x0123456789ABCDEF0123456789ABCDEF01234567",
        "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67",
    ],
)
def test_a_fingerprint_is_upper_case_without_spaces(text: str) -> None:
    assert digests.pgp(text) == "0123456789ABCDEF0123456789ABCDEF01234567"


def test_a_fingerprint_of_version_6_has_64_digits() -> None:
    assert digests.pgp("ab" * 32) == "AB" * 32


@pytest.mark.parametrize("text", ["89ABCDEF", "0123456789ABCDEF", "Z" * 40, ""])
def test_a_short_key_id_is_no_fingerprint(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        digests.pgp(text)
    assert "short key ids" in refused.value.next_step
