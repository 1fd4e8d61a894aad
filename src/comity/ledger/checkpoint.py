"""Checkpoints: what a ledger held, signed by its owner and cosigned by witnesses (clauses L6).

A checkpoint is a signed note of three lines: origin, size, root (C2SP tlog-checkpoint). A
cosignature says that a witness saw it follow from every earlier one that it saw, and when
(C2SP tlog-cosignature). Witnesses are counted by authority, never by key or by line.

A checkpoint may be signed only for leaves that are durable: the caller commits first (L6.9).
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from comity import errors
from comity.ledger import notes, spelling, tree
from comity.records import ids

ORIGIN_PREFIX: Final = "comity/"

_TIME = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a ledger: whose it is, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def body(self) -> bytes:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{spelling.digest_line(self.root)}".encode()


def origin_of(authority: ids.AuthorityId) -> str:
    """The origin line of an authority's ledger, and the name that its keys sign under."""
    return ORIGIN_PREFIX + authority


def authority_of(origin: str) -> ids.AuthorityId:
    """Whose ledger `origin` names; `Invalid` if it is not an authority's."""
    name = origin.removeprefix(ORIGIN_PREFIX)
    if not origin.startswith(ORIGIN_PREFIX) or not ids.is_authority(name):
        raise _malformed(f"{origin[:80]!r} does not name an authority's ledger")
    return ids.AuthorityId(name)


def owner_key(authority: ids.AuthorityId, public: bytes) -> notes.Key:
    """The key with which an authority signs the checkpoints of its own ledger."""
    return notes.Key(origin_of(authority), notes.ED25519, public)


def witness_key(authority: ids.AuthorityId, public: bytes) -> notes.Key:
    """The key with which an authority cosigns the checkpoints of others."""
    return notes.Key(origin_of(authority), notes.COSIGNATURE_ED25519, public)


def sign(checkpoint: Checkpoint, public: bytes, sign_with: notes.Sign) -> bytes:
    """The checkpoint as a note signed by its owner, whose public key is `public`."""
    key = owner_key(authority_of(checkpoint.origin), public)
    signature = notes.Signature(key.name, key.key_id, sign_with(checkpoint.body()))
    note = notes.encode(notes.Note(checkpoint.body(), (signature,)))
    parse(note)
    return note


def parse(data: bytes) -> tuple[Checkpoint, notes.Note]:
    """Read a checkpoint and its note; `Invalid` names what is wrong. Verifies nothing."""
    note = notes.parse(data)
    lines = note.text.decode().split("\n")
    if len(lines) != 4 or not lines[0]:
        # More lines would be extensions, which nobody audits (L6.3).
        raise _malformed("it has not exactly the lines origin, size and root")
    checkpoint = Checkpoint(
        lines[0], spelling.number(lines[1], "the size"), spelling.digest(lines[2], "the root")
    )
    if checkpoint.size == 0 and checkpoint.root != tree.EMPTY_ROOT:
        raise _malformed("it gives a ledger without leaves a root of its own")
    return checkpoint, note


def verify(data: bytes, keys: Iterable[notes.Key]) -> Checkpoint:
    """The checkpoint in `data`, if its owner signed it with one of `keys`; else `Unverified`.

    A line that claims to be by one of the owner's keys and is not fails the whole note.
    """
    checkpoint, note = parse(data)
    signed = False
    for key in keys:
        if key.name != checkpoint.origin or key.algorithm != notes.ED25519:
            continue
        for signature in filter(key.made, note.signatures):
            if not notes.verifies(key.public, note.text, signature.blob):
                raise _unverified(f"the signature of {key.name} is not over these bytes")
            signed = True
    if not signed:
        raise _unverified(f"no known key of {checkpoint.origin} signed it")
    return checkpoint


def cosign(
    checkpoint: Checkpoint,
    witness: ids.AuthorityId,
    public: bytes,
    sign_with: notes.Sign,
    *,
    cosigned_at: int,
) -> bytes:
    """The line by which `witness` cosigns `checkpoint` at `cosigned_at`, in POSIX seconds.

    Only `witness.decide` says whether it may; what it accepted must be durable first (L8.5).
    """
    key = witness_key(witness, public)
    authority_of(checkpoint.origin), authority_of(key.name)
    blob = _TIME.pack(cosigned_at) + sign_with(cosigned_message(checkpoint.body(), cosigned_at))
    return notes.line(notes.Signature(key.name, key.key_id, blob))


def cosigned_message(body: bytes, cosigned_at: int) -> bytes:
    """What an Ed25519 cosignature signs; it does not name the cosigner, so a key has one name."""
    return b"cosignature/v1\ntime %d\n%b" % (cosigned_at, body)


def witnesses(data: bytes, keys: Iterable[notes.Key]) -> dict[ids.AuthorityId, int]:
    """The authorities that cosigned this checkpoint, each with the earliest time it states.

    Each counts once, however many keys or lines it has, and an owner does not count as a witness
    of its own ledger (L7.5). A line that claims to be by one of `keys` and is not fails the whole
    note; keys of types that cannot be verified here count for nothing.
    """
    checkpoint, note = parse(data)
    seen: dict[ids.AuthorityId, int] = {}
    for key in keys:
        if key.algorithm != notes.COSIGNATURE_ED25519 or key.name == checkpoint.origin:
            continue
        authority = authority_of(key.name)
        for signature in filter(key.made, note.signatures):
            cosigned_at = _cosigned_at(key, note.text, signature)
            seen[authority] = min(cosigned_at, seen.get(authority, cosigned_at))
    return seen


def with_cosignatures(data: bytes, lines: bytes, keys: Iterable[notes.Key]) -> bytes:
    """The note `data` with those of a witness's answered `lines` that verify under `keys`.

    Lines by unknown keys, and second lines by one key, are left out.
    """
    _, note = parse(data)
    kept = list(note.signatures)
    answered = notes.parse_lines(lines)
    for key in keys:
        if key.algorithm != notes.COSIGNATURE_ED25519 or any(map(key.made, kept)):
            continue
        for signature in list(filter(key.made, answered))[:1]:
            _cosigned_at(key, note.text, signature)
            kept.append(signature)
    return notes.encode(notes.Note(note.text, tuple(kept)))


def _cosigned_at(key: notes.Key, text: bytes, signature: notes.Signature) -> int:
    """The time that a verified cosignature states."""
    stamp, made = signature.blob[: _TIME.size], signature.blob[_TIME.size :]
    cosigned_at: int = _TIME.unpack(stamp)[0] if len(stamp) == _TIME.size else -1
    in_range = 0 <= cosigned_at < 2**63
    if not in_range or not notes.verifies(key.public, cosigned_message(text, cosigned_at), made):
        raise _unverified(f"the cosignature of {key.name} is not over these bytes")
    return cosigned_at


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("checkpoint-malformed", f"not a checkpoint: {what}")


def _unverified(what: str) -> errors.Unverified:
    return errors.Unverified(
        "checkpoint-unverified",
        f"the checkpoint does not hold: {what}",
        next_step="Fetch it again from its owner; if it repeats, tell the owner's operator.",
    )
