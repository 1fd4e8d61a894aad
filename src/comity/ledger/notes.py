"""Signed notes and the keys that sign them (C2SP signed-note; clauses L6.4 to L6.8).

A note is text, an empty line, and one line per signature. It is kept and verified as it came.
Reading is strict: whatever has a second spelling, or could steer a terminal, is refused. A
signature by a key that the reader does not know is kept and counts for nothing.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from comity import errors
from comity.ledger import spelling
from comity.records import envelope

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_ML_DSA_44: Final = 0x06
"""Known so that its keys and lines can be read and kept; not verified here, so never counted."""

SIGNATURES_MAX: Final = 64
NOTE_SIZE_MAX: Final = 262_144
"""Bytes; 64 signature lines of ML-DSA-44 take about 210,000."""

Sign = Callable[[bytes], bytes]
"""A message to its Ed25519 signature (RFC 8032), 64 bytes."""

_KEY_SIZES = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA_44: 1312}
_KEY_ID_SIZE = 4
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name, for one signature type."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, say which key a line is by: a hint, not a proof."""
        return key_id(self.name, self.algorithm, self.public)

    def made(self, signature: "Signature") -> bool:
        """Whether `signature` says that it is by this key."""
        return signature.name == self.name and signature.key_id == self.key_id


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose it says it is, and the bytes after the key id."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. Its text is not to be believed before a signature is verified."""

    text: bytes
    """What is signed, the last newline included."""

    signatures: tuple[Signature, ...]


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The id of a key under `name`, for signatures of type `algorithm`."""
    described = name.encode() + b"\n" + bytes([algorithm]) + public
    return hashlib.sha256(described).digest()[:_KEY_ID_SIZE]


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the Ed25519 signature of `message` by the 32 bytes of `public`."""
    return envelope.VerifyingKey("", public).verify(message, signature)


def format_key(key: Key) -> str:
    """The key as text that a person can hand on: `name+id+key`, a vkey."""
    _check_key(key)
    material = base64.b64encode(bytes([key.algorithm]) + key.public).decode()
    return f"{key.name}+{key.key_id.hex()}+{material}"


def parse_key(text: str) -> Key:
    """The key that a vkey describes; `Invalid` if it is misspelled or its id does not match."""
    name, _, rest = text.partition("+")
    written_id, _, material = rest.partition("+")
    raw = spelling.base64_bytes(material, "the verifying key")
    if not raw:
        raise _malformed_key("it holds no key")
    key = Key(name, raw[0], raw[1:])
    _check_key(key)
    if written_id != key.key_id.hex():
        raise _malformed_key(f"its id is {written_id[:16]!r} where the key has {key.key_id.hex()}")
    return key


def line(signature: Signature) -> bytes:
    """The signature as a line of a note."""
    blob = base64.b64encode(signature.key_id + signature.blob).decode()
    return f"{_DASH}{signature.name} {blob}\n".encode()


def encode(note: Note) -> bytes:
    """The note's bytes; `Invalid` if they could not be read back as the same note."""
    data = note.text + b"\n" + b"".join(map(line, note.signatures))
    if parse(data) != note:
        raise _malformed("its text does not end with a newline")
    return data


def parse(data: bytes) -> Note:
    """Read a note; `Invalid` names what is wrong with its form. Verifies nothing."""
    if len(data) > NOTE_SIZE_MAX:
        raise _malformed(f"{len(data)} bytes are more than {NOTE_SIZE_MAX}")
    _check_characters(data)
    end = data.rfind(b"\n\n")
    if end < 0:
        raise _malformed("no empty line parts a text from its signatures")
    return Note(data[: end + 1], parse_lines(data[end + 2 :]))


def parse_lines(data: bytes) -> tuple[Signature, ...]:
    """Read signature lines: the end of a note, or what a witness answers."""
    _check_characters(data)
    if not data.endswith(b"\n"):
        raise _malformed("the last signature line does not end")
    lines = data.decode().split("\n")[:-1]
    if len(lines) > SIGNATURES_MAX:
        raise _malformed(f"{len(lines)} signatures are more than {SIGNATURES_MAX}")
    return tuple(_signature(text, place) for place, text in enumerate(lines, start=1))


def _signature(text: str, place: int) -> Signature:
    name, space, written = text.removeprefix(_DASH).partition(" ")
    if not text.startswith(_DASH) or not space or not _is_name(name):
        raise _malformed(f"line {place} after the text is not a signature")
    raw = spelling.base64_bytes(written, f"signature {place}")
    if len(raw) <= _KEY_ID_SIZE:
        raise _malformed(f"signature {place} is empty")
    return Signature(name, raw[:_KEY_ID_SIZE], raw[_KEY_ID_SIZE:])


def _check_characters(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        raise _malformed(f"byte {wrong.start} is not UTF-8") from None
    if control := _CONTROL.search(data):
        raise _malformed(f"byte {control.start()} is a control character")


def _check_key(key: Key) -> None:
    if not _is_name(key.name):
        raise _malformed_key(f"{key.name[:80]!r} is not a key name")
    if key.algorithm not in _KEY_SIZES:
        raise _malformed_key(f"signature type {key.algorithm:#04x} is not known")
    if len(key.public) != _KEY_SIZES[key.algorithm]:
        raise _malformed_key(f"the key has {len(key.public)} bytes")


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("note-malformed", f"not a signed note: {what}")


def _malformed_key(what: str) -> errors.Invalid:
    return errors.Invalid(
        "vkey-malformed",
        f"not a verifying key: {what}",
        next_step="Copy the whole key again from the authority's own publication.",
    )
