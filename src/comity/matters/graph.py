"""The causal graph of a matter: which records stand in it, and what each had seen.

Whether a record stands is told by its header and its ancestors, not by its kind: versions that
know different kinds hold the same graph. One that stands may still change nothing (`state`); one
that does not is kept out, and all that names it (clauses F2 to F4, F6).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from comity import errors
from comity.matters import past
from comity.matters.chain import Chain
from comity.matters.control import Point
from comity.matters.entries import Entry
from comity.matters.past import Past
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import AFTER_MAX, Place, Record

Joined = tuple[Past, dict[AuthorityId, int], Point, int]
"""What several records had seen together: their pasts, the greatest seq of each author, where the
control chain stands, and the greatest lamport."""


class Graph:
    """Every record that stands in one matter."""

    def __init__(self, matter: MatterId, chain: Chain) -> None:
        self._matter = matter
        self._chain = chain
        self.entries: dict[RecordId, Entry] = {}
        self.order: list[Entry] = []
        """Every entry at its number: ancestors first."""
        self.heads: set[RecordId] = set()
        self._said: defaultdict[AuthorityId, dict[int, RecordId]] = defaultdict(dict)
        self._said_twice: dict[tuple[AuthorityId, int], set[RecordId]] = {}

    # --- what stands ---------------------------------------------------------------------------

    def stand(self, record: Record) -> Entry | str:
        """The entry that `record` becomes, or why it does not stand. Its ancestors are here."""
        after = record.after
        if len(after) == 1:
            last = self.entries[after[0]]
            seen, point, lamport = last.past, last.point, last.record.lamport
            seqs = last.seqs.copy()
        elif not after:
            return "only the first record of a matter stands after nothing"
        else:
            several = self.join(after)
            if isinstance(several, str):
                return several
            seen, seqs, point, lamport = several
        author = record.author
        seq = seqs.get(author, -1) + 1
        if record.lamport != lamport + 1:
            return f"lamport is {record.lamport} where {lamport + 1} follows"
        if record.seq != seq:
            return f"seq is {record.seq} where {seq} follows"
        if record.control != point.head:
            return "control is not the head of the control chain that it had seen"
        membership = point.membership
        if author not in membership.parties:
            return f"{author} is no party of this matter"
        if membership.closed:
            return "the matter is closed"
        seqs[author] = seq
        number = len(self.order)
        # The usual case is spared a call.
        seen = (number + 1, 0) if seen == (number, 0) else past.with_(seen, number)
        return Entry(record, number, seen, seqs, point)

    def join(self, after: Sequence[RecordId]) -> Joined | str:
        """What several records had seen together; none of them may have seen another."""
        first, *others = [self.entries[one] for one in after]
        seen, point, lamport = first.past, first.point, first.record.lamport
        seqs, numbers, alike = first.seqs.copy(), [first.number], True
        for other in others:
            also = other.past
            if past.holds(seen, other.number):
                return "after names a record and its ancestor"
            for number in numbers:
                if past.holds(also, number):
                    return "after names a record and its ancestor"
            numbers.append(other.number)
            seen = past.union(seen, also)
            for author, seq in other.seqs.items():
                if seqs.get(author, -1) < seq:
                    seqs[author] = seq
            lamport = max(lamport, other.record.lamport)
            alike = alike and other.point is point
        if not alike:
            point = self._chain.join([first, *others], seen)
        return seen, seqs, point, lamport

    def enter(self, entry: Entry) -> None:
        """Add what stands, after its ancestors."""
        record = entry.record
        self.entries[record.id] = entry
        self.order.append(entry)
        heads = self.heads
        heads.difference_update(record.after)
        heads.add(record.id)
        earlier = self._said[record.author].setdefault(record.seq, record.id)
        if earlier != record.id:
            self._said_twice.setdefault((record.author, record.seq), {earlier}).add(record.id)

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
        assert not isinstance(joined, str)  # Heads have not seen each other.
        _, seqs, point, lamport = joined
        return Place(
            matter=self._matter,
            after=after,
            control=point.head,
            lamport=lamport + 1,
            seq=seqs.get(author, -1) + 1,
        )

    def _chosen(
        self, heads: list[Entry], author: AuthorityId, about: Iterable[RecordId]
    ) -> list[Entry]:
        last = max((one.seqs.get(author, -1) for one in heads), default=-1)
        own = [self._said[author][last]] if last >= 0 else []
        own.extend(self._said_twice.get((author, last), ()))
        wanted = [*own, *(one.record.id for one in self._chain.turns), *about]
        heads.sort(key=lambda one: (one.record.lamport, one.record.id))
        chosen: list[Entry] = []
        for one in wanted:
            entry = self.entries.get(one)
            if entry is None or any(past.holds(head.past, entry.number) for head in chosen):
                continue
            chosen.append(next(head for head in heads if past.holds(head.past, entry.number)))
        rest = [head for head in heads if all(head is not one for one in chosen)]
        return (chosen + rest)[:AFTER_MAX]
