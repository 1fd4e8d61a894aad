"""What this node sends: parcels from the outbox, and what their receipts prove.

A row of the outbox is delivered only when a receipt proves that the peer's ledger holds its
record. Until then it is sent again, over whatever carrier; the receiver answers twice the same.
"""

import base64
import dataclasses
import datetime
import threading
from collections.abc import Callable, Sequence

from comity import errors
from comity.desk import ledgers, tools, writing
from comity.exchange import contents, parcel, receipt
from comity.keys import sealing
from comity.records import sealed, strict_json
from comity.records.ids import AuthorityId, RecordId
from comity.store import port

ROWS_MAX = 400
"""Rows of the outbox in one parcel."""

_BYTES_MAX = contents.BODY_BYTES_MAX // 4
_SENT = "sent:"


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
class Made:
    """A parcel for a carrier, and what is remembered until its receipt comes."""

    data: bytes
    sent: receipt.Sent
    through: int
    """The number of the last outbox row in it; 0 if it holds none."""


def make(own: tools.Tools, peer: AuthorityId, now: datetime.datetime) -> Made:
    """A parcel with the oldest undelivered rows for `peer`, and this ledger's checkpoint."""
    rows = _bounded(own.store.pending(peer, ROWS_MAX), own.store)
    items, blobs = _items(own.store, rows)
    through = max((row.number for row in rows), default=0)
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=own.authority,
        recipients=(peer,),
        number=max(through, 1),
        made_at=now,
        items=items,
        blobs=blobs,
        head=ledgers.head_for(own, peer),
        seen=ledgers.gossip(own, peer),
    )
    data = parcel.seal(made, own.keys.signer, [recipient(own, peer)], entropy=own.random)
    records = frozenset(row.record for row in rows)
    sent = receipt.Sent(digest=data.digest, sender=own.authority, receiver=peer, records=records)
    return Made(data.data, sent, through)


def _bounded(rows: Sequence[port.Pending], store: port.Store) -> list[port.Pending]:
    """As many of the rows as one parcel may hold blobs of."""
    taken: list[port.Pending] = []
    blobs = 0
    for row in rows:
        blobs += len(row.blobs)
        if taken and blobs > contents.BLOBS_MAX // 4:
            break
        taken.append(row)
    return taken


def _items(
    store: port.Store, rows: Sequence[port.Pending]
) -> tuple[tuple[contents.Item, ...], tuple[bytes, ...]]:
    wanted: dict[RecordId, set[str]] = {}
    blobs: dict[str, bytes] = {}
    for row in rows:
        wanted.setdefault(row.record, set()).update(row.disclosures)
        for blob in row.blobs:
            held = store.blob(blob)
            if held is not None:
                blobs[blob] = held
    texts = store.disclosures([one for one, digests in wanted.items() if digests])
    items = []
    for record_id, digests in wanted.items():
        stored = store.record(record_id)
        if stored is None:
            continue
        given = [t for t in texts.get(record_id, ()) if sealed.digest_of(t) in digests]
        items.append(contents.Item(stored.envelope, tuple(given)))
    return tuple(items), tuple(blobs.values())


class Outbox:
    """Where the courier takes parcels from and brings answers to (`courier.Source`)."""

    def __init__(self, own: tools.Tools, clock: Callable[[], datetime.datetime]) -> None:
        self._own = own
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: dict[AuthorityId, Made] = {}
        self._greeted: set[AuthorityId] = set()

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        """The next parcel, if rows wait, the peer has not seen our head, or was never greeted."""
        row = self._own.store.peer(peer)
        waiting = self._own.store.pending(peer, 1)
        behind = row.acknowledged_size < self._own.store.size
        if not waiting and not behind and peer in self._greeted:
            return None
        made = make(self._own, peer, self._clock())
        with self._lock:
            self._sent[peer] = made
        return made.data

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        """Take in the parcel with the receipt; what it proves is durable on return."""
        own = self._own
        found = own.directory()
        opened = parcel.open_(data, own.keys.opener, found, federation=found.matter.id)
        if opened.parcel.sender != peer or len(opened.parcel.receipts) != 1:
            raise errors.Unverified("answer-wrong", f"{peer} answered with something else")
        with self._lock:
            made = self._sent.pop(peer, None)
        if made is None:
            return
        _settle(own, made.sent, made.through, opened.parcel.receipts[0], self._clock())
        self._greeted.add(peer)

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        """Note why a round failed, for the peers page."""
        row = self._own.store.peer(peer)
        if row.last_fault != why.code:
            self._own.store.save_peer(dataclasses.replace(row, last_fault=why.code))


def accept(own: tools.Tools, peer: AuthorityId, data: bytes, now: datetime.datetime) -> None:
    """Take in a receipt that came by itself: for a parcel that went by file or on paper."""
    said = receipt.read(data, own.directory())
    kept = own.store.secret(_SENT + said.parcel)
    if kept is None or said.receiver != peer:
        return
    memory = strict_json.loads(kept, size_max=1_000_000)
    sent = receipt.Sent(
        digest=said.parcel,
        sender=own.authority,
        receiver=peer,
        records=frozenset(memory["records"]),
    )
    _settle(own, sent, memory["through"], data, now)
    own.store.take_secret(_SENT + said.parcel)


def memory_of(made: Made) -> tuple[str, bytes]:
    """What must be kept until the receipt of a parcel that goes by file comes back."""
    kept = {"records": sorted(made.sent.records), "through": made.through}
    return _SENT + made.sent.digest, strict_json.dumps(kept)


def _settle(
    own: tools.Tools,
    sent: receipt.Sent,
    through: int,
    data: bytes,
    now: datetime.datetime,
) -> None:
    """Mark as delivered what a receipt proves, keep the cosignature, send what is missing."""
    peer = AuthorityId(sent.receiver)
    said = receipt.read(data, own.directory())
    settled = receipt.settle(said, sent, ledgers.owner_keys(own.directory(), peer))
    own.store.delivered(peer, through, settled.delivered | settled.refused)
    ledgers.remember(own, peer, settled.head)
    row = own.store.peer(peer)
    own.store.save_peer(
        dataclasses.replace(
            row,
            acknowledged_size=said.seen,
            cosignature=said.cosignature or row.cosignature,
            last_contact=now,
            last_fault="",
        )
    )
    if said.missing:
        send_wanted(own, peer, said.missing)


def send_wanted(own: tools.Tools, peer: AuthorityId, wanted: Sequence[RecordId]) -> None:
    """Queue records that a peer lacks, if it is party to their matter."""
    outgoing = []
    for record_id in wanted[: contents.WANT_MAX]:
        stored = own.store.record(record_id)
        if stored is None:
            continue
        with own.cabinet.holding(stored.matter) as folder:
            known = folder.matter.record(record_id)
            if known is None or peer not in folder.matter.membership.parties:
                continue
            given: tuple[str, ...] = ()
            if known.author == own.authority and writing.entitled(known, peer):
                texts = own.store.disclosures([record_id]).get(record_id, [])
                given = tuple(_given(own, known.kind, texts))
            outgoing.append(port.Outgoing(peer, record_id, given))
    if outgoing:
        own.store.append(port.Append(outgoing=tuple(outgoing))).result()


def _given(own: tools.Tools, kind: str, texts: Sequence[str]) -> list[str]:
    known = own.registry.get(kind)
    held = known.held if known else {}
    return [d.digest for d in map(sealed.disclosure, texts) if d.name not in held]


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
