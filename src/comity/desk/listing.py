"""A page of the registry, so that lines which an officer may not see leave no trace in it.

Pages are filled up to their size: neither a short page nor a cursor tells that something was left
out.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from comity.desk import permitting, reading, tools
from comity.records.ids import MatterId
from comity.store import port


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest change first, and where the next page begins."""

    rows: Sequence[port.MatterRow]
    following: tuple[str, MatterId] | None


def page(desk: tools.Desk, query: port.MatterQuery) -> Page:
    """The lines that this officer may see. The search is noted before anything is shown."""
    permitting.permitted(desk, "read.registry")
    reading.note(desk, "searched", place="registry")
    wanted = query.limit + 1
    seen: list[port.MatterRow] = []
    asked = dataclasses.replace(query, limit=wanted)
    while len(seen) < wanted:
        rows = desk.tools.store.matters(asked)
        seen.extend(permitting.visible(desk, rows))
        if len(rows) < wanted:
            break
        asked = dataclasses.replace(asked, before=(rows[-1].changed_at, rows[-1].id))
    shown = seen[: query.limit]
    more = len(seen) > query.limit
    return Page(shown, (shown[-1].changed_at, shown[-1].id) if more else None)
