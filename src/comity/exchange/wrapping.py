"""The outside of a parcel: all that a carrier sees (docs/protocol/exchange.md, E6 and E7).

A line of magic, a line of header, one ciphertext. The content key is fresh for every parcel and is
sealed to each recipient; the header is bound to the ciphertext. Recipients stand as tags that
differ in every parcel and mean nothing to those who do not know the recipient's public key. Nothing
here proves who sent it: that is signed inside. `entropy` gives content key and salt; the seals to
recipients draw their own randomness in the cryptography library, so two seals never agree.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity import errors
from comity.exchange import contents, padding
from comity.records import strict_json
from comity.records.ids import AuthorityId

Entropy = Callable[[int], bytes]
"""Gives so many fresh random bytes."""

MAGIC = b"comity-parcel/1\n"
SUITE = "xwing-hkdf-sha256-chacha20poly1305+aes-256-gcm"
HEADER_BYTES_MAX = 2**17
_KEY_BYTES = 32
_SALT_BYTES = 16
_TAG_BYTES = 8
_GCM_TAG_BYTES = 16
_FRAMING_BYTES = 2**17
"""What padding and a compression that does not help may add to the largest body."""

SEALED_BYTES_MAX = (
    len(MAGIC)
    + HEADER_BYTES_MAX
    + padding.bucket(contents.BODY_BYTES_MAX + _FRAMING_BYTES)
    + _GCM_TAG_BYTES
)
"""The largest file that is a parcel; carriers need read no further."""

_WRAPPED_CHARACTERS_MAX = 4_096
_NONCE = bytes(12)  # A content key encrypts exactly one body.
_MEMBERS = {"keys", "salt", "size", "suite"}


class Recipient(Protocol):
    """A node that a parcel is sealed to: its public half (`keys.card.KeyCard` is one)."""

    @property
    def authority(self) -> AuthorityId:
        """Whose node."""

    @property
    def key_id(self) -> str:
        """Which epoch of its keys."""

    @property
    def opening(self) -> bytes:
        """Its public opening key; tags are made from it."""

    def wrap(self, secret: bytes, *, info: bytes) -> bytes:
        """`secret` sealed so that only this node opens it, under the same `info`."""


class Opener(Protocol):
    """This node's private half (`keys.filekeys.Opener` is one)."""

    @property
    def authority(self) -> AuthorityId:
        """Whose node."""

    @property
    def key_id(self) -> str:
        """Which epoch of its keys."""

    @property
    def public(self) -> bytes:
        """The public opening key that others seal to."""

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """What was sealed under `info`; `Unverified` when it does not open."""


@dataclass(frozen=True, slots=True)
class _Header:
    salt: bytes
    keys: dict[str, bytes]
    bound: bytes
    """Magic and header as they came: associated data of the ciphertext."""


def wrap(body: bytes, recipients: Sequence[Recipient], *, entropy: Entropy) -> bytes:
    """`body`, padded and encrypted to every one of `recipients`."""
    distinct = {recipient.opening for recipient in recipients}
    if not 1 <= len(distinct) <= contents.RECIPIENTS_MAX or len(distinct) != len(recipients):
        raise errors.Invalid(
            "parcel-recipients",
            f"1 to {contents.RECIPIENTS_MAX} recipients, each once: {len(recipients)} were given",
        )
    padded = padding.pad(body)
    key, salt = entropy(_KEY_BYTES), entropy(_SALT_BYTES)
    keys = [
        {
            "tag": _tag(salt, recipient.opening),
            "key": base64.b64encode(
                recipient.wrap(key, info=_info(salt, recipient.opening))
            ).decode(),
        }
        for recipient in recipients
    ]
    header = {
        "suite": SUITE,
        "salt": base64.b64encode(salt).decode(),
        "keys": sorted(keys, key=lambda entry: entry["tag"]),
        "size": len(padded) + _GCM_TAG_BYTES,
    }
    bound = MAGIC + strict_json.dumps(header) + b"\n"
    return bound + AESGCM(key).encrypt(_NONCE, padded, bound)


