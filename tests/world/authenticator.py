"""An authenticator in software: what a browser and a security key do together, with real keys."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import helpers

from comity.desk import passkeys

SITE = passkeys.Site(host="localhost", origin="http://localhost:8440")
_PRESENT, _VERIFIED, _NEW = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return str(helpers.bytes_to_base64url(data))


@dataclass
class Authenticator:
    """One security key with any number of passkeys. `verifies`: whether it asks for a finger."""

    site: passkeys.Site = SITE
    verifies: bool = True
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    count: int = 0

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What a browser sends after making a passkey."""
        key, name = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.keys[text(name)] = key
        credential = (
            bytes(16) + len(name).to_bytes(2, "big") + name + helpers.encode_cbor(_cose(key))
        )
        attested = helpers.encode_cbor(
            {"fmt": "none", "attStmt": {}, "authData": self._data(_NEW) + credential}
        )
        client = self._client("webauthn.create", options["challenge"])
        return {
            "id": text(name),
            "rawId": text(name),
            "type": "public-key",
            "response": {"clientDataJSON": text(client), "attestationObject": text(attested)},
        }

    def get(self, options: Mapping[str, Any], passkey: str = "") -> dict[str, Any]:
        """What a browser sends after using a passkey; the first one unless named."""
        name = passkey or next(iter(self.keys))
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(0)
        signature = self.keys[name].sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signature),
            },
        }

    def _data(self, flags: int) -> bytes:
        self.count += 1
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        host = hashlib.sha256(self.site.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, use: str, challenge: str) -> bytes:
        said = {"type": use, "challenge": challenge, "origin": self.site.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()


def _cose(key: ec.EllipticCurvePrivateKey) -> dict[int, Any]:
    """The public key as RFC 9052 writes it: ES256 on P-256."""
    point = key.public_key().public_numbers()
    return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
