"""DSSE v1: the signed envelope over exact bytes.

The payload is kept and verified as it came; nothing is ever encoded again to verify it. The type
is part of what is signed, so bytes signed as one thing never verify as another. `keyid` is a hint
that anybody can change: it chooses which key to try first, and decides nothing.
(DSSE protocol, https://github.com/secure-systems-lab/dsse; clauses R2.)
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import nacl.exceptions
import nacl.signing

from comity import errors
from comity.records import strict_json
from comity.records.ids import AuthorityId

RECORD_TYPE = "application/vnd.comity.record+json"
SIGNATURES_MAX = 8
_SIZE_MAX = 2 * strict_json.SIZE_MAX


class Signer(Protocol):
    """Signs as one authority with one key."""

    @property
    def authority(self) -> AuthorityId:
        """In whose name it signs."""

    @property
    def key_id(self) -> str:
        """The hint that tells verifiers which key to try."""

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032) of `message`."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public Ed25519 key: 32 raw bytes and the hint by which signers name it."""

    key_id: str
    public: bytes

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`; small-order keys never verify."""
        try:
            nacl.signing.VerifyKey(self.public).verify(message, signature)
        except (nacl.exceptions.CryptoError, ValueError, TypeError):
            return False
        return True


class Keyring(Protocol):
    """Which keys an authority signs records with."""

    def keys_of(self, authority: AuthorityId) -> Sequence[VerifyingKey]:
        """Its keys of all epochs that still verify, newest first; none for a stranger."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope. Its payload is not to be believed before `verify`."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]
    digest: str
    """SHA-256 of the pre-authentication encoding, in hex: independent of who signed."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: what is signed, and what ids are digests of."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload_type: str, payload: bytes, signer: Signer) -> bytes:
    """The envelope's bytes, signed once. A second signature would be one more list entry."""
    signature = signer.sign(pae(payload_type, payload))
    # In the order and spelling of `strict_json.dumps`; base64 has nothing to be escaped.
    return b'{"payload":"%b","payloadType":%b,"signatures":[{"keyid":%b,"sig":"%b"}]}' % (
        base64.b64encode(payload),
        strict_json.dumps(payload_type),
        strict_json.dumps(signer.key_id),
        base64.b64encode(signature),
    )


def parse(data: bytes, *, size_max: int = _SIZE_MAX) -> Envelope:
    """Read an envelope; `Invalid` names what is wrong with its form. Verifies nothing."""
    outer = strict_json.loads(data, size_max=size_max, depth_max=4)
    if not isinstance(outer, dict) or set(outer) != {"payload", "payloadType", "signatures"}:
        raise _malformed("the three members of DSSE were expected")
    payload_type, signatures = outer["payloadType"], outer["signatures"]
    if not isinstance(payload_type, str) or not isinstance(signatures, list):
        raise _malformed("payloadType or signatures is of the wrong form")
    if not 1 <= len(signatures) <= SIGNATURES_MAX:
        raise _malformed(f"{len(signatures)} signatures where 1 to {SIGNATURES_MAX} are taken")
    payload = _decoded(outer["payload"], "payload")
    return Envelope(
        payload_type=payload_type,
        payload=payload,
        signatures=tuple(_signature(entry) for entry in signatures),
        digest=hashlib.sha256(pae(payload_type, payload)).hexdigest(),
    )


def verify(envelope: Envelope, keys: Iterable[VerifyingKey]) -> None:
    """Raise `Unverified` unless one of `keys` signed these bytes under this type."""
    message = pae(envelope.payload_type, envelope.payload)
    tried = list(keys)
    for hint, signature in envelope.signatures:
        for key in sorted(tried, key=lambda key: key.key_id != hint):
            if key.verify(message, signature):
                return
    raise errors.Unverified(
        "signature-wrong",
        f"no signature on {envelope.digest} is by any of the {len(tried)} keys of its author",
        next_step="Ask the sender again; if it repeats, tell the sender's operator.",
    )


def _signature(entry: Any) -> tuple[str, bytes]:
    if not isinstance(entry, dict) or not {"keyid", "sig"} >= set(entry) >= {"sig"}:
        raise _malformed("a signature has sig and may have keyid")
    hint = entry.get("keyid", "")
    if not isinstance(hint, str):
        raise _malformed("keyid is not text")
    return hint, _decoded(entry["sig"], "sig")


def _decoded(text: Any, place: str) -> bytes:
    if not isinstance(text, str):
        raise _malformed(f"{place} is not text")
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed(f"{place} is not base64") from None
    if base64.b64encode(decoded).decode() != text:
        raise _malformed(f"{place} has bits beyond its last byte")
    return decoded


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("envelope-malformed", f"not a DSSE envelope: {what}")