def unwrap(data: bytes, opener: Opener) -> bytes:
    """The body, if it was sealed to `opener`.

    `Invalid` when the outside breaks its form, `Refused` when this key is not among the
    recipients, `Unverified` when anything was altered.
    """
    header, ciphertext = _split(data)
    wrapped = header.keys.get(_tag(header.salt, opener.public))
    if wrapped is None:
        raise errors.Refused(
            "not-addressed-here",
            f"none of the {len(header.keys)} recipients of this parcel is {opener.key_id}",
            next_step="Ask the sender to seal it to your current key card.",
        )
    key = opener.open(wrapped, info=_info(header.salt, opener.public))
    if len(key) != _KEY_BYTES:
        raise _invalid("parcel-header", f"a content key of {len(key)} bytes, not {_KEY_BYTES}")
    try:
        padded = AESGCM(key).decrypt(_NONCE, ciphertext, header.bound)
    except InvalidTag:
        raise errors.Unverified(
            "parcel-altered",
            "the parcel's bytes are not those that its sender sealed",
            next_step="Ask the sender to send it again.",
        ) from None
    return padding.unpad(padded)


def _split(data: bytes) -> tuple[_Header, bytes]:
    """Bounds first: nothing is read into memory twice before its size is known to be taken."""
    if len(data) > SEALED_BYTES_MAX:
        raise _invalid("parcel-too-large", f"{len(data)} bytes, at most {SEALED_BYTES_MAX}")
    if not data.startswith(MAGIC):
        raise _invalid("parcel-magic", "it does not begin like a parcel of version 1")
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + HEADER_BYTES_MAX)
    if end < 0:
        raise _invalid("parcel-header", f"no header of at most {HEADER_BYTES_MAX} bytes")
    said = strict_json.loads(data[len(MAGIC) : end], size_max=HEADER_BYTES_MAX, depth_max=3)
    if not isinstance(said, dict) or set(said) != _MEMBERS:
        raise _invalid("parcel-header", "the header's four members were expected")
    if said["suite"] != SUITE:
        raise errors.Refused(
            "suite-unknown",
            f"sealed with {str(said['suite'])[:80]!r}, known here is {SUITE!r}",
            next_step="Update this node, or ask the sender to use the suite named here.",
        )
    ciphertext = data[end + 1 :]
    if said["size"] != len(ciphertext):
        raise _invalid("parcel-truncated", f"{len(ciphertext)} bytes of {said['size']!r} are here")
    header = _Header(
        salt=_bytes(said["salt"], "salt"), keys=_keys(said["keys"]), bound=data[: end + 1]
    )
    if len(header.salt) != _SALT_BYTES:
        raise _invalid("parcel-header", f"salt: {len(header.salt)} bytes, not {_SALT_BYTES}")
    return header, ciphertext


def _keys(said: Any) -> dict[str, bytes]:
    if not isinstance(said, list) or not 1 <= len(said) <= contents.RECIPIENTS_MAX:
        raise _invalid("parcel-header", f"keys: 1 to {contents.RECIPIENTS_MAX} were expected")
    found: dict[str, bytes] = {}
    for entry in said:
        if not isinstance(entry, dict) or set(entry) != {"tag", "key"}:
            raise _invalid("parcel-header", "keys: each has a tag and a key")
        tag = entry["tag"]
        if not isinstance(tag, str) or len(tag) != 2 * _TAG_BYTES or tag in found:
            raise _invalid("parcel-header", "keys: a tag is malformed or stands twice")
        found[tag] = _bytes(entry["key"], "key")
    return found


def _bytes(text: Any, place: str) -> bytes:
    if not isinstance(text, str) or len(text) > _WRAPPED_CHARACTERS_MAX:
        raise _invalid("parcel-header", f"{place} is not text of a size that is taken")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("parcel-header", f"{place} is not base64") from None


def _tag(salt: bytes, public: bytes) -> str:
    digest = hashlib.sha256(b"comity/parcel-tag/1\n" + salt + public).digest()
    return digest[:_TAG_BYTES].hex()


def _info(salt: bytes, public: bytes) -> bytes:
    context = hashlib.sha256(SUITE.encode() + b"\n" + salt + public).digest()
    return b"comity/parcel-key/1\n" + context


def _invalid(code: str, what: str) -> errors.Invalid:
    return errors.Invalid(
        code, f"not a parcel: {what}", next_step="Ask the sender to send the file again."
    )
