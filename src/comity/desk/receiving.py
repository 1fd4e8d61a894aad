"""What other nodes send: verified, stored, answered. The one way in for foreign records.

Nothing is acted on before its author's signature holds. A peer has no shortcut: its records go
through the same fold as our own, and what is not admissible stays in the ledger as a rejection
with its reason. The same parcel twice is answered the same way twice.
"""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from comity import errors
from comity.desk import cabinet, delivering, greeting, ledgers, tools, writing
from comity.exchange import contents, parcel, receipt
from comity.ledger import proofs
from comity.matters import directory
from comity.records import envelope, record, sealed
from comity.records.ids import AuthorityId, BlobId, RecordId


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


def receive(own: tools.Tools, data: bytes, now: datetime.datetime) -> bytes:
    """Take a parcel in and answer with a parcel that holds the receipt.

    1. Open it: it was sealed to this node by a listed sender, for this federation.
    2. Verify every record by its author's key; what fails is turned away by itself.
    3. Take receipts in it for what this node sent.
    4. Store the records, fold them, and wait until they are durable.
    5. Witness the sender's checkpoint.
    6. Answer: what became of each record, with proofs to a checkpoint signed after the commit.
    """
    # (1)
    found = own.directory()
    arrived = parcel.open_(data, own.keys.opener, found, federation=found.matter.id)
    come = arrived.parcel
    if greeting.is_greeting(come):
        return greeting.answer(own, come.sender, now)
    own.halt.bar_vouching()

    # (2)
    verified, turned = sort(own, found, come)

    # (3)
    for one in come.receipts:
        delivering.accept(own, come.sender, one, now)

    # (4)
    before = own.store.held([one.record.id for one in verified])
    missing = take_in(own, verified, come.sender, come.blobs)
    if come.want:
        delivering.send_wanted(own, come.sender, come.want)

    # (5)
    line, withheld, seen = ledgers.witness(own, come.sender, come.head, now)
    for note in come.seen:
        ledgers.compare(own, note)

    # (6)
    # One head for the proofs and the checkpoint: an append in between must not part them.
    head = ledgers.head(own)
    answer = receipt.Receipt(
        parcel=BlobId(arrived.digest),
        number=come.number,
        sender=come.sender,
        receiver=own.authority,
        at=now,
        outcomes=tuple(_outcomes(own, verified, turned, before, head.size)),
        missing=missing[: contents.WANT_MAX],
        checkpoint=ledgers.signed(own, head).decode(),
        cosignature=line.decode(),
        withheld=withheld,
        seen=seen,
    )
    return delivering.seal_receipt(own, come.sender, receipt.issue(answer, own.keys.signer), now)


def sort(
    own: tools.Tools, found: directory.Directory, come: contents.Parcel
) -> tuple[list[Arrived], list[Turned]]:
    """The records of a parcel that verify, and those that are turned away."""
    verified: list[Arrived] = []
    turned: list[Turned] = []
    for item in come.items:
        try:
            signed = envelope.parse(item.envelope)
        except errors.Invalid:
            # It has no id by which the receipt could name it; its row stays with the sender.
            continue
        try:
            verified.append(_verified(own, found, signed, item))
        except errors.ComityError as fault:
            turned.append(Turned(RecordId(signed.digest), fault.code))
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
        raise errors.Unverified("author-unknown", f"{one.author} is not in the directory")
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
) -> tuple[RecordId, ...]:
    """Store and fold verified records; the ids of ancestors that are missing. Durable on return."""
    if not verified:
        return ()
    writes = writing.Writes()
    missing: list[RecordId] = []
    with ExitStack() as locks:
        by_matter = {one.record.matter: one.record for one in verified}
        folders = {
            # In one order everywhere, so that two parcels at once cannot wait for each other.
            matter_id: locks.enter_context(own.cabinet.holding(matter_id, new=True))
            for matter_id in sorted(by_matter)
        }
        for one in verified:
            _fold(own, writes, folders[one.record.matter], one)
        for folder in folders.values():
            missing.extend(folder.matter.missing)
            if folder.matter.opening is not None:
                writes.matters.append(cabinet.row_of(folder))
        writes.blobs.extend((contents.blob_id(blob), blob) for blob in blobs)
        # A crash before the commit leaves nothing; the sender has no receipt and sends again.
        future = own.store.append(writes.append())
    future.result()
    for peer in writes.peers() | {sender}:
        for wake in own.wake:
            wake(peer)
    return tuple(missing)


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


def _outcomes(
    own: tools.Tools,
    verified: Sequence[Arrived],
    turned: Sequence[Turned],
    before: set[RecordId],
    size: int,
) -> Iterator[receipt.Outcome]:
    places: dict[RecordId, int] = {}
    for one in verified:
        leaf = own.store.leaf(one.record.id)
        assert leaf is not None
        places[one.record.id] = leaf
    found = proofs.inclusions(places.values(), size, own.store.tile)
    for (record_id, leaf), proof in zip(places.items(), found, strict=True):
        result: receipt.Result = "duplicate" if record_id in before else "stored"
        yield receipt.Outcome(record=record_id, result=result, index=leaf, proof=proof)
    for gone in {one.id: one for one in turned if one.id not in places}.values():
        yield receipt.Outcome(record=gone.id, result="rejected", code=gone.code)
