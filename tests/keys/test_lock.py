import os
from typing import Any

import pytest

from comity import errors
from comity.keys import lock


@pytest.fixture(scope="module")
def locked() -> tuple[dict[str, Any], bytes]:
    return lock.shut(b"secret", b"correct horse", context=b"nl-nhtcu#1", entropy=os.urandom)


def test_the_right_passphrase_opens_the_lock(locked: tuple[dict[str, Any], bytes]) -> None:
    described, sealed = locked
    assert lock.open_(described, sealed, b"correct horse", context=b"nl-nhtcu#1") == b"secret"
    assert b"secret" not in sealed


@pytest.mark.parametrize(
    ("passphrase", "context", "code"),
    [
        (b"correct horsf", b"nl-nhtcu#1", "passphrase-wrong"),
        (b"correct horse", b"nl-nhtcu#2", "passphrase-wrong"),
        (None, b"nl-nhtcu#1", "passphrase-needed"),
    ],
)
def test_a_lock_refuses_another_passphrase_or_context(
    locked: tuple[dict[str, Any], bytes], passphrase: bytes | None, context: bytes, code: str
) -> None:
    described, sealed = locked
    with pytest.raises(errors.Refused) as refused:
        lock.open_(described, sealed, passphrase, context=context)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "described",
    [{}, {"scrypt_log2": 40, "salt": "AAAA"}, {"scrypt_log2": 0, "salt": "AAAA"},
     {"scrypt_log2": 4, "salt": "?"}, {"scrypt_log2": None, "salt": "AAAA"}],
)  # fmt: skip
def test_a_lock_that_asks_for_endless_work_or_is_malformed_is_invalid(
    described: dict[str, Any],
) -> None:
    with pytest.raises(errors.Invalid) as refused:
        lock.open_(described, b"x", b"correct horse", context=b"")
    assert refused.value.code == "lock-malformed"


def test_an_empty_passphrase_is_invalid() -> None:
    with pytest.raises(errors.Invalid):
        lock.shut(b"secret", b"", context=b"", entropy=os.urandom)
