"""The ledger as anyone who may look reads it, and single records with their proofs.

Paths and formats are those of C2SP tlog-tiles: a tile never changes once it is full. What a ledger
shows is digests; what records say is shown only to whom policy lets read their matter.
"""

from dataclasses import dataclass

from comity import errors
from comity.desk import ledgers, permitting, reading, tools
from comity.ledger import bundles, paths, proofs, receipt, tree
from comity.records.ids import MatterId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the ledger."""

    data: bytes
    full: bool
    """Whether it will never change."""


def checkpoint(own: tools.Tools) -> bytes:
    """The signed head, with the cosignatures that fit it."""
    return ledgers.checkpoint_note(own)


def piece(own: tools.Tools, path: str) -> Piece:
    """The tile or entry bundle at `path` (`tile/...`); `NotFound` beyond the ledger's end."""
    try:
        place = paths.parse(path)
    except errors.Invalid as fault:
        raise errors.NotFound(fault.code, fault.message, next_step=fault.next_step) from None
    data = _tile(own, place) if place.level is not None else _bundle(own, place)
    return Piece(data, place.width == paths.WIDTH_FULL)


def _tile(own: tools.Tools, place: paths.Place) -> bytes:
    assert place.level is not None
    data = own.store.tile(place.level, place.n)[: place.width * tree.HASH_SIZE]
    if len(data) < place.width * tree.HASH_SIZE:
        raise _beyond(own, place)
    return data


def _bundle(own: tools.Tools, place: paths.Place) -> bytes:
    start = place.n * paths.WIDTH_FULL
    if start + place.width > own.store.size:
        raise _beyond(own, place)
    leaves = own.store.leaves(start, start + place.width)
    return bundles.entries([bytes.fromhex(one) for one in leaves])


def _beyond(own: tools.Tools, place: paths.Place) -> errors.NotFound:
    return errors.NotFound(
        "tile-beyond",
        f"a ledger of {own.store.size} leaves has no {paths.path(place)}",
        next_step="Read its checkpoint: it says how long the ledger is.",
    )


def ledger_checkpoint(desk: tools.Desk) -> bytes:
    """The checkpoint, for an officer."""
    permitting.permitted(desk, "read.ledger")
    return checkpoint(desk.tools)


def ledger_piece(desk: tools.Desk, path: str) -> Piece:
    """A tile or bundle, for an officer."""
    permitting.permitted(desk, "read.ledger")
    return piece(desk.tools, path)


def envelope(desk: tools.Desk, one: RecordId) -> bytes:
    """The exact bytes of a record, as its author signed them."""
    stored = _readable(desk, one)
    reading.note(desk, "read", matter=stored.matter, one=one, place="record")
    return stored.envelope


def proof(desk: tools.Desk, one: RecordId) -> bytes:
    """Why this ledger holds a record (C2SP tlog-proof); says nothing of its content."""
    own = desk.tools
    stored = _readable(desk, one)
    reading.note(desk, "read", matter=stored.matter, one=one, place="proof")
    here = ledgers.head(own)
    included = proofs.inclusion(stored.leaf, here.size, own.store.tile)
    note = ledgers.signed(own, here)
    return receipt.encode(receipt.Receipt(index=stored.leaf, proof=tuple(included), note=note))


def _readable(desk: tools.Desk, one: RecordId) -> port.StoredRecord:
    """A record whose matter this officer may read; absent and hidden ones are refused alike."""
    stored = desk.tools.store.record(one)
    try:
        permitting.permitted_on(desk, "read.matter", stored.matter if stored else MatterId(one))
    except errors.NotFound:
        stored = None
    if stored is None:
        raise errors.NotFound(
            "record-unknown",
            "There is no such record here.",
            next_step="Check its id. Ask the lead whether your authority is party to its matter.",
        )
    return stored
