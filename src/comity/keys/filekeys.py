"""A node's private keys in a folder, one folder for each epoch.

`create` makes them, `load` brings them into memory. With a passphrase the secrets are encrypted
(scrypt, AES-256-GCM); without one, whoever reads the folder is this node. Neither protects from
root on the running machine. One key never serves two purposes. The private keys stay inside the
objects given out: they sign and open, and show only their public halves.
"""

import base64
import datetime
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import nacl.signing
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from comity import errors
from comity.keys import card as cards
from comity.keys import lock, private_files, sealing, tls
from comity.records import ids, strict_json

FORMAT = "comity-keys/1"
_SECRETS = "keys.json"
_CARD = "card.json"
_TLS_KEY = "tls.key"
_TLS_CERTIFICATE = "tls.pem"
_PURPOSES = ("signing", "checkpoint", "cosign", "opening", "tls_password")
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one purpose as one authority (`records.envelope.Signer`)."""

    authority: ids.AuthorityId
    key_id: str
    _key: nacl.signing.SigningKey

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return bytes(self._key.verify_key)

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032), 64 bytes."""
        return self._key.sign(message).signature

    def __repr__(self) -> str:
        return f"Signer({self.key_id})"


class Opener:
    """Opens what was sealed to this node, and seals what only it shall read again."""

    def __init__(self, authority: ids.AuthorityId, key_id: str, seed: bytes) -> None:
        self.authority = authority
        self.key_id = key_id
        self.public = sealing.public_of(seed)
        self._seed = seed

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """What was sealed under `info`; `Unverified` when it does not open."""
        return sealing.open_(self._seed, sealed, info=info)

    def wrap(self, secret: bytes, *, info: bytes) -> bytes:
        """`secret` sealed to this node itself, for keeping at rest."""
        return sealing.seal(self.public, secret, info=info)

    def __repr__(self) -> str:
        return f"Opener({self.key_id})"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What the listener for peers is started with. The password opens the private key's file."""

    certificate: Path
    private_key: Path
    password: str

    def __repr__(self) -> str:
        return f"TlsFiles({self.certificate})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKeys:
    """Everything that one epoch of a node's keys can do."""

    card: cards.KeyCard
    signer: Signer
    """Records, parcels, receipts."""
    checkpoint: Signer
    """This node's own checkpoints."""
    cosign: Signer
    """Other nodes' checkpoints, as their witness."""
    opener: Opener
    tls: TlsFiles


def create(
    folder: Path,
    authority: ids.AuthorityId,
    *,
    passphrase: bytes | None,
    now: datetime.datetime,
    epoch: int = 1,
) -> NodeKeys:
    """Make the keys of `epoch` in `folder`; `Conflict` when it holds keys already.

    1. Make the TLS pair, so that its certificate can stand in the card.
    2. Write what may be written over: TLS files and card. No secret has been used so far.
    3. Write the secrets last. A crash before leaves a folder that `load` refuses as incomplete and
       that `create` may fill again.
    """
    if not ids.is_authority(authority):
        raise errors.Invalid("authority-malformed", f"{authority!r} is no authority's id")
    private_files.make_folder(folder)
    if (folder / _SECRETS).exists():
        raise errors.Conflict(
            "keys-exist",
            f"{folder} holds keys already; they are never written over",
            next_step="Use the keys that are there, or name another folder for the next epoch.",
        )
    key_id = cards.key_id(authority, epoch)
    held = {purpose: secrets.token_bytes(_SEED_BYTES) for purpose in _PURPOSES}

    # (1)
    tls_key = ec.generate_private_key(ec.SECP256R1())
    certificate = tls.self_signed(tls_key, authority, now)
    sealed_tls_key = tls_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_password(held))
    )
    keys = _assemble(folder, authority, key_id, held, certificate)

    # (2)
    private_files.write(folder / _TLS_KEY, sealed_tls_key, replace=True)
    private_files.write(folder / _TLS_CERTIFICATE, certificate.encode(), replace=True)
    private_files.write(folder / _CARD, cards.dumps(keys.card), replace=True)

    # (3)
    private_files.write(folder / _SECRETS, _secrets_file(key_id, held, passphrase), replace=False)
    return keys


