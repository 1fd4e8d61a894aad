"""A matter of which this node has one, known by a setting, and what is read out of it.

What was read last is kept, so that whoever asks waits for nobody: neither for a lock nor for the
store. It is read anew at the end of each use of the matter that made it grow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from comity.matters.matter import Matter
from comity.records.ids import MatterId

Value = TypeVar("Value")


@dataclass(slots=True)
class Pinned(Generic[Value]):
    """One such matter: the directory, the staff."""

    setting: str
    read: Callable[[Matter], Value]
    id: MatterId | None = None
    doubted: bool = False
    """Whether a write to it was refused since it was read."""
    _known: tuple[Matter, int, Value] | None = None

    @property
    def value(self) -> Value | None:
        """What was read last; None before the first time."""
        return None if self._known is None else self._known[2]

    def take(self, matter: Matter) -> None:
        """Read the matter, under its lock, unless it is as it was."""
        known = self._known
        if known is None or known[0] is not matter or known[1] != len(matter):
            self._known = (matter, len(matter), self.read(matter))
            self.doubted = False
