"""What lies between two pages of one task: a file that was read and waits for the officer's yes.

In memory, for one officer, for minutes, and little of it: nothing that somebody looked at and
turned down stays on a disk.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
MINUTES = 30
KEPT_MAX = 16


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    officer: str
    until: datetime
    what: T


class Shelf(Generic[T]):
    """Holds the newest few. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()

    def put(self, officer: str, what: T, now: datetime) -> str:
        """Keep `what` for `officer`; the name by which it is taken."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._sweep(now)
            self._kept[name] = _Kept(officer, now + timedelta(minutes=MINUTES), what)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return name

    def look(self, officer: str, name: str, now: datetime) -> T | None:
        """What lies there for this officer; None if nothing does, or no longer."""
        with self._lock:
            self._sweep(now)
            kept = self._kept.get(name)
            return kept.what if kept is not None and kept.officer == officer else None

    def drop(self, name: str) -> None:
        """Throw it away; not an error when it is gone."""
        with self._lock:
            self._kept.pop(name, None)

    def _sweep(self, now: datetime) -> None:
        for name in [name for name, kept in self._kept.items() if kept.until <= now]:
            del self._kept[name]