def load(folder: Path, *, passphrase: bytes | None) -> NodeKeys:
    """The keys in `folder`.

    `Refused` when others may read it or the passphrase is wrong, `NotFound` when they are missing
    or incomplete, `Unverified` when the files do not belong together.
    """
    private_files.check_private(folder)
    private_files.check_private(folder / _TLS_KEY)
    key_id, held = _secrets(private_files.read(folder / _SECRETS), passphrase)
    stored = cards.loads(private_files.read(folder / _CARD))
    certificate = private_files.read(folder / _TLS_CERTIFICATE).decode("ascii", "replace")
    keys = _assemble(folder, stored.authority, key_id, held, certificate)
    if keys.card != stored:
        raise _damaged(f"{folder / _CARD} does not belong to the secrets beside it")
    return keys


def read_card(folder: Path) -> cards.KeyCard:
    """The public card in `folder`; needs no passphrase."""
    return cards.loads(private_files.read(folder / _CARD))


def _assemble(
    folder: Path,
    authority: ids.AuthorityId,
    key_id: str,
    held: dict[str, bytes],
    certificate: str,
) -> NodeKeys:
    signing, checkpoint, cosign = (
        Signer(authority, key_id, nacl.signing.SigningKey(held[purpose]))
        for purpose in ("signing", "checkpoint", "cosign")
    )
    opener = Opener(authority, key_id, held["opening"])
    return NodeKeys(
        card=cards.KeyCard(
            authority=authority,
            key_id=key_id,
            signing=signing.public,
            checkpoint=checkpoint.public,
            cosign=cosign.public,
            opening=opener.public,
            certificate=certificate,
        ),
        signer=signing,
        checkpoint=checkpoint,
        cosign=cosign,
        opener=opener,
        tls=TlsFiles(folder / _TLS_CERTIFICATE, folder / _TLS_KEY, _password(held).decode()),
    )


def _password(held: dict[str, bytes]) -> bytes:
    """The TLS library wants a password of characters; this one is as strong as a key."""
    return held["tls_password"].hex().encode()


def _secrets_file(key_id: str, held: dict[str, bytes], passphrase: bytes | None) -> bytes:
    inner = b"".join(held[purpose] for purpose in _PURPOSES)
    locked = None
    if passphrase is not None:
        locked, inner = lock.shut(inner, passphrase, context=key_id.encode(), entropy=os.urandom)
    return strict_json.dumps(
        {
            "format": FORMAT,
            "key_id": key_id,
            "lock": locked,
            "secrets": base64.b64encode(inner).decode(),
        }
    )


def _secrets(data: bytes, passphrase: bytes | None) -> tuple[str, dict[str, bytes]]:
    outer = strict_json.loads(data, depth_max=3)
    try:
        if outer["format"] != FORMAT:
            raise _damaged(f"{_SECRETS} has format {outer['format']!r}, not {FORMAT!r}")
        key_id, locked = str(outer["key_id"]), outer["lock"]
        inner = base64.b64decode(outer["secrets"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise _damaged(f"{_SECRETS} lacks a member or has one of the wrong form") from None
    if locked is None and passphrase is not None:
        raise errors.Refused(
            "keys-not-protected",
            "a passphrase was given, but these keys are not encrypted",
            next_step="Leave the passphrase out, or make new keys with one.",
        )
    if locked is not None:
        inner = lock.open_(locked, inner, passphrase, context=key_id.encode())
    if len(inner) != len(_PURPOSES) * _SEED_BYTES:
        raise _damaged(f"{_SECRETS} holds {len(inner)} bytes of secrets")
    parts = (inner[at : at + _SEED_BYTES] for at in range(0, len(inner), _SEED_BYTES))
    return key_id, dict(zip(_PURPOSES, parts, strict=True))


def _damaged(what: str) -> errors.Unverified:
    return errors.Unverified(
        "keys-damaged", what, next_step="Restore the keys folder from its backup, as a whole."
    )
