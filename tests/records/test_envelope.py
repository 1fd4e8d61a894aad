"""DSSE: what verifies, what does not, and that others agree about both."""

import base64
import hashlib
import json
from typing import Any

import nacl.signing
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from comity import errors
from comity.records import envelope
from comity.records.envelope import RECORD_TYPE, VerifyingKey
from tests.records.signing import LYON, TURIN, Signer

PAYLOAD = b'{"said":"something"}'
SEALED = envelope.seal(RECORD_TYPE, PAYLOAD, LYON)


def outer(**changes: Any) -> bytes:
    """The envelope of PAYLOAD with members changed; None takes one out."""
    members = json.loads(SEALED) | changes
    return json.dumps({name: one for name, one in members.items() if one is not None}).encode()


def signature(**changes: Any) -> list[dict[str, Any]]:
    members = json.loads(SEALED)["signatures"][0] | changes
    return [{name: one for name, one in members.items() if one is not None}]


def test_the_encoding_that_is_signed_is_that_of_the_specification() -> None:
    assert envelope.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert envelope.pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.text(
    st.characters(exclude_categories=["Cs"])), st.binary())  # fmt: skip
def test_no_two_contents_are_signed_alike(
    kind: str, payload: bytes, other_kind: str, other: bytes
) -> None:
    same = (kind, payload) == (other_kind, other)
    assert (envelope.pae(kind, payload) == envelope.pae(other_kind, other)) == same


def test_what_was_sealed_is_read_and_verifies() -> None:
    read = envelope.parse(SEALED)
    envelope.verify(read, [LYON.key])
    assert (read.payload_type, read.payload) == (RECORD_TYPE, PAYLOAD)
    assert read.digest == hashlib.sha256(envelope.pae(RECORD_TYPE, PAYLOAD)).hexdigest()


@pytest.mark.parametrize("keys", [[], [TURIN.key], [Signer(LYON.authority, 2).key]])
def test_a_wrong_key_does_not_verify(keys: list[VerifyingKey]) -> None:
    with pytest.raises(errors.Unverified) as refused:
        envelope.verify(envelope.parse(SEALED), keys)
    assert refused.value.code == "signature-wrong"


def test_what_was_signed_as_one_thing_is_not_another() -> None:
    read = envelope.parse(outer(payloadType="application/vnd.comity.parcel+json"))
    assert read.digest != envelope.parse(SEALED).digest
    with pytest.raises(errors.Unverified):
        envelope.verify(read, [LYON.key])


