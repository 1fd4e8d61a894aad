"""This node's ledger as others see it: its head, proofs of it, and who vouches for it.

A checkpoint is signed only over leaves that are durable. What a peer says of our ledger counts as
far as it verifies. `witnessing` is the other way round.
"""

import base64
import dataclasses
import threading
from collections.abc import Iterable
from typing import Any

from comity import errors
from comity.desk import tools
from comity.exchange import contents, receipt
from comity.ledger import checkpoint, notes, proofs, resume, tiles
from comity.matters import directory
from comity.records.ids import AuthorityId

_locks: dict[AuthorityId, threading.RLock] = {}


def row_of(peer: AuthorityId) -> threading.RLock:
    """Held while what is kept of `peer` is read, judged and kept anew, which is one step (L8.5):
    who wrote back an older row would make this witness go back."""
    return _locks.setdefault(peer, threading.RLock())


def head(own: tools.Tools) -> checkpoint.Checkpoint:
    """The head of this node's ledger, over what is durable."""
    size = own.store.size
    return checkpoint.Checkpoint(
        checkpoint.origin_of(own.authority), size, tiles.root(size, own.store.tile)
    )


def checkpoint_note(own: tools.Tools) -> bytes:
    """This node's checkpoint, signed, with the cosignatures that fit its size."""
    note = signed(own, head(own))
    found = own.cabinet.directory()
    for listing in listings(found, but=own.authority):
        line = own.store.peer(listing.authority).cosignature
        if line:
            try:
                note = checkpoint.with_cosignatures(
                    note, line.encode(), witness_keys(found, listing.authority)
                )
            except (errors.Unverified, errors.Invalid):
                # It is over an earlier checkpoint; it says nothing about this one.
                continue
    return note


def signed(own: tools.Tools, here: checkpoint.Checkpoint) -> bytes:
    """A head of this ledger as a signed note. The caller took it from what is durable."""
    own.halt.bar_vouching()
    signer = own.keys.checkpoint
    return checkpoint.sign(here, signer.public, signer.sign)


def head_for(own: tools.Tools, peer: AuthorityId) -> contents.Head:
    """The checkpoint for a parcel, proved to continue what the peer acknowledged."""
    known = own.store.peer(peer).acknowledged_size
    here = head(own)
    known = min(known, here.size)
    return contents.Head(
        note=signed(own, here),
        grown_from=known,
        consistency=proofs.consistency(known, here.size, own.store.tile) if known else (),
    )


def change_peer(own: tools.Tools, peer: AuthorityId, **changes: Any) -> None:
    """Change some of what is kept of a peer (`port.PeerRow`) and nothing else of it; durable."""
    with row_of(peer):
        own.store.save_peer(dataclasses.replace(own.store.peer(peer), **changes))


def acknowledge(own: tools.Tools, peer: AuthorityId, said: receipt.Receipt, size: int) -> bool:
    """Keep how far `peer` follows this ledger, by its receipt for a parcel whose head had `size`.

    Whether it cosigned that head. A line that does not verify is no cosignature (L8.6). Without
    one, the size that the peer says it saw is where the next proof begins.
    """
    line = said.cosignature if _verifies(own, peer, said.cosignature, size) else ""
    with row_of(peer):
        known = own.store.peer(peer).acknowledged_size
        if line and size >= known:
            change_peer(own, peer, acknowledged_size=size, cosignature=line)
        elif said.withheld and said.seen != known and said.seen <= own.store.size:
            # What it cosigned before is over another size.
            change_peer(own, peer, acknowledged_size=said.seen, cosignature="")
    return bool(line)


def _verifies(own: tools.Tools, peer: AuthorityId, line: str, size: int) -> bool:
    if not line or size > own.store.size:
        return False
    keys = witness_keys(own.directory(), peer)
    try:
        note = checkpoint.with_cosignatures(head_at(own, size), line.encode(), keys)
        return peer in checkpoint.witnesses(note, keys)
    except (errors.Invalid, errors.Unverified):
        return False


def head_at(own: tools.Tools, size: int) -> bytes:
    """This ledger's head as it was with `size` leaves, signed again."""
    here = head(own)
    root = root_at(size, here.size, own.store.tile)
    return signed(own, checkpoint.Checkpoint(here.origin, size, root))


def root_at(earlier: int, size: int, read: tiles.Reader) -> bytes:
    """The root that a ledger of `size` leaves had when it had `earlier` leaves."""
    return tiles.Tiles(size, read).beginning(earlier)


def standing(own: tools.Tools, remembered: Iterable[bytes]) -> resume.Sound | resume.ReadOnly:
    """Whether this node's ledger contains all that it signed before, as peers remember it."""
    signer = own.keys.checkpoint
    keys = [checkpoint.owner_key(own.authority, signer.public)]
    return resume.standing(own.store.size, own.store.tile, remembered, keys)


def owner_keys(found: directory.Directory, peer: AuthorityId) -> list[notes.Key]:
    """The keys with which `peer` signs its own checkpoints."""
    known = found.listings.get(peer, ())
    return [checkpoint.owner_key(peer, base64.b64decode(one.checkpoint)) for one in known]


def witness_keys(found: directory.Directory | None, peer: AuthorityId) -> list[notes.Key]:
    """The keys with which `peer` cosigns the checkpoints of others."""
    known = found.listings.get(peer, ()) if found else ()
    return [checkpoint.witness_key(peer, base64.b64decode(one.cosigning)) for one in known]


def listings(found: directory.Directory | None, *, but: AuthorityId) -> list[directory.Listing]:
    """The latest listing of everyone but one, by authority."""
    if found is None:
        return []
    return [one[0] for who, one in sorted(found.listings.items()) if who != but]
