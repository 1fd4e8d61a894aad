"""Digests of files and fingerprints of keys, in normal form."""

import hashlib
import re

from comity.matching import refusing

_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}
_EMPTY = {name: hashlib.new(name, b"", usedforsecurity=False).hexdigest() for name in _LENGTHS}
_HEX = re.compile(r"[0-9a-f]+")


def file_digest(name: str, text: str) -> str:
    """Lower-case hexadecimal of the length that `name` (md5, sha1, sha256) has."""
    digest = text.lower()
    if len(digest) != _LENGTHS[name] or _HEX.fullmatch(digest) is None:
        refusing.refuse("bad-form", text, f"{name} has {_LENGTHS[name]} hexadecimal digits")
    if digest == _EMPTY[name]:
        refusing.refuse("too-common", text, "is the digest of the empty file, which all have")
    return digest


def pgp(text: str) -> str:
    """Upper-case hexadecimal without spaces: 40 digits (version 4) or 64 (version 6, RFC 9580)."""
    fingerprint = re.sub(r"[\s:]", "", text).upper().removeprefix("0X")
    if len(fingerprint) not in {40, 64} or _HEX.fullmatch(fingerprint.lower()) is None:
        refusing.refuse(
            "bad-form", text, "a fingerprint has 40 or 64 hexadecimal digits",
            "Give the whole fingerprint: short key ids are easily forged.",
        )  # fmt: skip
    return fingerprint
