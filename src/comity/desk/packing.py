"""Parcels in the making: what waits for a peer, as much of it as one parcel has room for."""

import base64
import dataclasses
import datetime
from collections.abc import Iterable, Sequence

from comity import errors
from comity.desk import ledgers, tools, witnessing
from comity.exchange import contents, parcel, receipt
from comity.keys import sealing
from comity.ledger import checkpoint
from comity.records import sealed
from comity.records.ids import AuthorityId, BlobId, RecordId
from comity.store import port

ROWS_MAX = 400
"""Rows of the outbox in one parcel."""
BLOBS_MAX = contents.BLOBS_MAX // 4
"""Blobs in one parcel; a row that has more is sent in parts."""
BYTES_MAX = contents.BODY_BYTES_MAX // 4
"""Bytes in one parcel; a row that has more goes alone."""


@dataclasses.dataclass(frozen=True, slots=True)
class Addressee:
    """The key to which a peer's parcels are sealed (`wrapping.Recipient`)."""

    authority: AuthorityId
    key_id: str
    opening: bytes

    def wrap(self, secret: bytes, *, info: bytes) -> bytes:
        """`secret` sealed so that only this node opens it, under the same `info`."""
        return sealing.seal(self.opening, secret, info=info)


def recipient(own: tools.Tools, peer: AuthorityId) -> Addressee:
    """The current key of a listed peer."""

    listing = own.directory().listing(peer)
    if listing is None:
        raise errors.NotFound("authority-unknown", f"{peer} is not in the directory")
    return Addressee(peer, f"{peer}#{listing.epoch}", base64.b64decode(listing.opening))


@dataclasses.dataclass(frozen=True, slots=True)
class Awaited:
    """What is remembered of a parcel until its receipt comes."""

    sent: receipt.Sent
    through: int
    """The number of the last outbox row in it; 0 if it holds none."""
    size: int
    """The size of this ledger that its head states."""


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A parcel for a carrier, and what is remembered until its receipt comes."""

    data: bytes
    awaited: Awaited


def make(own: tools.Tools, peer: AuthorityId, now: datetime.datetime) -> Made:
    """A parcel with the oldest undelivered rows for `peer`, and this ledger's checkpoint."""
    rows, items, blobs = _packed(own.store, _pending(own, peer))
    through = max((row.number for row in rows), default=0)
    head = ledgers.head_for(own, peer)
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=own.authority,
        recipients=(peer,),
        number=max(through, 1),
        made_at=now,
        items=items,
        blobs=blobs,
        head=head,
        seen=witnessing.gossip(own, peer),
    )
    data = parcel.seal(made, own.keys.signer, [recipient(own, peer)], entropy=own.random)
    records = frozenset(row.record for row in rows)
    sent = receipt.Sent(digest=data.digest, sender=own.authority, receiver=peer, records=records)
    return Made(data.data, Awaited(sent, through, checkpoint.parse(head.note)[0].size))


def _pending(own: tools.Tools, peer: AuthorityId) -> Sequence[port.Pending]:
    """The oldest undelivered rows. One at their head that has too many blobs for any parcel is
    queued again in parts."""
    rows = own.store.pending(peer, ROWS_MAX)
    while rows and len(rows[0].blobs) > BLOBS_MAX:
        whole = rows[0]
        parts = [
            whole.blobs[start : start + BLOBS_MAX]
            for start in range(0, len(whole.blobs), BLOBS_MAX)
        ]
        outgoing = (port.Outgoing(peer, whole.record, whole.disclosures, part) for part in parts)
        own.store.append(port.Append(outgoing=tuple(outgoing))).result()
        # A crash before this line leaves the row beside its parts: it is sent twice.
        own.store.delivered(peer, whole.number, {whole.record})
        rows = own.store.pending(peer, ROWS_MAX)
    return rows


@dataclasses.dataclass(slots=True)
class _Packing:
    """What goes into one parcel, as far as it is known."""

    rows: list[port.Pending] = dataclasses.field(default_factory=list)
    items: dict[RecordId, tuple[bytes, dict[str, str]]] = dataclasses.field(default_factory=dict)
    blobs: dict[str, bytes] = dataclasses.field(default_factory=dict)
    size_bytes: int = 0

    def add(
        self, row: port.Pending, signed: bytes, texts: dict[str, str], blobs: dict[str, bytes]
    ) -> bool:
        """Put a row in; False if it has no room there and goes first in the next parcel."""
        known = self.items.get(row.record, (b"", {}))
        fresh = {digest: text for digest, text in texts.items() if digest not in known[1]}
        more = {blob: data for blob, data in blobs.items() if blob not in self.blobs}
        size = sum(map(len, fresh.values())) + sum(map(len, more.values()))
        size += 0 if known[0] else len(signed)
        crowded = len(self.blobs) + len(more) > BLOBS_MAX
        if self.rows and (crowded or self.size_bytes + size > BYTES_MAX):
            return False
        self.rows.append(row)
        self.items[row.record] = signed, known[1] | fresh
        self.blobs |= more
        self.size_bytes += size
        return True


def _packed(
    store: port.Store, rows: Sequence[port.Pending]
) -> tuple[list[port.Pending], tuple[contents.Item, ...], tuple[bytes, ...]]:
    """As many of the rows as one parcel has room for, the oldest first."""
    packing = _Packing()
    texts = store.disclosures([row.record for row in rows if row.disclosures])
    for row in rows:
        stored = store.record(row.record)
        assert stored is not None  # The outbox refers to what lies in the ledger.
        by_digest = {sealed.digest_of(text): text for text in texts.get(row.record, ())}
        given = {digest: by_digest[digest] for digest in row.disclosures if digest in by_digest}
        if not packing.add(row, stored.envelope, given, _held(store, row.blobs)):
            break
    items = (contents.Item(signed, tuple(t.values())) for signed, t in packing.items.values())
    return packing.rows, tuple(items), tuple(packing.blobs.values())


def _held(store: port.Store, blobs: Iterable[BlobId]) -> dict[str, bytes]:
    found = ((blob, store.blob(blob)) for blob in blobs)
    return {blob: data for blob, data in found if data is not None}


def seal_receipt(
    own: tools.Tools, peer: AuthorityId, issued: bytes, now: datetime.datetime
) -> bytes:
    """A parcel that holds one receipt."""
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=own.authority,
        recipients=(peer,),
        number=1,
        made_at=now,
        receipts=(issued,),
    )
    return parcel.seal(made, own.keys.signer, [recipient(own, peer)], entropy=own.random).data
