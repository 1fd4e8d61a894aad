"""Secrets under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM keeps the bytes.

The work factor costs an attacker about a second and 256 MiB for each guess; the passphrase's own
strength is the limit. Context is bound, so that the secrets of one epoch never open as another's.
"""

import base64
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from comity import errors

WORK_LOG2 = 18
_WORK_LOG2_MAX = 20
_BLOCK = 8
_SALT_BYTES = 16
_NONCE = bytes(12)  # Each salt gives a fresh key, which encrypts exactly once.


def shut(
    secret: bytes, passphrase: bytes, *, context: bytes, entropy: Callable[[int], bytes]
) -> tuple[dict[str, Any], bytes]:
    """The lock's description (public) and the encrypted bytes."""
    if not passphrase:
        raise errors.Invalid("passphrase-empty", "an empty passphrase protects nothing")
    salt = entropy(_SALT_BYTES)
    key = _key(passphrase, salt, WORK_LOG2)
    described = {"scrypt_log2": WORK_LOG2, "salt": base64.b64encode(salt).decode()}
    return described, AESGCM(key).encrypt(_NONCE, secret, context)


def open_(
    described: dict[str, Any], sealed: bytes, passphrase: bytes | None, *, context: bytes
) -> bytes:
    """The secret; `Refused` without the right passphrase."""
    if passphrase is None:
        raise errors.Refused(
            "passphrase-needed",
            "these keys are encrypted",
            next_step="Start again and give the passphrase.",
        )
    try:
        work = int(described["scrypt_log2"])
        salt = base64.b64decode(described["salt"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise errors.Invalid("lock-malformed", "the lock of the keys cannot be read") from None
    if not 1 <= work <= _WORK_LOG2_MAX:
        raise errors.Invalid("lock-malformed", f"work factor {work}, at most {_WORK_LOG2_MAX}")
    try:
        return AESGCM(_key(passphrase, salt, work)).decrypt(_NONCE, sealed, context)
    except InvalidTag:
        raise errors.Refused(
            "passphrase-wrong",
            "the passphrase does not open these keys, or the file was altered",
            next_step="Try again; if you are sure of the passphrase, restore the backup.",
        ) from None


def _key(passphrase: bytes, salt: bytes, work_log2: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**work_log2, r=_BLOCK, p=1).derive(passphrase)
