"""What became of what this node sent: parcels from the outbox, and what their receipts prove.

A row of the outbox is delivered only when a receipt proves that the peer's ledger holds its
record. Until then it is sent again, over whatever carrier; the receiver answers twice the same. A
peer whose answers settle nothing is tried ever more rarely, like one that does not answer.
"""

import dataclasses
import datetime
import threading
from collections.abc import Callable, Sequence
from typing import Any

from comity import errors
from comity.desk import ledgers, packing, tools, witnessing, writing
from comity.exchange import contents, parcel, receipt
from comity.records import sealed, strict_json
from comity.records.ids import AuthorityId, RecordId
from comity.store import port

WANTED_MAX = 2 * contents.WANT_MAX
"""With so many rows waiting for a peer, what it asks for besides is not queued: it asks again."""

REFUSED = "records-refused"
"""What the line to a peer shows until something is delivered again (E8.7)."""
_SENT = "sent:"


class Outbox:
    """Where the courier takes parcels from and brings answers to (`courier.Source`)."""

    def __init__(self, own: tools.Tools, clock: Callable[[], datetime.datetime]) -> None:
        self._own = own
        self._clock = clock
        self._lock = threading.Lock()
        self._awaited: dict[AuthorityId, packing.Awaited] = {}
        self._greeted: set[AuthorityId] = set()
        self._corrected: set[AuthorityId] = set()
        """Who said last from which size to prove our head, and settled nothing."""

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        """The next parcel, if rows wait, the peer has not seen our head, or was never greeted."""
        row = self._own.store.peer(peer)
        waiting = self._own.store.pending(peer, 1)
        behind = row.acknowledged_size < self._own.store.size
        if not waiting and not behind and peer in self._greeted:
            return None
        made = packing.make(self._own, peer, self._clock())
        with self._lock:
            self._awaited[peer] = made.awaited
        return made.data

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        """Take in the parcel with the receipt; what it proves is durable on return.

        `Unavailable` if there was something to settle and the receipt settles none of it: sent
        at once once more, it would be sent for ever.
        """
        own = self._own
        found = own.directory()
        opened = parcel.open_(data, own.keys.opener, found, federation=found.matter.id)
        if opened.parcel.sender != peer or len(opened.parcel.receipts) != 1:
            raise errors.Unverified("answer-wrong", f"{peer} answered with something else")
        with self._lock:
            awaited = self._awaited.pop(peer, None)
        if awaited is None:
            return
        behind = own.store.peer(peer).acknowledged_size < awaited.size
        came = verified(own, awaited, opened.parcel.receipts[0])
        cosigned = settle(own, came, self._clock())
        self._greeted.add(peer)
        news = awaited.sent.records or behind
        settled = came.settled.delivered or came.settled.refused or (cosigned and behind)
        if settled or not news:
            self._corrected.discard(peer)
        elif came.said.withheld == "old-size" and peer not in self._corrected:
            # An answer of its was lost. The next head is proved from where it says; once.
            self._corrected.add(peer)
        else:
            why = came.said.withheld or "it names no record of the parcel"
            raise errors.Unavailable("receipt-settles-nothing", f"{peer} settled nothing: {why}")

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        """Note why a round failed, for the peers page."""
        if self._own.store.peer(peer).last_fault != why.code:
            ledgers.change_peer(self._own, peer, last_fault=why.code)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A receipt that proves what it says of a parcel of ours. Nothing was changed by it yet."""

    awaited: packing.Awaited
    said: receipt.Receipt
    settled: receipt.Settled


def verified(own: tools.Tools, awaited: packing.Awaited, data: bytes) -> Answer:
    """A receipt, if it proves something about the parcel that is awaited (E8.6)."""
    found = own.directory()
    said = receipt.read(data, found)
    keys = ledgers.owner_keys(found, AuthorityId(awaited.sent.receiver))
    return Answer(awaited, said, receipt.settle(said, awaited.sent, keys))


def carried(own: tools.Tools, peer: AuthorityId, data: bytes) -> Answer | None:
    """A receipt that came by itself, for a parcel that went by file; None if none is awaited."""
    said = receipt.read(data, own.directory())
    kept = own.store.secret(_SENT + said.parcel)
    if kept is None or said.receiver != peer:
        return None
    memory: Any = strict_json.loads(kept, size_max=1_000_000)
    sent = receipt.Sent(
        digest=said.parcel,
        sender=own.authority,
        receiver=peer,
        records=frozenset(memory["records"]),
    )
    return verified(own, packing.Awaited(sent, memory["through"], memory.get("size", 0)), data)


def memory_of(awaited: packing.Awaited) -> tuple[str, bytes]:
    """What must be kept until the receipt of a parcel that goes by file comes back."""
    kept = {
        "records": sorted(awaited.sent.records),
        "through": awaited.through,
        "size": awaited.size,
    }
    return _SENT + awaited.sent.digest, strict_json.dumps(kept)


def settle(own: tools.Tools, came: Answer, now: datetime.datetime) -> bool:
    """Mark as delivered what a receipt proves, keep the cosignature, send what is missing.

    Whether this ledger's head was cosigned.
    """
    said, settled = came.said, came.settled
    peer = AuthorityId(came.awaited.sent.receiver)
    own.store.delivered(peer, came.awaited.through, settled.delivered | settled.refused)
    witnessing.compare(own, (said.checkpoint.encode(),))
    witnessing.remember(own, peer, settled.head)
    cosigned = ledgers.acknowledge(own, peer, said, came.awaited.size)
    known = own.store.peer(peer).last_fault
    fault = REFUSED if settled.refused or (known == REFUSED and not settled.delivered) else ""
    ledgers.change_peer(own, peer, last_contact=now, last_fault=fault)
    if said.missing:
        send_wanted(own, peer, said.missing)
    return cosigned


def settle_carried(own: tools.Tools, came: Answer, now: datetime.datetime) -> None:
    """The same for a parcel that went by file, which is remembered no longer."""
    settle(own, came, now)
    # A crash before this line leaves what a copy of the receipt settles once more.
    own.store.take_secret(_SENT + came.awaited.sent.digest)


def send_wanted(own: tools.Tools, peer: AuthorityId, wanted: Sequence[RecordId]) -> None:
    """Queue records that a peer lacks, if it is party to their matter and they do not wait yet."""
    waiting = {row.record for row in own.store.pending(peer, WANTED_MAX)}
    if len(waiting) >= WANTED_MAX:
        return
    asked = [one for one in dict.fromkeys(wanted[: contents.WANT_MAX]) if one not in waiting]
    outgoing = tuple(filter(None, (_wanted(own, peer, one) for one in asked)))
    if outgoing:
        own.store.append(port.Append(outgoing=outgoing)).result()
        for wake in own.wake:
            wake(peer)


def _wanted(own: tools.Tools, peer: AuthorityId, record_id: RecordId) -> port.Outgoing | None:
    stored = own.store.record(record_id)
    line = own.store.matter(stored.matter) if stored is not None else None
    if stored is None or line is None or peer not in line.parties:
        # Asked of the registry: whoever asks for what is not theirs has no matter folded.
        return None
    with own.cabinet.holding(stored.matter) as folder:
        known = folder.matter.record(record_id)
        if known is None or peer not in folder.matter.membership.parties:
            return None
    given: tuple[str, ...] = ()
    if known.author == own.authority and writing.entitled(known, peer):
        texts = own.store.disclosures([record_id]).get(record_id, [])
        given = tuple(_given(own, known.kind, texts))
    return port.Outgoing(peer, record_id, given)


def _given(own: tools.Tools, kind: str, texts: Sequence[str]) -> list[str]:
    known = own.registry.get(kind)
    held = known.held if known else {}
    return [d.digest for d in map(sealed.disclosure, texts) if d.name not in held]
