"""The board: whose turn it is in each matter, remembered until the matter has another record."""

import threading
from collections import OrderedDict

from comity.desk import cabinet, tools, turns
from comity.records.ids import MatterId
from comity.store import port

MATTERS_MAX = 2_000
"""Matters remembered; the one unused longest makes room."""

_State = tuple[int, str]
"""How many records a matter has and when it changed. Not the number alone: a record that the store
refused may have given its place to another."""


class Board:
    """What waits, of every matter that was asked for. Safe to share between threads."""

    def __init__(self, own: tools.Tools) -> None:
        self._own = own
        self._known: OrderedDict[MatterId, tuple[_State, tuple[turns.Turn, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, folder: cabinet.Folder) -> tuple[turns.Turn, ...]:
        """What waits in a matter whose folder the caller holds."""
        matter_id = folder.matter.id
        state = len(folder.matter), cabinet.changed_at(folder)
        known = self._remembered(matter_id, state)
        if known is not None:
            return known
        found = turns.turns(folder.matter, self._own.registry)
        with self._lock:
            self._known[matter_id] = (state, found)
            if len(self._known) > MATTERS_MAX:
                self._known.popitem(last=False)
        return found

    def of_row(self, row: port.MatterRow) -> tuple[turns.Turn, ...]:
        """What waits in the matter of a registry line; it is read only if it grew."""
        known = self._remembered(row.id, (row.records, row.changed_at))
        if known is not None:
            return known
        with self._own.cabinet.holding(row.id) as folder:
            return self.of(folder)

    def _remembered(self, matter_id: MatterId, state: _State) -> tuple[turns.Turn, ...] | None:
        with self._lock:
            known = self._known.get(matter_id)
            if known is None or known[0] != state:
                return None
            self._known.move_to_end(matter_id)
            return known[1]
