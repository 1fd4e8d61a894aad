"""This node's ledger as others see it, and the others' as this node sees them.

A checkpoint is signed only over leaves that are durable. A peer's checkpoint is cosigned only when
it is proved to continue the one seen before, and only after that is durable. Two notes of one
ledger that cannot both be true are kept as proof and end the trust in that peer.
"""

import base64
import dataclasses
import datetime
import threading
from collections.abc import Iterable

from comity import errors
from comity.desk import tools
from comity.exchange import contents
from comity.ledger import checkpoint, notes, proofs, resume, tiles
from comity.ledger import witness as witnessing
from comity.matters import directory
from comity.records import record
from comity.records.ids import AuthorityId
from comity.store import port

_witnessing = threading.Lock()
"""Seeing and keeping a peer's checkpoint is one step (C2SP tlog-witness)."""


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
    for listing in _listings(found, but=own.authority):
        line = own.store.peer(listing.authority).cosignature
        if line:
            try:
                note = checkpoint.with_cosignatures(
                    note, line.encode(), witness_keys(found, listing.authority)
                )
            except errors.Unverified:
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


def witness(
    own: tools.Tools, peer: AuthorityId, shown: contents.Head | None, now: datetime.datetime
) -> tuple[bytes, str, int]:
    """The cosignature for a peer's checkpoint, or the code why not; and the size seen."""
    with _witnessing:
        row = own.store.peer(peer)
        if shown is None:
            return b"", "no-head", row.seen_size
        if row.split_view:
            return b"", "split-view", row.seen_size
        seen = _seen(row)
        asked = witnessing.Request(old=shown.grown_from, proof=shown.consistency, note=shown.note)
        decided = witnessing.decide(seen, asked, owner_keys(own.directory(), peer))
        match decided:
            case witnessing.Conflict():
                return b"", decided.reason, decided.known
            case witnessing.SplitView():
                _keep_split_view(own, row, decided)
                return b"", "split-view", row.seen_size
            case witnessing.Accept(seen=now_seen):
                # Durable before the cosignature exists: a crash here only delays it.
                own.store.save_peer(
                    dataclasses.replace(
                        row,
                        seen_size=now_seen.head.size,
                        seen_root=now_seen.head.root,
                        seen_note=now_seen.note.decode(),
                        last_contact=now,
                    )
                )
                remember(own, peer, now_seen.head)
                signer = own.keys.cosign
                line = checkpoint.cosign(
                    now_seen.head,
                    own.authority,
                    signer.public,
                    signer.sign,
                    cosigned_at=int(now.timestamp()),
                )
                return line, "", now_seen.head.size


def remember(own: tools.Tools, peer: AuthorityId, seen: checkpoint.Checkpoint) -> None:
    """Name this head in the headers of new records (rule 12)."""
    root = base64.b64encode(seen.root).decode()
    own.heads[peer] = record.Seen(size=seen.size, root=root)


def compare(own: tools.Tools, note: bytes) -> None:
    """Hold a checkpoint that somebody passed on against what its owner showed here (F12).

    Only notes of the size that was seen here can be compared without the owner's tiles.
    """
    try:
        shown, _ = checkpoint.parse(note)
        owner = checkpoint.authority_of(shown.origin)
    except errors.Invalid:
        return
    if owner == own.authority:
        return
    with _witnessing:
        row = own.store.peer(owner)
        keys = owner_keys(own.directory(), owner)
        if row.seen_size != shown.size or not row.seen_note or row.seen_root == shown.root:
            return
        try:
            found = witnessing.compare(row.seen_note.encode(), note, own.store.tile, keys)
        except errors.ComityError:
            return
        if found is not None:
            _keep_split_view(own, row, found)


def gossip(own: tools.Tools, peer: AuthorityId) -> tuple[bytes, ...]:
    """The checkpoints of others that this node holds, for a parcel to `peer`."""
    listings = _listings(own.cabinet.directory(), but=own.authority)
    rows = (own.store.peer(one.authority) for one in listings if one.authority != peer)
    return tuple(row.seen_note.encode() for row in rows if row.seen_note)[: contents.SEEN_MAX]


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
    listings = found.listings.get(peer, ())
    return [checkpoint.owner_key(peer, base64.b64decode(one.checkpoint)) for one in listings]


def witness_keys(found: directory.Directory | None, peer: AuthorityId) -> list[notes.Key]:
    """The keys with which `peer` cosigns the checkpoints of others."""
    listings = found.listings.get(peer, ()) if found else ()
    return [checkpoint.witness_key(peer, base64.b64decode(one.cosigning)) for one in listings]


def _listings(found: directory.Directory | None, *, but: AuthorityId) -> list[directory.Listing]:
    if found is None:
        return []
    return [one[0] for who, one in sorted(found.listings.items()) if who != but]


def _seen(row: port.PeerRow) -> witnessing.Seen | None:
    if not row.seen_note:
        return None
    note = row.seen_note.encode()
    return witnessing.Seen(checkpoint.parse(note)[0], note)


def _keep_split_view(own: tools.Tools, row: port.PeerRow, found: witnessing.SplitView) -> None:
    proof = [base64.b64encode(one).decode() for one in found.proof]
    beginning = base64.b64encode(found.beginning).decode()
    text = "\n".join(
        (found.earlier.decode(), found.later.decode(), f"beginning {beginning}", *proof)
    )
    own.store.save_peer(dataclasses.replace(row, split_view=text))
