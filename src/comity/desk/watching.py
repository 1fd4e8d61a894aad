"""Telling pages that something changed: after each commit, which matters it was about.

The store tells from its writer's thread, which must not wait; a thread of its own looks up the
matters. Only that they changed is told. What the account of access holds is told to nobody: a page
that is drawn again is itself noted there.
"""

import queue
import threading
from collections.abc import Callable

from comity import errors
from comity.desk import tools
from comity.records.ids import MatterId
from comity.store import port


class Watch:
    """Watches the commits of one node until it is closed."""

    def __init__(self, own: tools.Tools, tell: Callable[[MatterId], None]) -> None:
        """`tell` is called from the watching thread, once for each matter of a commit."""
        self._own = own
        self._tell = tell
        self._size = own.store.size
        self._commits: queue.SimpleQueue[port.Appended | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="comity-watch", daemon=True)
        own.store.on_commit(self._commits.put)
        self._thread.start()

    def close(self) -> None:
        """Stop telling."""
        self._commits.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (appended := self._commits.get()) is not None:
            try:
                matters = self._matters(appended)
            except errors.ComityError:
                # The store is closing or has failed: there is nothing to be read any more.
                continue
            for matter in matters:
                self._tell(matter)

    def _matters(self, appended: port.Appended) -> set[MatterId]:
        """The matters that a commit was about: new records, and disclosures for old ones."""
        found: set[MatterId] = set()
        if appended.size > self._size:
            for stored in self._own.store.all_records(self._size - 1):
                if stored.leaf >= appended.size:
                    break
                found |= self._told(stored)
        late = [leaf for leaf in appended.leaves if leaf < self._size]
        for leaf in late:
            for one in self._own.store.leaves(leaf, leaf + 1):
                stored_late = self._own.store.record(one)
                if stored_late is not None:
                    found |= self._told(stored_late)
        self._size = max(self._size, appended.size)
        return found

    def _told(self, stored: port.StoredRecord) -> set[MatterId]:
        kind = self._own.registry.get(stored.kind)
        accounts = kind is not None and kind.family == "access"
        return set() if accounts else {stored.matter}
