"""Whether a node that starts may go on signing checkpoints of its own ledger (clauses L11).

A node whose ledger was restored from an old copy, or lost writes that it had vouched for, would
sign a second version of what it signed before. Its peers remember: what they last saw of this
ledger decides. Until the answer is `Sound` the node is read-only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from comity import errors
from comity.ledger import checkpoint, notes, tiles


@dataclass(frozen=True, slots=True)
class Sound:
    """Every note that peers hold is of a beginning of this ledger. `vouched` is the largest."""

    vouched: int


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """This node signed `note`, and its ledger does not contain what that says.

    `behind`: the ledger here is shorter; fetch the missing records from peers. `forked`: at that
    size it has another root; a person must find out why before anything is signed.
    """

    reason: Literal["behind", "forked"]
    note: bytes
    size: int


def standing(
    size: int, read: tiles.Reader, remembered: Iterable[bytes], keys: Iterable[notes.Key]
) -> Sound | ReadOnly:
    """Judge the own ledger of `size` leaves by the notes of it that peers remember.

    Notes that this node did not sign are passed over: anyone can send such. A fork outweighs a
    rewind, for fetching records does not cure it.
    """
    trusted = list(keys)
    held = tiles.Tiles(size, read)
    vouched, behind = 0, None
    for note in remembered:
        try:
            head = checkpoint.verify(note, trusted)
        except (errors.Invalid, errors.Unverified):
            continue
        if head.size > size:
            if behind is None or head.size > behind.size:
                behind = ReadOnly("behind", note, head.size)
        elif held.beginning(head.size) != head.root:
            return ReadOnly("forked", note, head.size)
        else:
            vouched = max(vouched, head.size)
    return behind or Sound(vouched)
