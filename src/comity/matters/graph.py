"""The causal graph of a matter: which records stand in it, and what each had seen.

Whether a record stands is told by its header and its ancestors, not by its kind: versions that
know different kinds hold the same graph. One that stands may still change nothing (`state`); one
that does not is kept out, and all that names it (clauses F2 to F4, F6).
"""

import operator
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from comity import errors
from comity.matters.chain import Chain
from comity.matters.control import Point
from comity.matters.entries import Entry
from comity.matters.past import Past
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import AFTER_MAX, Place, Record

_number = operator.attrgetter("number")


class Joined(NamedTuple):
    """What the records named in `after` had seen together."""

    past: Past
    seqs: Mapping[AuthorityId, int]
    point: Point
    lamport: int


class Graph:
    """Every record that stands in one matter."""

    def __init__(self, matter: MatterId, chain: Chain) -> None:
        self._matter = matter
        self._chain = chain
        self.entries: dict[RecordId, Entry] = {}
        self.order: list[Entry] = []
        """Every entry at its number: ancestors first."""
        self.heads: set[RecordId] = set()
        self._said: dict[tuple[AuthorityId, int], RecordId] = {}
        self._said_twice: dict[tuple[AuthorityId, int], set[RecordId]] = {}

    # --- what stands ---------------------------------------------------------------------------

    def stand(self, record: Record) -> Joined | str:
        """What `record` had seen, or why it does not stand. Its ancestors are here."""
        if not record.after:
            return "only the first record of a matter stands after nothing"
        joined = self.join(record.after)
        if isinstance(joined, str):
            return joined
        _, seqs, point, lamport = joined
        author = record.author
        if record.lamport != lamport + 1:
            return f"lamport is {record.lamport} where {lamport + 1} follows"
        if record.seq != seqs.get(author, -1) + 1:
            return f"seq is {record.seq} where {seqs.get(author, -1) + 1} follows"
        if record.control != point.head:
            return "control is not the head of the control chain that it had seen"
        membership = point.membership
        if author not in membership.parties:
            return f"{author} is no party of this matter"
        if membership.closed:
            return "the matter is closed"
        return joined

    def join(self, after: tuple[RecordId, ...]) -> Joined | str:
        """What several records had seen together; none of them may have seen another."""
        if len(after) == 1:
            record, _, past, seqs, point, _ = self.entries[after[0]]
            return Joined(past, seqs, point, record.lamport)
        parents = sorted([self.entries[one] for one in after], key=_number, reverse=True)
        newest = parents[0]
        past, merged, point, lamport = newest.past, {**newest.seqs}, newest.point, 0
        alike = True
        for parent in parents:
            # What has a greater number cannot be an ancestor of what has a smaller one.
            if parent is not newest and past.holds(parent.number):
                return "after names a record and its ancestor"
            past = past.union(parent.past)
            for author, seq in parent.seqs.items():
                if merged.get(author, -1) < seq:
                    merged[author] = seq
            alike = alike and parent.point is point
            lamport = max(lamport, parent.record.lamport)
        if not alike:
            point = self._chain.join([parent.point for parent in parents], past)
        return Joined(past, merged, point, lamport)

    def enter(self, entry: Entry) -> None:
        """Add what stands, after its ancestors."""
        record = entry.record
        self.entries[record.id] = entry
        self.order.append(entry)
        heads = self.heads
        heads.difference_update(record.after)
        heads.add(record.id)
        said = (record.author, record.seq)
        earlier = self._said.setdefault(said, record.id)
        if earlier != record.id:
            self._said_twice.setdefault(said, {earlier}).add(record.id)

    def forks(self) -> list[tuple[RecordId, ...]]:
        """Records by which one author said two things at one position."""
        return sorted(tuple(sorted(found)) for found in self._said_twice.values())

    # --- where a new record stands -------------------------------------------------------------

    def place(self, author: AuthorityId, about: Iterable[RecordId] = ()) -> Place:
        """Where `author`'s next record stands: after everything here, if that is few enough.

        Of more heads than one record may name, those come first that hold what the author itself
        said last, the control chain, and what the record is `about`; then the oldest.
        """
        heads = [self.entries[one] for one in self.heads]
        if not heads:
            raise errors.NotFound("matter-not-here", f"no record of {self._matter} is here yet")
        if len(heads) > AFTER_MAX:
            heads = self._chosen(heads, author, about)
        after = tuple(sorted(one.record.id for one in heads))
        joined = self.join(after)
        assert isinstance(joined, Joined)  # Heads have not seen each other.
        return Place(
            matter=self._matter,
            after=after,
            control=joined.point.head,
            lamport=joined.lamport + 1,
            seq=joined.seqs.get(author, -1) + 1,
        )

    def _chosen(
        self, heads: list[Entry], author: AuthorityId, about: Iterable[RecordId]
    ) -> list[Entry]:
        last = max((one.seqs.get(author, -1) for one in heads), default=-1)
        own = [self._said[author, last]] if last >= 0 else []
        own.extend(self._said_twice.get((author, last), ()))
        wanted = [*own, *(one.record.id for one in self._chain.turns), *about]
        heads.sort(key=lambda one: (one.record.lamport, one.record.id))
        chosen: list[Entry] = []
        for one in wanted:
            entry = self.entries.get(one)
            if entry is None or any(head.past.holds(entry.number) for head in chosen):
                continue
            chosen.append(next(head for head in heads if head.past.holds(entry.number)))
        rest = [head for head in heads if all(head is not one for one in chosen)]
        return (chosen + rest)[:AFTER_MAX]
