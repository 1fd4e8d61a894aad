"""What other nodes send: verified, stored, answered. The one way in for foreign records.

Nothing is acted on before its author's signature holds. A peer has no shortcut: its records go
through the same fold as our own, and what is not admissible stays in the ledger as a rejection
with its reason. The same parcel twice is answered the same way twice. What is wrong in a parcel is
turned away by itself; what is wrong about the parcel leaves nothing behind.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from comity import errors
from comity.desk import (
    cabinet,
    delivering,
    greeting,
    ledgers,
    packing,
    tools,
    wanting,
    witnessing,
    writing,
)
from comity.exchange import contents, parcel, receipt
from comity.ledger import proofs
from comity.matters import cases, control, directory, matter
from comity.records import envelope, kinds, record, sealed
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port

FORK_RECORDS_MAX = 4
"""So many records of one author at one position are passed on. Two are the proof; whoever says a
thousand things there must not have every node send them to every other."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A verified foreign record with the disclosures that came with it."""

    record: record.Record
    signed: bytes
    disclosures: tuple[sealed.Disclosure, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """A record that was not taken, and why: the code alone, for a receipt names no content."""

    id: RecordId
    code: str
    item: contents.Item

    @property
    def may_come_again(self) -> bool:
        """Whether it is this node that lacks something: who its author is."""
        return self.code == _AUTHOR_UNKNOWN


_AUTHOR_UNKNOWN = "author-unknown"


def receive(own: tools.Tools, data: bytes, now: datetime.datetime) -> bytes:
    """Take a parcel in and answer with a parcel that holds the receipt.

    1. Open it: it was sealed to this node by a listed sender, for this federation.
    2. Verify its receipts, for what this node sent: one that proves nothing ends it.
    3. Verify every record by its author's key, store and fold it, wait until all are durable;
       what fails is turned away by itself.
    4. Settle what the receipts prove, send what the sender lacks.
    5. Witness the sender's checkpoint.
    6. Answer: what became of each record, with proofs to a checkpoint signed after the commit.
    """
    # (1)
    found = own.directory()
    arrived = parcel.open_(data, own.keys.opener, found, federation=found.matter.id)
    come = arrived.parcel
    if found.listing(come.sender) is None:
        # Its old keys still tell who said what; it is not talked to.
        raise errors.Refused(
            "sender-suspended",
            f"{come.sender} is suspended in the directory",
            next_step="Ask the lead of the directory.",
        )
    if greeting.is_greeting(come):
        return greeting.answer(own, come.sender, now)
    own.halt.bar_vouching()

    # (2)
    came = [delivering.carried(own, come.sender, one) for one in come.receipts]

    # (3)
    taken = _take(own, come, now)

    # (4)
    for answer in filter(None, came):
        delivering.settle_carried(own, answer, now)
    if come.want:
        delivering.send_wanted(own, come.sender, come.want)

    # (5)
    line, withheld, seen = witnessing.cosign(own, come.sender, come.head, now)
    witnessing.compare(own, come.seen)

    # (6)
    # One head for the proofs and the checkpoint: an append in between must not part them.
    head = ledgers.head(own)
    issued = receipt.Receipt(
        parcel=BlobId(arrived.digest),
        number=come.number,
        sender=come.sender,
        receiver=own.authority,
        at=now,
        outcomes=tuple(_outcomes(own, taken, head.size)),
        missing=taken.missing[: contents.WANT_MAX],
        checkpoint=ledgers.signed(own, head).decode(),
        cosignature=line.decode(),
        withheld=withheld,
        seen=seen,
    )
    return packing.seal_receipt(own, come.sender, receipt.issue(issued, own.keys.signer), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What became of the records of a parcel."""

    verified: Sequence[Arrived]
    turned: Sequence[Turned]
    before: set[RecordId]
    """Those of them that were here already."""
    missing: tuple[RecordId, ...]


def _take(own: tools.Tools, come: contents.Parcel, now: datetime.datetime) -> _Taken:
    found = own.directory()
    verified, turned = sort(own, found, come.items)
    before = own.store.held([one.record.id for one in verified])
    missing = take_in(own, verified, come.sender, come.blobs, now)
    if turned and own.directory() is not found:
        # The parcel told who the author of another of its records is.
        late, turned = sort(own, own.directory(), [one.item for one in turned])
        known = {one.record.id for one in late}
        before |= own.store.held(known)
        lacking = take_in(own, late, come.sender, come.blobs, now)
        missing = tuple(one for one in missing if one not in known) + lacking
        verified += late
    return _Taken(verified=verified, turned=turned, before=before, missing=missing)


def sort(
    own: tools.Tools, found: directory.Directory, items: Iterable[contents.Item]
) -> tuple[list[Arrived], list[Turned]]:
    """The records of a parcel that verify, and those that are turned away."""
    verified: list[Arrived] = []
    turned: list[Turned] = []
    for item in items:
        try:
            signed = envelope.parse(item.envelope)
        except errors.Invalid:
            # It has no id by which the receipt could name it; its row stays with the sender.
            continue
        try:
            verified.append(_verified(own, found, signed, item))
        except errors.ComityError as fault:
            turned.append(Turned(RecordId(signed.digest), fault.code, item))
    return verified, turned


def _verified(
    own: tools.Tools,
    found: directory.Directory,
    signed: envelope.Envelope,
    item: contents.Item,
) -> Arrived:
    if signed.payload_type != envelope.RECORD_TYPE:
        raise errors.Invalid("not-a-record", f"its type is {signed.payload_type[:80]}")
    one = record.parse(signed.payload, signed.digest, own.registry)
    keys = found.keys_of(one.author)
    if not keys:
        raise errors.Unverified(_AUTHOR_UNKNOWN, f"{one.author} is not in the directory")
    envelope.verify(signed, keys)
    if found.matter.id not in (one.charter, one.matter):
        raise errors.Refused("other-federation", f"it was said under {one.charter}")
    kind = own.registry.get(one.kind)
    if kind is not None and kind.family == "access":
        raise errors.Refused("kind-not-shared", f"{one.kind} is never taken from another node")
    return Arrived(one, item.envelope, sealed.match(one.open, item.disclosures))


def take_in(
    own: tools.Tools,
    verified: Sequence[Arrived],
    sender: AuthorityId,
    blobs: Sequence[bytes] = (),
    now: datetime.datetime | None = None,
) -> tuple[RecordId, ...]:
    """Store and fold verified records; the ids of ancestors that are missing. Durable on return.

    One matter at a time, so that no two are held at once and nobody waits for a whole parcel.
    """
    by_matter: dict[MatterId, list[Arrived]] = {}
    for one in verified:
        by_matter.setdefault(one.record.matter, []).append(one)
    by_id = {contents.blob_id(blob): blob for blob in blobs}
    at = record.instant(now) if now is not None else ""
    before = own.store.held([one.record.id for one in verified])
    missing: list[RecordId] = []
    peers = {sender} if verified else set()
    queued: list[Future[port.Appended]] = []
    try:
        for matter_id, arrived in by_matter.items():
            records = [one.record for one in arrived]
            with own.cabinet.holding(matter_id, new=True) as folder:
                folder.arrived = at
                writes = _folded(own, folder, arrived, by_id)
                missing += wanting.wanted(folder.matter, records, before, sender)
                # A crash before the commit leaves nothing: there is no receipt, it is sent again.
                queued.append(own.store.append(writes.append()))
            peers |= writes.peers()
        for future in queued:
            future.result()
    except BaseException:
        # What was not written must not stay in memory either.
        for matter_id in by_matter:
            own.cabinet.forget(matter_id)
        raise
    for peer in peers:
        for wake in own.wake:
            wake(peer)
    return tuple(missing)


def _folded(
    own: tools.Tools,
    folder: cabinet.Folder,
    arrived: Sequence[Arrived],
    blobs: dict[BlobId, bytes],
) -> writing.Writes:
    """What taking in the records of one matter writes. Blobs that no record names are nothing."""
    writes = writing.Writes()
    known = folder.matter.forks()
    begun = folder.matter.opening is not None
    before = folder.matter.membership.parties if begun else frozenset()
    for one in arrived:
        _fold(own, writes, folder, one)
        if blobs and folder.matter.rejection(one.record.id) is None:
            named = [blob for blob in _named(one.record) if blob in blobs]
            writes.blobs.extend((blob, blobs[blob]) for blob in named)
    if folder.matter.opening is not None:
        writes.matters.append(cabinet.row_of(folder))
        _pass_on(own, writes, folder, known)
        writing.welcome(writes, own, folder, before if begun else _founded(own, folder.matter))
    return writes


def _founded(own: tools.Tools, found: matter.Matter) -> frozenset[AuthorityId]:
    """The parties with which a matter began: each of them was sent its records at once."""
    opening = found.opening
    assert opening is not None
    effect = own.registry[opening.kind].effect
    assert isinstance(effect, kinds.Genesis)
    return control.founded(opening, effect).parties


def _pass_on(
    own: tools.Tools,
    writes: writing.Writes,
    folder: cabinet.Folder,
    known: Sequence[tuple[RecordId, ...]],
) -> None:
    """Show every party that somebody said two things at one position (F8.1)."""
    told = {one for fork in known for one in fork}
    parties = sorted(folder.matter.membership.parties - {own.authority})
    for fork in folder.matter.forks():
        fresh = [one for one in fork if one not in told]
        room = max(0, FORK_RECORDS_MAX - len(fork) + len(fresh))
        shown = ((peer, one) for one in fresh[:room] for peer in parties)
        writes.outgoing.extend(port.Outgoing(peer, one) for peer, one in shown)


def _named(one: record.Record) -> Iterator[BlobId]:
    """Everything in the open part of a record that may name a blob."""
    for value in one.open.values():
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str):
                yield BlobId(text)


def _fold(own: tools.Tools, writes: writing.Writes, folder: cabinet.Folder, one: Arrived) -> None:
    before = len(folder.matter)
    admitted = folder.matter.admit(one.record)
    writing.add_record(writes, one.record, one.signed, one.disclosures, own=False)
    if not before and folder.matter.opening is not None:
        opening = folder.matter.opening
        texts = [d.text for d in one.disclosures] if opening.id == one.record.id else []
        folder.title = cabinet.title_of(own.registry, opening, texts)
    elif not folder.title and folder.matter.opening and one.record.id == folder.matter.opening.id:
        folder.title = cabinet.title_of(own.registry, one.record, [d.text for d in one.disclosures])
    for record_id in admitted:
        known = folder.matter.record(record_id)
        assert known is not None
        writing.follow(writes, own, folder, known)
    _note(own, writes, folder, one, admitted)


def _note(
    own: tools.Tools,
    writes: writing.Writes,
    folder: cabinet.Folder,
    arrived: Arrived,
    admitted: Sequence[RecordId],
) -> None:
    """Identifiers of what counts now: of `arrived`, and of what waited for it."""
    found, here = folder.matter, arrived.record.id
    if here in found and found.rejection(here) is None:
        writing.add_identifiers(writes, arrived.record, arrived.disclosures)
    waited = [found.record(one) for one in admitted if one != here]
    noting = [one for one in waited if one and isinstance(one.said, cases.IdentifiersNoted)]
    if not noting:
        return
    # They came earlier, in this parcel or in one that may not be written yet.
    cabinet.settle(own.store)
    stored = own.store.disclosures([one.id for one in noting])
    for one in noting:
        texts = {shown.text for shown in writes.disclosures if shown.record == one.id}
        texts.update(stored.get(one.id, ()))
        writing.add_identifiers(writes, one, [sealed.disclosure(text) for text in sorted(texts)])


def _outcomes(own: tools.Tools, taken: _Taken, size: int) -> Iterator[receipt.Outcome]:
    places: dict[RecordId, int] = {}
    for one in taken.verified:
        leaf = own.store.leaf(one.record.id)
        assert leaf is not None
        places[one.record.id] = leaf
    found = proofs.inclusions(places.values(), size, own.store.tile)
    for (record_id, leaf), proof in zip(places.items(), found, strict=True):
        result: receipt.Result = "duplicate" if record_id in taken.before else "stored"
        yield receipt.Outcome(record=record_id, result=result, index=leaf, proof=proof)
    for gone in {one.id: one for one in taken.turned if one.id not in places}.values():
        result = "waiting" if gone.may_come_again else "rejected"
        yield receipt.Outcome(record=gone.id, result=result, code=gone.code)
