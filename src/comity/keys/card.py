"""A node's public keys, as other authorities need them: what the directory holds of a node.

Five keys, one purpose each: records are signed with one, this node's checkpoints with another,
other nodes' checkpoints with a third; parcels are opened with the fourth, TLS uses the fifth.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity import errors
from comity.keys import sealing
from comity.records import ids, strict_json

FORMAT = "comity-card/1"
_ED25519_BYTES = 32
_MEMBERS = {
    "format",
    "authority",
    "key_id",
    "signing",
    "checkpoint",
    "cosign",
    "opening",
    "certificate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCard:
    """The public half of one epoch of a node's keys."""

    authority: ids.AuthorityId
    key_id: str
    """`<authority>#<epoch>`: a hint by which signers and recipients are named."""
    signing: bytes
    """Ed25519, 32 bytes: records, parcels and receipts."""
    checkpoint: bytes
    """Ed25519, 32 bytes: the checkpoints of this node's own ledger."""
    cosign: bytes
    """Ed25519, 32 bytes: witness of other nodes' checkpoints."""
    opening: bytes
    """X-Wing, 1216 bytes: what is sealed to this node."""
    certificate: str
    """PEM: the one certificate that the node's listener for peers shows."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate's DER in hex, for people to compare."""
        return hashlib.sha256(_der(self.certificate)).hexdigest()

    def wrap(self, secret: bytes, *, info: bytes) -> bytes:
        """`secret` sealed so that only this node opens it, under the same `info`."""
        return sealing.seal(self.opening, secret, info=info)


def key_id(authority: ids.AuthorityId, epoch: int) -> str:
    """The name of an authority's keys of `epoch`, counted from 1."""
    return f"{authority}#{epoch}"


def is_key_id(text: str, authority: str) -> bool:
    """Whether `text` names an epoch of the keys of `authority`."""
    return re.fullmatch(re.escape(authority) + r"#[1-9][0-9]{0,5}", text) is not None


def dumps(card: KeyCard) -> bytes:
    """The card as JSON, to hand to the other authorities."""
    return strict_json.dumps(
        {
            "format": FORMAT,
            "authority": card.authority,
            "key_id": card.key_id,
            "signing": base64.b64encode(card.signing).decode(),
            "checkpoint": base64.b64encode(card.checkpoint).decode(),
            "cosign": base64.b64encode(card.cosign).decode(),
            "opening": base64.b64encode(card.opening).decode(),
            "certificate": card.certificate,
        }
    )


def loads(data: bytes) -> KeyCard:
    """Read a card; `Invalid` names the member that is wrong. Says nothing about whose it is."""
    said = strict_json.loads(data, depth_max=2)
    if not isinstance(said, dict) or set(said) != _MEMBERS or said["format"] != FORMAT:
        raise _malformed(f"the members of {FORMAT} were expected")
    authority, name, certificate = said["authority"], said["key_id"], said["certificate"]
    if not isinstance(authority, str) or not ids.is_authority(authority):
        raise _malformed(f"authority: {authority!r} is no authority's id")
    if not isinstance(name, str) or not is_key_id(name, authority):
        raise _malformed(f"key_id: {name!r} is not {authority}#<epoch>")
    if not isinstance(certificate, str):
        raise _malformed("certificate is not text")
    _der(certificate)
    return KeyCard(
        authority=ids.AuthorityId(authority),
        key_id=name,
        signing=_key(said, "signing", _ED25519_BYTES),
        checkpoint=_key(said, "checkpoint", _ED25519_BYTES),
        cosign=_key(said, "cosign", _ED25519_BYTES),
        opening=_key(said, "opening", sealing.PUBLIC_BYTES),
        certificate=certificate,
    )


def _key(said: dict[str, Any], name: str, size: int) -> bytes:
    try:
        key = base64.b64decode(said[name], validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise _malformed(f"{name} is not base64") from None
    if len(key) != size:
        raise _malformed(f"{name}: {len(key)} bytes where {size} were expected")
    return key


def _der(pem: str) -> bytes:
    try:
        return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    except ValueError:
        raise _malformed("certificate is not one PEM certificate") from None


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid(
        "card-malformed",
        f"not a key card: {what}",
        next_step="Ask the other authority for its card.json again.",
    )
