"""Sealing to a public key: HPKE (RFC 9180) over X-Wing, so captured bytes stay shut later too.

X-Wing is ML-KEM-768 joined with X25519 (draft-connolly-cfrg-xwing-kem, KEM id 0x647a): it holds as
long as either does. Base mode only: sealing proves nothing about who sealed, so whatever matters is
signed inside. `info` is the context of a seal and must be the same at opening. The randomness of a
seal is drawn by the cryptography library itself. Here are public keys only, and the seed's meaning.
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from comity import errors

SUITE = "xwing-hkdf-sha256-chacha20poly1305"
SEED_BYTES = 32
PUBLIC_BYTES = 1216
OVERHEAD_BYTES = 1136

_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_SEED_BYTES = 64
_HPKE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def seal(public: bytes, secret: bytes, *, info: bytes) -> bytes:
    """`secret` sealed to the holder of `public`: `OVERHEAD_BYTES` longer. `Invalid` for no key."""
    if len(public) != PUBLIC_BYTES:
        raise _not_a_key(f"{len(public)} bytes where {PUBLIC_BYTES} were expected")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:]),
        )
        return _HPKE.encrypt(secret, key, info=info)
    except ValueError as fault:  # Not reduced modulo q, or a point of small order.
        raise _not_a_key(str(fault)) from None


def open_(seed: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """What was sealed to the key of `seed` under `info`; `Unverified` when it does not open."""
    try:
        return _HPKE.decrypt(sealed, hpke.MLKEM768X25519PrivateKey(*_expand(seed)), info=info)
    except InvalidTag:
        raise errors.Unverified(
            "sealed-key-wrong",
            "the sealed key was made for another key or context, or was altered",
            next_step="Ask the sender to seal it again to your current key.",
        ) from None


def public_of(seed: bytes) -> bytes:
    """The public key of the 32-byte X-Wing seed: ML-KEM-768, then X25519."""
    first, second = _expand(seed)
    return first.public_key().public_bytes_raw() + second.public_key().public_bytes_raw()


def _expand(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    """Two private keys from one seed (X-Wing draft, 5.2: SHAKE-256 to 96 bytes)."""
    if len(seed) != SEED_BYTES:
        raise _not_a_key(f"a seed of {len(seed)} bytes where {SEED_BYTES} were expected")
    stream = hashlib.shake_256(seed).digest(_MLKEM_SEED_BYTES + 32)
    return (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(stream[:_MLKEM_SEED_BYTES]),
        x25519.X25519PrivateKey.from_private_bytes(stream[_MLKEM_SEED_BYTES:]),
    )


def _not_a_key(what: str) -> errors.Invalid:
    return errors.Invalid("opening-key-malformed", f"not an X-Wing key: {what}")
