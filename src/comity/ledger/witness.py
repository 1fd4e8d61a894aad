"""What a witness answers, and how it proves that a ledger was shown in two versions (clauses L8).

Pure: the caller says what was last seen of an origin, and must store what `Accept` holds in the
same atomic step that read it, before a cosignature leaves the node. Otherwise two requests at
once could make the witness go back (C2SP tlog-witness; L8.5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from comity import errors
from comity.ledger import checkpoint, notes, proofs, spelling, tiles, tree


@dataclass(frozen=True, slots=True)
class Seen:
    """The checkpoint of an origin that this witness cosigned last."""

    head: checkpoint.Checkpoint
    note: bytes
    """As its owner signed it: what a later split view is proved with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`add-checkpoint`: cosign this, which follows from what you saw at size `old`."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitView:
    """Two notes by one owner that cannot both be true, for anyone to check (L10).

    `beginning` is the root that the first leaves of the later ledger have, as many as the earlier
    one had; `proof` leads from it to the later root, yet the earlier note states another.
    """

    earlier: bytes
    later: bytes
    beginning: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Accept:
    """Store `seen`, then cosign its head."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Conflict:
    """Do not cosign: the request proves from another size than `known`, or its proof fails."""

    reason: Literal["old-size", "proof"]
    known: int


def decide(
    seen: Seen | None, request: Request, keys: Iterable[notes.Key]
) -> Accept | Conflict | SplitView:
    """What to do with `request`, whose origin was last seen as `seen`.

    1. The checkpoint is signed by one of its owner's `keys`: else `Unverified`.
    2. It is of the origin that `seen` is of, and not smaller than `old`: else `Invalid`.
    3. Of the size that was seen, it has the root that was seen: else a split view.
    4. `old` is the size that was seen: else a conflict that names that size.
    5. The proof holds: else a conflict, or a split view if the proof itself shows one.
    """
    # (1)
    head = checkpoint.verify(request.note, keys)
    known = seen.head if seen else checkpoint.Checkpoint(head.origin, 0, tree.EMPTY_ROOT)

    # (2)
    if head.origin != known.origin:
        raise _invalid(f"{head.origin} was asked about, {known.origin} was seen")
    if request.old > head.size:
        raise _invalid(f"it proves from {request.old} to the smaller {head.size}")

    # (3)
    if seen and head.size == known.size and head.root != known.root:
        return SplitView(earlier=seen.note, later=request.note, beginning=head.root, proof=())

    # (4)
    if request.old != known.size:
        return Conflict("old-size", known.size)

    # (5)
    if proofs.verify_consistency(known.size, known.root, head.size, head.root, request.proof):
        return Accept(Seen(head, request.note))
    # A proof that leads to the new root and yet fails can only fail by the beginning that it shows.
    begun = proofs.beginning(known.size, head.size, head.root, request.proof)
    if seen and begun is not None:
        return SplitView(
            earlier=seen.note, later=request.note, beginning=begun, proof=request.proof
        )
    return Conflict("proof", known.size)


def compare(
    one: bytes, other: bytes, read: tiles.Reader, keys: Iterable[notes.Key]
) -> SplitView | None:
    """Whether two notes of one ledger, from whomever they came, prove a split view.

    `read` gives the owner's tiles for the larger of the two; at equal sizes it is not asked.
    Tiles that do not lead to the larger note's root prove nothing and raise `Unverified`.
    """
    trusted = list(keys)
    views = [(checkpoint.verify(note, trusted), note) for note in (one, other)]
    (first, earlier), (last, later) = sorted(views, key=lambda view: view[0].size)
    if first.origin != last.origin:
        raise _invalid(f"{first.origin} and {last.origin} are two ledgers")
    if first == last:
        return None
    begun = last.root
    proof: tuple[bytes, ...] = ()
    if first.size < last.size:
        begun = tiles.root(first.size, read)
        proof = proofs.consistency(first.size, last.size, read)
    if not proofs.verify_consistency(first.size, begun, last.size, last.root, proof):
        raise errors.Unverified(
            "tiles-unverified",
            f"the tiles do not lead to the root of {last.origin} at {last.size}",
            next_step="Fetch the tiles again; a partial tile may have been replaced meanwhile.",
        )
    if begun == first.root:
        return None
    return SplitView(earlier=earlier, later=later, beginning=begun, proof=proof)


def verify_split_view(evidence: SplitView, keys: Iterable[notes.Key]) -> str:
    """The origin whose owner signed both views, if `evidence` proves it; else `Unverified`."""
    trusted = list(keys)
    earlier = checkpoint.verify(evidence.earlier, trusted)
    later = checkpoint.verify(evidence.later, trusted)
    follows = proofs.verify_consistency(
        earlier.size, evidence.beginning, later.size, later.root, evidence.proof
    )
    if earlier.origin != later.origin or not follows or evidence.beginning == earlier.root:
        raise errors.Unverified(
            "split-view-unproved",
            f"{earlier.origin} at {earlier.size} and {later.origin} at {later.size} may both hold",
            next_step="Do not accuse anyone; fetch the later ledger's tiles and compare again.",
        )
    return earlier.origin


def encode_request(request: Request) -> bytes:
    """The body of `add-checkpoint` (C2SP tlog-witness)."""
    proof = "".join(map(spelling.digest_line, request.proof))
    data = f"old {request.old}\n{proof}\n".encode() + request.note
    parse_request(data)
    return data


def parse_request(data: bytes) -> Request:
    """Read the body of `add-checkpoint`; `Invalid` names what is wrong. Verifies nothing."""
    if len(data) > notes.NOTE_SIZE_MAX:
        raise _invalid(f"{len(data)} bytes are more than {notes.NOTE_SIZE_MAX}")
    head, parted, note = data.partition(b"\n\n")
    if not parted or not head.startswith(b"old ") or not head.isascii():
        raise _invalid("it does not begin with the old size, the proof and an empty line")
    old, *proof = head.decode().removeprefix("old ").split("\n")
    checkpoint.parse(note)
    return Request(
        old=spelling.number(old, "the old size"),
        proof=spelling.digests(proof, "the proof"),
        note=note,
    )


def _invalid(what: str) -> errors.Invalid:
    return errors.Invalid("witness-request", f"cannot be witnessed: {what}")
