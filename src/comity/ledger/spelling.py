"""How numbers and hashes are spelled in the ledger's texts (clauses L1.4 and L1.5).

Each value has one spelling. A second one would let anybody change a text without breaking its
signature, and make two implementations disagree about what they read.
"""

import base64
import binascii
import re

from comity import errors
from comity.ledger import tree

HASHES_MAX = 63
"""The longest proof in the largest ledger."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def number(text: str, place: str) -> int:
    """A decimal number without sign or leading zeros, at most 2**63 - 1."""
    if _NUMBER.fullmatch(text) is None or int(text) > tree.SIZE_MAX:
        raise _misspelled(f"{place} is {text[:40]!r}, not a number up to 2**63 - 1")
    return int(text)


def base64_bytes(text: str, place: str) -> bytes:
    """The bytes of standard base64 (RFC 4648 section 4) with padding, in its one spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise _misspelled(f"{place} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise _misspelled(f"{place} has bits beyond its last byte")
    return raw


def digest(text: str, place: str) -> bytes:
    """The 32 bytes of a hash in base64."""
    raw = base64_bytes(text, place)
    if len(raw) != tree.HASH_SIZE:
        raise _misspelled(f"{place} has {len(raw)} bytes, not {tree.HASH_SIZE}")
    return raw


def digests(lines: list[str], place: str) -> tuple[bytes, ...]:
    """The hashes of a proof, one a line."""
    if len(lines) > HASHES_MAX:
        raise _misspelled(f"{place} has {len(lines)} hashes, more than {HASHES_MAX}")
    return tuple(digest(text, f"hash {at} of {place}") for at, text in enumerate(lines, start=1))


def digest_line(digest_bytes: bytes) -> str:
    """A hash as a line of text."""
    return base64.b64encode(digest_bytes).decode() + "\n"


def _misspelled(what: str) -> errors.Invalid:
    return errors.Invalid("ledger-text", f"cannot be read: {what}")