@given(st.integers(0, len(PAYLOAD) * 8 - 1))
def test_a_flipped_bit_of_the_payload_never_verifies(place: int) -> None:
    changed = bytearray(PAYLOAD)
    changed[place // 8] ^= 1 << place % 8
    read = envelope.parse(outer(payload=base64.b64encode(changed).decode()))
    with pytest.raises(errors.Unverified):
        envelope.verify(read, [LYON.key])


@given(st.integers(0, 511))
def test_a_flipped_bit_of_the_signature_never_verifies(place: int) -> None:
    changed = bytearray(envelope.parse(SEALED).signatures[0][1])
    changed[place // 8] ^= 1 << place % 8
    read = envelope.parse(outer(signatures=signature(sig=base64.b64encode(changed).decode())))
    with pytest.raises(errors.Unverified):
        envelope.verify(read, [LYON.key])


@pytest.mark.parametrize("hint", ["", "it-turin#1", "anything", None])
def test_the_hint_decides_nothing(hint: str | None) -> None:
    read = envelope.parse(outer(signatures=signature(keyid=hint)))
    envelope.verify(read, [TURIN.key, LYON.key])
    assert read.digest == envelope.parse(SEALED).digest


def test_one_good_signature_among_others_is_enough_and_the_id_is_the_same() -> None:
    other = json.loads(envelope.seal(RECORD_TYPE, PAYLOAD, TURIN))["signatures"]
    junk = [{"keyid": "x", "sig": base64.b64encode(bytes(64)).decode()}]
    read = envelope.parse(outer(signatures=junk + other + signature()))
    envelope.verify(read, [LYON.key])
    envelope.verify(read, [TURIN.key])
    assert read.digest == envelope.parse(SEALED).digest


MALFORMED = {
    "no object": b"[]",
    "a member is missing": outer(payload=None),
    "a member too many": outer(extra=1),
    "payload is no text": outer(payload=7),
    "payload is not base64": outer(payload="?"),
    "payload is base64url": outer(payload="_-_-"),
    "payload without padding": outer(payload="QQ"),
    "payload with bits beyond its end": outer(payload="QR=="),
    "payload with a line break": outer(payload="QUJD\nQUJD"),
    "payload not ASCII": outer(payload="ÄÖÜß"),
    "type is no text": outer(payloadType=["x"]),
    "no signatures": outer(signatures=[]),
    "signatures are no list": outer(signatures={"0": signature()[0]}),
    "too many signatures": outer(signatures=signature() * 9),
    "a signature is no object": outer(signatures=["x"]),
    "a signature without sig": outer(signatures=signature(sig=None)),
    "a signature with more": outer(signatures=signature(cert="x")),
    "keyid is no text": outer(signatures=signature(keyid=1)),
    "sig is not base64": outer(signatures=signature(sig="!")),
    "deeper than an envelope is": outer(payload=[[["x"]]]),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_envelope_is_refused(name: str) -> None:
    with pytest.raises(errors.Invalid):
        envelope.parse(MALFORMED[name])


def test_eight_signatures_are_read() -> None:
    assert len(envelope.parse(outer(signatures=signature() * 8)).signatures) == 8


def test_an_envelope_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(errors.Invalid) as refused:
        envelope.parse(SEALED, size_max=len(SEALED) - 1)
    assert refused.value.code == "json-too-large"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_invalid(data: bytes) -> None:
    with pytest.raises(errors.Invalid):
        envelope.parse(data)


# --- Ed25519 at its edges: libsodium decides, and it is strict -----------------------------------

ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = [
    bytes(32),
    (1).to_bytes(32, "little"),
    (2**255 - 20).to_bytes(32, "little"),
    (2**255 - 19).to_bytes(32, "little"),
    (2**255 - 18).to_bytes(32, "little"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
]


@pytest.mark.parametrize("key", SMALL_ORDER, ids=lambda key: key.hex()[:8])
@pytest.mark.parametrize("point", SMALL_ORDER[:3], ids=lambda point: point.hex()[:8])
def test_a_key_of_small_order_verifies_nothing(key: bytes, point: bytes) -> None:
    """With such a key anybody can make signatures that lax implementations take."""
    assert not VerifyingKey("x", key).verify(b"any message", point + bytes(32))


def test_a_signature_has_one_spelling() -> None:
    """S and S + L are the same scalar; the second spelling is refused."""
    message = envelope.pae(RECORD_TYPE, PAYLOAD)
    good = LYON.sign(message)
    scalar = int.from_bytes(good[32:], "little")
    assert LYON.key.verify(message, good)
    assert not LYON.key.verify(message, good[:32] + (scalar + ORDER).to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_a_signature_of_another_length_verifies_nothing(length: int) -> None:
    assert not LYON.key.verify(b"message", bytes(length))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_verifies_nothing(length: int) -> None:
    assert not VerifyingKey("x", bytes(length)).verify(b"message", bytes(64))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_two_libraries_sign_and_verify_alike(seed: bytes, message: bytes) -> None:
    pyca = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    sodium = nacl.signing.SigningKey(seed)
    made = pyca.sign(message)
    assert made == sodium.sign(message).signature
    key = VerifyingKey("x", pyca.public_key().public_bytes_raw())
    assert key.verify(message, made)
    pyca.public_key().verify(made, message)
    assert not key.verify(message + b"x", made)
    with pytest.raises(InvalidSignature):
        pyca.public_key().verify(made, message + b"x")


# --- another implementation of DSSE --------------------------------------------------------------


def others_key(signer: Signer) -> SSlibKey:
    public = ed25519.Ed25519PublicKey.from_public_bytes(signer.public)
    return SSlibKey.from_crypto(public, signer.key_id)


def test_another_implementation_verifies_what_we_seal() -> None:
    theirs = dsse.Envelope.from_dict(json.loads(SEALED))
    assert theirs.pae() == envelope.pae(RECORD_TYPE, PAYLOAD)
    assert set(theirs.verify([others_key(LYON)], 1)) == {LYON.key_id}
    wrong = SSlibKey.from_crypto(
        ed25519.Ed25519PublicKey.from_public_bytes(TURIN.public), LYON.key_id
    )
    with pytest.raises(VerificationError):
        theirs.verify([wrong], 1)


def test_we_verify_what_another_implementation_seals() -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(TURIN.seed)
    theirs = dsse.Envelope(PAYLOAD, RECORD_TYPE, {})
    theirs.sign(CryptoSigner(private, others_key(TURIN)))
    read = envelope.parse(json.dumps(theirs.to_dict()).encode())
    envelope.verify(read, [TURIN.key])
    assert read.digest == envelope.parse(SEALED).digest
