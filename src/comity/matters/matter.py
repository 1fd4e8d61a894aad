"""The fold: what the records of one matter add up to, the same on every node.

Records may arrive in any order, twice, and from anyone. Each waits until its ancestors are here;
its verdict then depends on those ancestors alone, so it is the same everywhere and for ever. The
state is a function of the set of records: no arrival time, no hash decides anything. `admit` never
raises on what a record says; what is not admissible becomes a rejection with its reason. One
thread at a time (clauses F1 to F13, docs/protocol/fold.md).

`graph` says what stands, `state` what it adds up to, `waiting` keeps what cannot be judged yet.
"""

import hashlib
import operator
from collections.abc import Iterable
from dataclasses import dataclass, replace

from comity.matters import past, status
from comity.matters.control import Membership, Point, founded
from comity.matters.entries import Entry
from comity.matters.graph import Graph
from comity.matters.state import State
from comity.matters.waiting import WaitingRoom
from comity.records import kinds, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import Place, Record


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that is kept and changes nothing, and why."""

    record: Record
    reason: str
    stands: bool = False
    """Whether it stands in the graph, so that what comes after it is judged by itself."""


class Matter:
    """One matter's graph, verdicts and state."""

    def __init__(self, matter: MatterId, registry: kinds.Registry) -> None:
        self.id = matter
        self._registry = registry
        self._state = State(matter, registry)
        self._graph = Graph(matter, self._state.chain)
        self._entries = self._graph.entries
        self._rules = self._state.rules
        self._waiting = WaitingRoom()
        self._rejections: dict[RecordId, Rejection] = {}
        self._changed_at = ""
        self._timeline: list[Record] | None = None
        self._quarantined: tuple[Membership, int, tuple[RecordId, ...]] | None = None

    # --- what comes in -------------------------------------------------------------------------

    def admit(self, record: Record) -> tuple[RecordId, ...]:
        """Take a record in; the ids of the records that count since then, ancestors first.

        Empty when it waits for ancestors or was here before. What is rejected is not among them.
        """
        known, entries = record.id, self._entries
        if known in entries or known in self._rejections or known in self._waiting.records:
            return ()
        if record.matter != self.id:
            self._reject(record, f"it belongs to matter {record.matter}")
            return ()
        for one in record.after:
            if one not in entries:
                self._wait(record)
                return ()
        if not self._waiting.records:
            return (known,) if self._take(record) else ()
        admitted: list[RecordId] = []
        ready = [record]
        while ready:
            arrived = ready.pop()
            if self._take(arrived):
                admitted.append(arrived.id)
            if arrived.id in entries:
                ready.extend(self._waiting.arrived(arrived.id))
        return tuple(admitted)

    def _take(self, record: Record) -> bool:
        """Judge and enter a record whose ancestors are here; whether it counts."""
        entry = self._judge(record)
        if isinstance(entry, str):
            self._reject(record, entry)
            return False
        self._enter(entry)
        return not entry.void

    def verdict(self, record: Record) -> str | None:
        """Why `record` would be rejected if it came now, or None. Changes nothing."""
        rejected = self._rejections.get(record.id)
        if rejected is not None:
            return rejected.reason
        if record.id in self._entries:
            return None
        if record.matter != self.id:
            return f"it belongs to matter {record.matter}"
        missing = [one for one in record.after if one not in self._entries]
        if missing:
            return f"it names {len(missing)} records that are not here"
        entry = self._judge(record)
        return entry if isinstance(entry, str) else entry.void or None

    @property
    def purposes(self) -> tuple[str, ...]:
        """What its first record says that it is for; empty where it names no purpose."""
        begun = self._entries.get(RecordId(self.id))
        return () if begun is None else begun.record.handling.purposes

    def _wait(self, record: Record) -> None:
        missing = [one for one in record.after if one not in self._entries]
        if any(one in self._rejections for one in missing):
            self._reject(record, "an ancestor was rejected")
        else:
            self._waiting.take(record, missing)

    def _reject(self, record: Record, reason: str) -> None:
        """Reject `record`, and with it everything here that waits for it."""
        doomed = [(record, reason)]
        while doomed:
            one, why = doomed.pop()
            self._rejections[one.id] = Rejection(one, why)
            doomed.extend((lost, "an ancestor was rejected") for lost in self._waiting.lost(one.id))

    def _judge(self, record: Record) -> Entry | str:
        """The entry that `record` becomes, or why it does not stand (clause F6)."""
        if not record.after and record.id == RecordId(self.id):
            return self._judge_first(record)
        entry = self._graph.stand(record)
        if isinstance(entry, str):
            return entry
        judge = (self._rules.get(record.kind) or self._state.rule(record.kind)).judge
        void = record.fault or (judge(entry) if judge else "")
        return replace(entry, void=void) if void else entry

    def _judge_first(self, record: Record) -> Entry | str:
        kind = self._registry.get(record.kind)
        if kind is None:
            return f"matters that begin with {record.kind} are not known here"
        if record.fault:
            return record.fault
        shape = (record.control, record.lamport, record.seq)
        if not isinstance(kind.effect, kinds.Genesis) or shape != (None, 0, 0):
            return "it is not the first record of a matter"
        point = Point(record.id, founded(record, kind.effect))
        return Entry(record, 0, past.with_(past.NOTHING, 0), {record.author: 0}, point)

    def _enter(self, entry: Entry) -> None:
        record = entry.record
        if entry.void:
            self._rejections[record.id] = Rejection(record, entry.void, stands=True)
        elif record.after:
            enter = self._rules[record.kind].enter
            entry = enter(entry) if enter else entry
        else:
            effect = self._registry[record.kind].effect
            assert isinstance(effect, kinds.Genesis)
            entry = self._state.begin(entry, effect, self._entries)
        self._graph.enter(entry)
        if record.said_at > self._changed_at:
            self._changed_at = record.said_at
        self._timeline = None

    # --- what stands ---------------------------------------------------------------------------

    @property
    def type(self) -> str:
        """What this matter is: `case`, `directory`; empty until its first record is here."""
        return self._state.type

    @property
    def opening(self) -> Record | None:
        """The first record."""
        return self._graph.order[0].record if self._graph.order else None

    @property
    def changed_at(self) -> str:
        """The latest instant that a record here claims."""
        return self._changed_at

    def __len__(self) -> int:
        """How many records stand, those that change nothing too."""
        return len(self._graph.order)

    def __contains__(self, record: object) -> bool:
        return record in self._entries

    @property
    def point(self) -> Point:
        """Where the control chain stands in everything here; `NotFound` before anything is."""
        return self._state.chain.now

    @property
    def membership(self) -> Membership:
        """Lead, parties and closure as they stand; `NotFound` before anything is here."""
        return self.point.membership

    @property
    def heads(self) -> tuple[RecordId, ...]:
        """The records that nothing here comes after."""
        return tuple(sorted(self._graph.heads))

    @property
    def missing(self) -> tuple[RecordId, ...]:
        """Ancestors that records here wait for."""
        return tuple(self._waiting.missing)

    @property
    def waiting(self) -> tuple[Record, ...]:
        """Records whose ancestors are not all here."""
        held = self._waiting.records
        return tuple(held[one] for one in sorted(held))

    @property
    def turned_away(self) -> int:
        """How many records found no room to wait. They are not part of this fold: once their
        ancestors are here, fold the matter again, in the order of lamport (clause F13.3)."""
        return self._waiting.turned_away

    @property
    def fold_again(self) -> bool:
        """Whether folding this matter again, in the order of lamport, finds records that were
        turned away. Not before their author has room again for many (clause F13.3)."""
        return self._waiting.has_room

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """Records that change nothing, with the reason of each."""
        return tuple(self._rejections[one] for one in sorted(self._rejections))

    def rejection(self, record: RecordId) -> Rejection | None:
        """Why `record` was rejected, if it was."""
        return self._rejections.get(record)

    def timeline(self) -> list[Record]:
        """Every record that counts, in the order that all nodes tell (clause F10)."""
        if self._timeline is None:
            self._timeline = _told([entry.record for entry in self._graph.order if not entry.void])
        return self._timeline.copy()

    def records(self) -> list[Record]:
        """Every record that stands, those that change nothing too: what a newcomer needs."""
        return _told([entry.record for entry in self._graph.order])

    def record(self, record: RecordId) -> Record | None:
        """A record that stands."""
        entry = self._entries.get(record)
        return None if entry is None else entry.record

    def chain(self) -> list[Record]:
        """The first record and the control records in force, in their order (clause F5)."""
        opening = self.opening
        links = [entry.record for entry in self._state.chain.path()]
        return links if opening is None else [opening, *links]

    def things(self, thing: str = "") -> list[status.View]:
        """The things of this matter, all or of one sort, oldest first."""
        if not self._state.things:
            return []
        membership = self.membership
        hidden = self._state.hidden(membership)
        found = [
            status.view(one, membership, hidden)
            for one in self._state.things.values()
            if thing in ("", one.effect.thing)
        ]
        found.sort(key=lambda one: (one.opening.lamport, one.opening.author, one.id))
        return found

    def thing(self, thing: RecordId) -> status.View | None:
        """One thing as it stands."""
        known = self._state.things.get(thing)
        if known is None:
            return None
        membership = self.membership
        return status.view(known, membership, self._state.hidden(membership))

    def register(self, name: str) -> tuple[Record, ...]:
        """The newest statements of a register; more than one is a conflict (clause F9.3)."""
        return tuple(self._state.register(name))

    def forks(self) -> list[tuple[RecordId, ...]]:
        """Records by which one author said two things at one position: proof of equivocation."""
        return self._graph.forks()

    def quarantined(self) -> tuple[RecordId, ...]:
        """Work that a removed party did unseen by the removal, until the lead ratifies it."""
        order = self._graph.order
        if not order or not self.membership.removed:
            return ()
        membership, cached = self.membership, self._quarantined
        if cached is None or cached[0] is not membership or cached[1] != len(order):
            hidden = self._state.hidden(membership)
            assert hidden is not None
            found = sorted(one.record.id for one in order if not one.void and hidden(one))
            self._quarantined = cached = (membership, len(order), tuple(found))
        return cached[2]

    def had_seen(self, later: RecordId, earlier: RecordId) -> bool:
        """Whether `earlier` is in the past of `later`; both stand."""
        return past.holds(self._entries[later].past, self._entries[earlier].number)

    def place(self, author: AuthorityId, about: Iterable[RecordId] = ()) -> Place:
        """Where `author`'s next record stands, after everything here (clause F2).

        Where there are more heads than a record may name, what it is `about` comes first.
        `NotFound` before the first record is here.
        """
        return self._graph.place(author, about)

    def digest(self) -> str:
        """SHA-256 of everything above: two nodes with the same records have the same digest."""
        return hashlib.sha256(strict_json.dumps(self._summary())).hexdigest()

    def _summary(self) -> dict[str, object]:
        summary: dict[str, object] = {
            "stands": sorted(self._entries),
            "rejected": {one.record.id: one.reason for one in self.rejections},
            "waiting": [one.id for one in self.waiting],
            "heads": self.heads,
            "forks": self.forks(),
        }
        if not len(self):
            return summary
        point, membership = self.point, self.membership
        return summary | {
            "control": [point.head, *point.branches],
            "lead": [membership.lead, membership.offered],
            "parties": sorted(membership.parties),
            "closed": membership.closed,
            "things": [
                [one.id, one.status, [a.id for a in one.acts], one.quarantined]
                for one in self.things()
            ],
            "registers": {
                name: [one.id for one in self.register(name)]
                for name in sorted(self._state.registers)
            },
            "quarantined": self.quarantined(),
        }


_told_by = operator.attrgetter("lamport", "author", "id")


def _told(records: list[Record]) -> list[Record]:
    return sorted(records, key=_told_by)
