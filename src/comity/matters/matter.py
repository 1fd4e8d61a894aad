"""The fold: what the records of one matter add up to, the same on every node.

Records may arrive in any order, twice, and from anyone. Each waits until its ancestors are here;
its verdict then depends on those ancestors alone, so it is the same everywhere and for ever. The
state is a function of the set of admitted records: no arrival time, no hash decides anything.
`admit` never raises on what a record says; a record that is not admissible becomes a rejection
with its reason. One thread at a time (clauses F1 to F13, docs/protocol/fold.md).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from comity.matters import control, status
from comity.matters.past import NOTHING, Past
from comity.records import kinds, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import AFTER_MAX, Place, Record

WAITING_MAX = 10_000
"""How many records may wait for ancestors before more are turned away (rule 13)."""


class Entry(NamedTuple):
    """An admitted record and what follows from its ancestors."""

    record: Record
    number: int
    past: Past
    seqs: dict[AuthorityId, int]
    point: control.Point


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that is kept and changes nothing, and why."""

    record: Record
    reason: str


class Matter:
    """One matter's graph, verdicts and state."""

    def __init__(self, matter: MatterId, registry: kinds.Registry) -> None:
        self.id = matter
        self._registry = registry
        self._entries: dict[RecordId, Entry] = {}
        self._order: list[Entry] = []
        self._rejections: dict[RecordId, Rejection] = {}
        self._waiting: dict[RecordId, Record] = {}
        self._wanted: dict[RecordId, list[RecordId]] = {}
        self._heads: set[RecordId] = set()
        self._links: dict[RecordId, list[Entry]] = {}
        self._resolves: dict[RecordId, list[Entry]] = {}
        self._memberships: dict[RecordId, control.Membership] = {}
        self._said_twice: dict[tuple[AuthorityId, int], list[RecordId]] = {}
        self._things: dict[RecordId, status.Thing] = {}
        self._registers: dict[str, list[Entry]] = {}
        self._point: control.Point | None = None
        self._changed_at = ""
        self._hidden: tuple[control.Membership, int, frozenset[int]] | None = None

    # --- what comes in -------------------------------------------------------------------------

    def admit(self, record: Record) -> tuple[RecordId, ...]:
        """Take a record in; the ids that were admitted by it, itself first, in causal order.

        Empty when it waits for ancestors, was here before, or was rejected.
        """
        if record.id in self._entries or record.id in self._rejections:
            return ()
        if record.id in self._waiting:
            return ()
        missing = self._missing(record)
        if missing:
            return self._wait(record, missing)
        admitted: list[RecordId] = []
        ready = [record]
        while ready:
            one = ready.pop()
            entry = self._judge(one)
            if isinstance(entry, str):
                self._reject(one, entry)
                continue
            self._enter(entry)
            admitted.append(one.id)
            ready.extend(self._released(one.id))
        return tuple(admitted)

    def verdict(self, record: Record) -> str | None:
        """Why `record` would be rejected if it came now, or None. Changes nothing."""
        if record.id in self._rejections:
            return self._rejections[record.id].reason
        if record.id in self._entries:
            return None
        missing = self._missing(record)
        if missing:
            return f"it names {len(missing)} records that are not here"
        entry = self._judge(record)
        return entry if isinstance(entry, str) else None

    def _missing(self, record: Record) -> list[RecordId]:
        entries = self._entries
        missing = [one for one in record.after if one not in entries]
        if record.control is not None and record.control not in entries:
            missing.append(record.control)
        return missing

    def _wait(self, record: Record, missing: list[RecordId]) -> tuple[RecordId, ...]:
        if any(one in self._rejections for one in missing):
            self._reject(record, "an ancestor was rejected")
        elif len(self._waiting) < WAITING_MAX:
            self._waiting[record.id] = record
            for one in set(missing):
                self._wanted.setdefault(one, []).append(record.id)
        return ()

    def _released(self, arrived: RecordId) -> Iterator[Record]:
        for waiting in self._wanted.pop(arrived, ()):
            record = self._waiting.get(waiting)
            if record is not None and not self._missing(record):
                del self._waiting[waiting]
                yield record

    def _reject(self, record: Record, reason: str) -> None:
        """Reject `record`, and with it everything here that waits for it."""
        doomed = [(record, reason)]
        while doomed:
            one, why = doomed.pop()
            self._rejections[one.id] = Rejection(one, why)
            self._waiting.pop(one.id, None)
            for waiting in self._wanted.pop(one.id, ()):
                if waiting in self._waiting:
                    doomed.append((self._waiting.pop(waiting), "an ancestor was rejected"))

    # --- verdicts: of a record and its ancestors alone -----------------------------------------

    def _judge(self, record: Record) -> Entry | str:
        """The entry that `record` becomes, or why it is rejected (rules 2 to 6)."""
        number = len(self._order)
        kind = self._registry.get(record.kind)
        if kind is not None and isinstance(kind.effect, kinds.Genesis):
            return self._judge_genesis(record, kind.effect, number)
        if record.matter != self.id:
            return f"it belongs to matter {record.matter}"
        if not record.after or record.control is None:
            return "only the first record of a matter stands after nothing"
        if len(record.after) == 1:
            parent = self._entries[record.after[0]]
            past, seqs, point, lamport = (
                parent.past,
                parent.seqs,
                parent.point,
                parent.record.lamport,
            )
        else:
            joined = self._join(record.after)
            if isinstance(joined, str):
                return joined
            past, seqs, point, lamport = joined
        if record.lamport != lamport + 1:
            return f"lamport is {record.lamport} where {lamport + 1} follows"
        if record.seq != seqs.get(record.author, -1) + 1:
            return f"seq is {record.seq} where {seqs.get(record.author, -1) + 1} follows"
        if record.control != point.head:
            return "control is not the head of the control chain that it had seen"
        why = self._judge_effect(record, kind, past, point)
        if why is not None:
            return why
        return Entry(record, number, past.with_(number), {**seqs, record.author: record.seq}, point)

    def _judge_genesis(self, record: Record, effect: kinds.Genesis, number: int) -> Entry | str:
        shape = (record.after, record.control, record.lamport, record.seq)
        if shape != ((), None, 0, 0) or record.id != RecordId(self.id):
            return "it is not the first record of this matter"
        point = control.Point(record.id, control.founded(record, effect))
        return Entry(record, number, NOTHING.with_(number), {record.author: 0}, point)

    def _join(
        self, after: tuple[RecordId, ...]
    ) -> tuple[Past, dict[AuthorityId, int], control.Point, int] | str:
        """What several parents had seen together; they must be heads, none an ancestor."""
        parents = [self._entries[one] for one in after]
        past, seqs, lamport = NOTHING, dict[AuthorityId, int](), 0
        for parent in parents:
            if any(o is not parent and parent.number in o.past for o in parents):
                return "after names a record and its ancestor"
            past = past.union(parent.past)
            lamport = max(lamport, parent.record.lamport)
            for author, seq in parent.seqs.items():
                if seq > seqs.get(author, -1):
                    seqs[author] = seq
        points = {parent.point.head: parent.point for parent in parents}
        alone = len(points) == 1 and not any(p.point.frozen for p in parents)
        point = parents[0].point if alone else self._walk(past)
        return past, seqs, point, lamport

    def _judge_effect(
        self, record: Record, kind: kinds.Kind | None, past: Past, point: control.Point
    ) -> str | None:
        membership = point.membership
        effect = None if kind is None else kind.effect
        if isinstance(effect, kinds.Control):
            return self._judge_control(record, effect, point)
        if isinstance(effect, kinds.Resolves):
            return self._judge_resolve(record, past, point)
        if record.author not in membership.parties:
            return f"{record.author} is no party of this matter"
        if membership.closed:
            return "the matter is closed"
        if effect is None:
            return None
        assert not isinstance(effect, kinds.Genesis)
        if self.type not in effect.within:
            return f"{record.kind} has no place in a {self.type}"
        match effect:
            case kinds.Says(by="lead") if record.author != membership.lead:
                return f"only the lead, {membership.lead}, may do this"
            case kinds.Votes():
                return self._judge_vote(record, past, point)
            case kinds.Settles():
                return self._judge_settling(record, past, membership)
            case kinds.Moves():
                before = self._seen_thing(record.open.get(effect.field), past, membership)
                if before is None:
                    return f"it names a {effect.thing} that it had not seen"
                return status.refusal(before, record, effect, lead=membership.lead)
            case _:
                return None

    def _judge_control(
        self, record: Record, effect: kinds.Control, point: control.Point
    ) -> str | None:
        if self.type not in effect.within:
            return f"{record.kind} has no place in a {self.type}"
        if point.frozen:
            return "the control chain forks here; a majority must choose a branch first"
        after = control.next_link(point.membership, record, effect)
        return after if isinstance(after, str) else None

    def _judge_settling(
        self, record: Record, past: Past, membership: control.Membership
    ) -> str | None:
        before = self._seen_thing(record.open.get("about"), past, membership)
        if before is None or before.status != status.CONFLICT:
            return "it settles no conflict that it had seen"
        if record.author != membership.lead:
            return f"only the lead, {membership.lead}, may do this"
        if record.open.get("keep") not in {rival.id for rival in before.rivals}:
            return "the act to keep is none of those in conflict"
        return None

    def _judge_vote(self, record: Record, past: Past, point: control.Point) -> str | None:
        if record.open.get("keep") not in point.branches:
            return "it votes for no branch of a fork that it had seen"
        if record.author not in self._voters(point):
            return f"{record.author} wrote one of the branches and has no vote"
        if record.author in self._votes(point, past):
            return f"{record.author} voted before"
        return None

    def _judge_resolve(self, record: Record, past: Past, point: control.Point) -> str | None:
        keep, voters = record.open.get("keep"), self._voters(point)
        if keep not in point.branches:
            return "it resolves no fork that it had seen"
        if record.author not in voters:
            return f"{record.author} has no vote on this fork"
        cast = self._votes(point, past)
        if 2 * sum(1 for vote in cast.values() if vote == keep) <= len(voters):
            return f"{len(cast)} of {len(voters)} votes are no majority for this branch"
        return None

    def _voters(self, point: control.Point) -> frozenset[AuthorityId]:
        wrote = {self._entries[branch].record.author for branch in point.branches}
        return point.membership.parties - wrote

    def _votes(self, point: control.Point, past: Past) -> dict[AuthorityId, str]:
        """The votes in `past` on the fork at `point`, one a party: the least id if one cheats."""
        cast: dict[AuthorityId, tuple[RecordId, str]] = {}
        for entry in self._registers.get(_VOTES, ()):
            record = entry.record
            if entry.number in past and record.open.get("keep") in point.branches:
                earlier = cast.get(record.author)
                if earlier is None or record.id < earlier[0]:
                    cast[record.author] = (record.id, str(record.open["keep"]))
        return {who: keep for who, (_, keep) in cast.items()}

    def _seen_thing(
        self, about: object, past: Past, membership: control.Membership
    ) -> status.View | None:
        thing = self._things.get(RecordId(str(about)))
        if thing is None or thing.opening.number not in past:
            return None
        hidden = self._quarantined_by(membership, past) if membership.removed else frozenset[int]()
        return status.view(thing, self._registry, seen=past, hidden=hidden)

    def _walk(self, past: Past | None) -> control.Point:
        """Follow the control chain through `past` (all, if None): its head, or the first fork."""
        head = RecordId(self.id)
        while True:
            links = self._links.get(head, ())
            following = [one for one in links if past is None or one.number in past]
            if not following:
                return control.Point(head, self._memberships[head])
            if len(following) > 1:
                kept = {
                    str(one.record.open.get("keep"))
                    for one in self._resolves.get(head, ())
                    if past is None or one.number in past
                }
                following = [one for one in following if {one.record.id} == kept] or following
            if len(following) > 1:
                branches = tuple(sorted(one.record.id for one in following))
                return control.Point(head, self._memberships[head], branches)
            head = following[0].record.id

    # --- entering ------------------------------------------------------------------------------

    def _enter(self, entry: Entry) -> None:
        record = entry.record
        kind = self._registry.get(record.kind)
        entry = self._link(entry, kind)
        self._entries[record.id] = entry
        self._order.append(entry)
        self._changed_at = max(self._changed_at, record.said_at)
        self._heads.difference_update(record.after)
        self._heads.add(record.id)
        self._said_twice.setdefault((record.author, record.seq), []).append(record.id)
        match None if kind is None else kind.effect:
            case kinds.Opens() as effect:
                self._things[record.id] = status.Thing(entry, effect)
            case kinds.Moves(field=field):
                self._things[RecordId(str(record.open[field]))].acts.append(entry)
            case kinds.Settles():
                self._things[RecordId(str(record.open["about"]))].acts.append(entry)
            case kinds.Says(register=register) if register:
                self._registers.setdefault(register, []).append(entry)
            case kinds.Votes():
                self._registers.setdefault(_VOTES, []).append(entry)
            case _:
                pass

    def _link(self, entry: Entry, kind: kinds.Kind | None) -> Entry:
        """Extend the control chain where the record is a link; the point after it."""
        record = entry.record
        match None if kind is None else kind.effect:
            case kinds.Genesis():
                self._memberships[record.id] = entry.point.membership
            case kinds.Control() as effect:
                membership = control.next_link(entry.point.membership, record, effect)
                assert isinstance(membership, control.Membership)
                self._memberships[record.id] = membership
                self._links.setdefault(entry.point.head, []).append(entry)
                entry = entry._replace(point=control.Point(record.id, membership))
            case kinds.Resolves():
                self._resolves.setdefault(entry.point.head, []).append(entry)
                entry = entry._replace(point=self._walk_with(entry))
            case _:
                return entry
        self._point = None
        return entry

    def _walk_with(self, entry: Entry) -> control.Point:
        """The point right after a resolving record, which its own past does not hold yet."""
        return self._walk(entry.past)

    # --- what stands ---------------------------------------------------------------------------

    @property
    def type(self) -> str:
        """What this matter is: `case`, `directory`; empty until its first record is here."""
        if not self._order:
            return ""
        effect = self._registry[self._order[0].record.kind].effect
        assert isinstance(effect, kinds.Genesis)
        return effect.matter

    @property
    def opening(self) -> Record | None:
        """The first record."""
        return self._order[0].record if self._order else None

    @property
    def changed_at(self) -> str:
        """The latest instant that an admitted record claims."""
        return self._changed_at

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, record: object) -> bool:
        return record in self._entries

    @property
    def point(self) -> control.Point:
        """Where the control chain stands in everything that is here."""
        if self._point is None:
            self._point = self._walk(None)
        return self._point

    @property
    def membership(self) -> control.Membership:
        """Lead, parties and closure as they stand."""
        return self.point.membership

    @property
    def heads(self) -> tuple[RecordId, ...]:
        """The records that nothing here comes after."""
        return tuple(sorted(self._heads))

    @property
    def missing(self) -> tuple[RecordId, ...]:
        """Ancestors that records here wait for."""
        return tuple(sorted(one for one in self._wanted if one not in self._waiting))

    @property
    def waiting(self) -> tuple[Record, ...]:
        """Records whose ancestors are not all here."""
        return tuple(self._waiting[one] for one in sorted(self._waiting))

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """Records that change nothing, with the reason of each."""
        return tuple(self._rejections[one] for one in sorted(self._rejections))

    def rejection(self, record: RecordId) -> Rejection | None:
        """Why `record` was rejected, if it was."""
        return self._rejections.get(record)

    def timeline(self) -> list[Record]:
        """Every admitted record, in the order that all nodes tell (rule 10)."""
        records = [entry.record for entry in self._order]
        records.sort(key=lambda one: (one.lamport, one.author, one.id))
        return records

    def record(self, record: RecordId) -> Record | None:
        """An admitted record."""
        entry = self._entries.get(record)
        return None if entry is None else entry.record

    def things(self, thing: str = "") -> list[status.View]:
        """The things of this matter, all or of one sort, oldest first."""
        hidden = self._hidden_now()
        found = [
            status.view(one, self._registry, seen=None, hidden=hidden)
            for one in self._things.values()
            if thing in ("", one.effect.thing)
        ]
        found.sort(key=lambda one: (one.opening.lamport, one.opening.author, one.id))
        return found

    def thing(self, thing: RecordId) -> status.View | None:
        """One thing as it stands."""
        known = self._things.get(thing)
        if known is None:
            return None
        return status.view(known, self._registry, seen=None, hidden=self._hidden_now())

    def register(self, name: str) -> tuple[Record, ...]:
        """The newest statements of a register; more than one is a conflict (rule 9)."""
        hidden = self._hidden_now()
        said = [one for one in self._registers.get(name, ()) if one.number not in hidden]
        newest = [
            one.record
            for one in said
            if not any(other is not one and one.number in other.past for other in said)
        ]
        return tuple(sorted(newest, key=lambda one: one.id))

    def forks(self) -> list[tuple[RecordId, ...]]:
        """Records by which one author said two things at one position: proof of equivocation."""
        return sorted(tuple(sorted(ids)) for ids in self._said_twice.values() if len(ids) > 1)

    def quarantined(self) -> tuple[RecordId, ...]:
        """Work that a removed party did unseen by the removal, until the lead ratifies it."""
        return tuple(sorted(self._order[number].record.id for number in self._hidden_now()))

    def had_seen(self, later: RecordId, earlier: RecordId) -> bool:
        """Whether `earlier` is in the past of `later`; both are admitted."""
        return self._entries[earlier].number in self._entries[later].past

    def place(self, author: AuthorityId) -> Place:
        """Where `author`'s next record stands, after everything here (rule 2)."""
        heads = sorted(self._heads, key=lambda one: self._entries[one].record.lamport)
        after = tuple(sorted(heads[:AFTER_MAX]))
        if len(after) == 1:
            parent = self._entries[after[0]]
            seqs, point, lamport = parent.seqs, parent.point, parent.record.lamport
        else:
            joined = self._join(after)
            assert not isinstance(joined, str), joined
            _, seqs, point, lamport = joined
        return Place(
            matter=self.id,
            after=after,
            control=point.head,
            lamport=lamport + 1,
            seq=seqs.get(author, -1) + 1,
        )

    def digest(self) -> str:
        """SHA-256 of everything above: two nodes with the same records have the same digest."""
        membership = self.membership if self._order else None
        return hashlib.sha256(
            strict_json.dumps(
                {
                    "admitted": sorted(self._entries),
                    "rejected": {one.record.id: one.reason for one in self.rejections},
                    "lead": membership.lead if membership else None,
                    "parties": sorted(membership.parties) if membership else [],
                    "closed": membership.closed if membership else False,
                    "branches": self.point.branches if self._order else [],
                    "things": [
                        [one.id, one.status, [a.id for a in one.acts], one.quarantined]
                        for one in self.things()
                    ],
                    "registers": {
                        name: [one.id for one in self.register(name)]
                        for name in sorted(self._registers)
                        if name != _VOTES
                    },
                    "quarantined": self.quarantined(),
                    "forks": self.forks(),
                    "heads": self.heads,
                }
            )
        ).hexdigest()

    # --- quarantine (rule 7) -------------------------------------------------------------------

    def _hidden_now(self) -> frozenset[int]:
        membership = self.membership
        if not membership.removed:
            return frozenset()
        cached = self._hidden
        if cached is None or cached[0] is not membership or cached[1] != len(self._order):
            hidden = self._quarantined_by(membership, None)
            self._hidden = cached = (membership, len(self._order), hidden)
        return cached[2]

    def _quarantined_by(self, membership: control.Membership, past: Past | None) -> frozenset[int]:
        """Numbers of records that a removal had not seen and that had not seen the removal."""
        hidden: set[int] = set()
        for who, removal in membership.removed:
            removed = self._entries[removal]
            for entry in self._entries_of(who):
                if past is not None and entry.number not in past:
                    continue
                unseen = entry.number not in removed.past and removed.number not in entry.past
                if unseen and entry.record.id not in membership.ratified:
                    hidden.add(entry.number)
        return frozenset(hidden)

    def _entries_of(self, author: AuthorityId) -> Iterable[Entry]:
        return (entry for entry in self._order if entry.record.author == author)


_VOTES = "fork votes"
