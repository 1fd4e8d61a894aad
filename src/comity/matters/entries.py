"""A record with its place in the graph, and the newest of several."""

import bisect
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comity.matters import past
from comity.matters.control import Point
from comity.matters.past import Past
from comity.records.ids import AuthorityId
from comity.records.record import Record


@dataclass(slots=True, eq=False)
class Entry:
    """A record that stands in the graph, and what follows from its ancestors.

    Never changed; not frozen, because freezing it would double the cost of making one.
    """

    record: Record
    number: int
    """Its number on this node."""
    past: Past
    """What it had seen, itself included."""
    seqs: dict[AuthorityId, int]
    """The greatest seq of each author in its past."""
    point: Point
    """Where the control chain stands in its past."""
    void: str = ""
    """Why it changes nothing, if it does not."""


def apart(one: Entry, other: Entry) -> bool:
    """Whether neither had seen the other."""
    return not past.holds(one.past, other.number) and not past.holds(other.past, one.number)


Chosen = Callable[[Entry], bool]


def newest(
    entries: Sequence[Entry], chosen: Chosen | None = None, *, below: int | None = None
) -> list[Entry]:
    """Those that no other had seen, of `entries` in the order of their numbers, `below` one number.

    It looks from the end and stops where all that is left had been seen: in a chain, at once.
    """
    end = len(entries)
    if below is not None and end and entries[-1].number >= below:
        end = bisect.bisect_left(entries, below, key=_number)
    found: list[Entry] = []
    seen = past.NOTHING
    for place in range(end - 1, -1, -1):
        entry = entries[place]
        if entry.number < seen[0]:
            break
        if past.holds(seen, entry.number) or not (chosen is None or chosen(entry)):
            continue
        found.append(entry)
        seen = past.union(seen, entry.past)
    return found


_number = operator.attrgetter("number")
