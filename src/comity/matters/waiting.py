"""Records that wait for their ancestors (clauses F3.2, F13).

Each author has room for a bounded number, so that one that names what does not exist takes no
place from others. What finds no room is counted, not kept: it lies in the ledger, and folding the
matter again in the order of lamport finds all that have their ancestors by then.
"""

from collections import Counter
from collections.abc import Iterable

from comity.records.ids import AuthorityId, RecordId
from comity.records.record import Record

WAITING_MAX = 10_000
"""How many records of one author may wait in one matter."""


class WaitingRoom:
    """The records of one matter whose ancestors are not all here."""

    def __init__(self) -> None:
        self.records: dict[RecordId, Record] = {}
        """What waits. Others read it only."""
        self._lacking: dict[RecordId, set[RecordId]] = {}
        self._wanted: dict[RecordId, set[RecordId]] = {}
        self._held: Counter[AuthorityId] = Counter()
        self._turned_away: Counter[AuthorityId] = Counter()

    def take(self, record: Record, missing: Iterable[RecordId]) -> bool:
        """Let `record` wait for `missing`; False if its author has no room left."""
        if self._held[record.author] >= WAITING_MAX:
            self._turned_away[record.author] += 1
            return False
        self._held[record.author] += 1
        self.records[record.id] = record
        self._lacking[record.id] = set(missing)
        for one in self._lacking[record.id]:
            self._wanted.setdefault(one, set()).add(record.id)
        return True

    def arrived(self, one: RecordId) -> list[Record]:
        """`one` stands in the graph now: the records that waited for nothing else."""
        released = []
        for waiting in sorted(self._wanted.pop(one, ())):
            lacking = self._lacking[waiting]
            lacking.discard(one)
            if not lacking:
                released.append(self._leave(waiting))
        return released

    def lost(self, one: RecordId) -> list[Record]:
        """`one` will never stand in the graph: the records that waited for it."""
        return [self._leave(waiting) for waiting in sorted(self._wanted.pop(one, ()))]

    def _leave(self, waiting: RecordId) -> Record:
        record = self.records.pop(waiting)
        self._held[record.author] -= 1
        for other in self._lacking.pop(waiting):
            others = self._wanted.get(other)
            if others is not None:
                others.discard(waiting)
                if not others:
                    del self._wanted[other]
        return record

    @property
    def turned_away(self) -> int:
        """How many found no room."""
        return self._turned_away.total()

    @property
    def has_room(self) -> bool:
        """Whether an author whose records were turned away has half of its room again.

        Not a single place: who lets its own records through one by one would have the whole matter
        folded again for each of them.
        """
        return any(self._held[who] <= WAITING_MAX // 2 for who in self._turned_away)

    @property
    def missing(self) -> list[RecordId]:
        """What records here wait for and is not waiting itself."""
        return sorted(one for one in self._wanted if one not in self.records)
