"""Signers with fixed keys, and salts that count: what the tests of this room share."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import nacl.signing
from cryptography.hazmat.primitives.asymmetric import ed25519

from comity.records import envelope
from comity.records.ids import AuthorityId


@dataclass(frozen=True)
class Signer:
    """Signs with pyca, as nodes do; its key is made from its name, so that tests repeat."""

    authority: AuthorityId
    epoch: int = 1

    @property
    def seed(self) -> bytes:
        return hashlib.sha256(self.key_id.encode()).digest()

    @property
    def key_id(self) -> str:
        return f"{self.authority}#{self.epoch}"

    @property
    def public(self) -> bytes:
        return bytes(nacl.signing.SigningKey(self.seed).verify_key)

    @property
    def key(self) -> envelope.VerifyingKey:
        return envelope.VerifyingKey(self.key_id, self.public)

    def sign(self, message: bytes) -> bytes:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


LYON = Signer(AuthorityId("fr-lyon"))
TURIN = Signer(AuthorityId("it-turin"))


def salts(name: str = "salt") -> Callable[[], bytes]:
    """Sixteen bytes a call, another each time and the same in every run."""
    count = 0

    def salt() -> bytes:
        nonlocal count
        count += 1
        return hashlib.sha256(f"{name} {count}".encode()).digest()[:16]

    return salt
