"""The ledgers of others as this node sees them.

A peer's checkpoint is cosigned only when it is proved to continue the one seen before, and only
after that is durable. Two notes of one ledger that cannot both be true are kept as proof, shown to
everybody, and end the trust in that peer.
"""

import base64
import datetime
from collections.abc import Iterable

from comity import errors
from comity.desk import ledgers, tools
from comity.exchange import contents
from comity.ledger import checkpoint, notes, spelling, witness
from comity.records import record, strict_json
from comity.records.ids import AuthorityId
from comity.store import port

NOTE_BYTES_MAX = 16_384
"""Bytes of a checkpoint that is taken and passed on: room for many cosignatures. An owner who fills
its notes up to what a note may have would fill the parcels of all, for all pass them on."""


def cosign(
    own: tools.Tools, peer: AuthorityId, shown: contents.Head | None, now: datetime.datetime
) -> tuple[bytes, str, int]:
    """The cosignature for a peer's checkpoint, or the code why not; and the size seen."""
    with ledgers.row_of(peer):
        row = own.store.peer(peer)
        if shown is None:
            return b"", "no-head", row.seen_size
        if row.split_view:
            return b"", "split-view", row.seen_size
        if len(shown.note) > NOTE_BYTES_MAX:
            return b"", "note-too-large", row.seen_size
        asked = witness.Request(old=shown.grown_from, proof=shown.consistency, note=shown.note)
        try:
            decided = witness.decide(_seen(row), asked, ledgers.owner_keys(own.directory(), peer))
        except (errors.Invalid, errors.Unverified) as fault:
            # The records that came with it hold by themselves, and are answered for.
            return b"", fault.code, row.seen_size
        match decided:
            case witness.Conflict():
                return b"", decided.reason, decided.known
            case witness.SplitView():
                keep_split_view(own, peer, decided)
                return b"", "split-view", row.seen_size
            case witness.Accept(seen=now_seen):
                return _cosigned(own, peer, now_seen, now), "", now_seen.head.size


def _cosigned(
    own: tools.Tools, peer: AuthorityId, seen: witness.Seen, now: datetime.datetime
) -> bytes:
    # Durable before the cosignature exists: a crash here only delays it.
    ledgers.change_peer(
        own,
        peer,
        seen_size=seen.head.size,
        seen_root=seen.head.root,
        seen_note=seen.note.decode(),
        last_contact=now,
    )
    remember(own, peer, seen.head)
    signer = own.keys.cosign
    return checkpoint.cosign(
        seen.head, own.authority, signer.public, signer.sign, cosigned_at=int(now.timestamp())
    )


def remember(own: tools.Tools, peer: AuthorityId, seen: checkpoint.Checkpoint) -> None:
    """Name this head in the headers of new records, unless a later one is known (rule 12)."""
    known = own.heads.get(peer)
    if known is None or known.size <= seen.size:
        root = base64.b64encode(seen.root).decode()
        own.heads[peer] = record.Seen(size=seen.size, root=root)


def compare(own: tools.Tools, shown: Iterable[bytes]) -> None:
    """Hold checkpoints that somebody passed on against each other, and against what their owners
    showed here (F12).

    Only notes of one size can be compared without the owner's tiles (`overseeing` has them).
    """
    found = own.directory()
    by_owner: dict[AuthorityId, list[bytes]] = {}
    for note in shown:
        try:
            owner = checkpoint.authority_of(checkpoint.parse(note)[0].origin)
        except errors.Invalid:
            continue
        if owner != own.authority and owner in found.listings and len(note) <= NOTE_BYTES_MAX:
            by_owner.setdefault(owner, []).append(note)
    for owner, passed_on in by_owner.items():
        with ledgers.row_of(owner):
            row = own.store.peer(owner)
            if not row.split_view:
                _compare(own, owner, [row.seen_note.encode(), *passed_on])


def _compare(own: tools.Tools, owner: AuthorityId, passed_on: Iterable[bytes]) -> None:
    keys = ledgers.owner_keys(own.directory(), owner)
    by_size: dict[int, bytes] = {}
    for note in filter(None, passed_on):
        try:
            size = checkpoint.verify(note, keys).size
        except (errors.Invalid, errors.Unverified):
            continue  # Anyone can pass on what its owner never signed.
        split = witness.compare(by_size.setdefault(size, note), note, own.store.tile, keys)
        if split is not None:
            keep_split_view(own, owner, split)
            return


def gossip(own: tools.Tools, peer: AuthorityId) -> tuple[bytes, ...]:
    """The checkpoints of others that this node holds, for a parcel to `peer`; of whoever showed
    two versions, the two, so that nobody need believe this node."""
    notes_held: list[bytes] = []
    for one in ledgers.listings(own.cabinet.directory(), but=own.authority):
        if one.authority != peer:
            row = own.store.peer(one.authority)
            split = split_view_in(row)
            notes_held += (split.earlier, split.later) if split else (row.seen_note.encode(),)
    fitting = [note for note in notes_held if 0 < len(note) <= NOTE_BYTES_MAX]
    return tuple(fitting[: contents.SEEN_MAX])


def split_view_in(row: port.PeerRow) -> witness.SplitView | None:
    """The proof that a peer showed two versions of its ledger, for `verify_split_view`."""
    if not row.split_view:
        return None
    try:
        kept = strict_json.loads(row.split_view.encode(), size_max=2 * notes.NOTE_SIZE_MAX)
        return witness.SplitView(
            earlier=kept["earlier"].encode(),
            later=kept["later"].encode(),
            beginning=spelling.digest(kept["beginning"], "the beginning"),
            proof=spelling.digests(kept["proof"], "the proof"),
        )
    except (errors.Invalid, TypeError, KeyError, AttributeError):
        return None


def keep_split_view(own: tools.Tools, peer: AuthorityId, found: witness.SplitView) -> None:
    """Keep the proof, and never cosign for this peer again (L10.6). The first proof stays."""
    kept = {
        "earlier": found.earlier.decode(),
        "later": found.later.decode(),
        "beginning": base64.b64encode(found.beginning).decode(),
        "proof": [base64.b64encode(one).decode() for one in found.proof],
    }
    with ledgers.row_of(peer):
        if not own.store.peer(peer).split_view:
            ledgers.change_peer(own, peer, split_view=strict_json.dumps(kept).decode())


def _seen(row: port.PeerRow) -> witness.Seen | None:
    if not row.seen_note:
        return None
    note = row.seen_note.encode()
    return witness.Seen(checkpoint.parse(note)[0], note)
