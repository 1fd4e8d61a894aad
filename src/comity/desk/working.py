"""An officer's work: what waits for this officer, what waits for others, what changed.

It looks through the matters that changed last and tells how far it looked. The look is noted.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from comity.desk import board, permitting, reading, tools, turns
from comity.records.ids import MatterId
from comity.store import port

LOOKED_MAX = 500
"""Matters that are looked through, newest change first."""
CHANGED_MAX = 8
_URGENCY = {"emergency": 0, "urgent": 1, "conflict": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that waits, and where."""

    row: port.MatterRow
    turn: turns.Turn
    kinds: tuple[str, ...] = ()
    """The kinds by which this officer may move it on; none where others must."""
    due_on: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What an officer finds in the morning."""

    mine: Sequence[Item]
    """This officer may make the next move."""
    colleagues: Sequence[Item]
    """This authority must make the next move, and this officer may not: another role is needed."""
    others: Sequence[Item]
    """This authority asked, and another must move."""
    changed: Sequence[port.MatterRow]
    looked: int
    complete: bool
    """Whether every open matter was looked through."""


def work(desk: tools.Desk, known: board.Board) -> Work:
    """The work of this officer, the most urgent first."""
    own, here = desk.tools, desk.authority
    permitting.permitted(desk, "read.registry")
    reading.note(desk, "searched", place="work")
    # Matters of others that lie here are none of its work; how many there are is told to nobody.
    rows = own.store.matters(port.MatterQuery(party=here, limit=LOOKED_MAX))
    open_rows = [row for row in rows if row.status != "closed"]
    waiting = [(row, known.of_row(row)) for row in open_rows]
    told = [row for row, found in waiting if found]
    changed = rows[:CHANGED_MAX]
    seen = {
        row.id
        for row in permitting.visible(desk, list({r.id: r for r in (*told, *changed)}.values()))
    }
    mine, colleagues, others = [], [], []
    permitted = _permitted(desk, [one for one in waiting if one[0].id in seen])
    for row, found in waiting:
        if row.id not in seen:
            continue
        for turn in found:
            able = tuple(k for k in turn.moves.get(here, ()) if (k, row.id) in permitted)
            item = Item(row=row, turn=turn, kinds=able, due_on=due_of(turn))
            if able:
                mine.append(item)
            elif here in turn.moves:
                colleagues.append(item)
            elif turn.view is not None and turn.view.opening.author == here:
                others.append(item)
    return Work(
        mine=sorted(mine, key=_urgency),
        colleagues=sorted(colleagues, key=_urgency),
        others=sorted(others, key=_urgency),
        changed=[row for row in changed if row.id in seen],
        looked=len(rows),
        complete=len(rows) < LOOKED_MAX,
    )


def due_of(turn: turns.Turn) -> datetime.date | None:
    """The day by which a thing should be moved, if its opening names one."""
    said = turn.view.opening.said if turn.view is not None else None
    for name in type(said).model_fields if said is not None else ():
        value = getattr(said, name)
        if name.startswith("due") and isinstance(value, datetime.date):
            return value
    return None


def _permitted(
    desk: tools.Desk, waiting: Sequence[tuple[port.MatterRow, tuple[turns.Turn, ...]]]
) -> set[tuple[str, MatterId]]:
    """Which kinds this officer may say in which matter: one decision batch a kind."""
    wanted: dict[str, dict[MatterId, port.MatterRow]] = {}
    for row, found in waiting:
        for turn in found:
            for kind in turn.moves.get(desk.authority, ()):
                wanted.setdefault(kind, {})[row.id] = row
    policy = desk.tools.policy
    permitted = set()
    for kind, rows in wanted.items():
        seen = permitting.visible(desk, list(rows.values()), policy.act(kind))
        permitted |= {(kind, row.id) for row in seen}
    return permitted


def _urgency(item: Item) -> tuple[datetime.date, int, str]:
    return (
        item.due_on or datetime.date.max,
        _URGENCY.get(item.row.priority, 2),
        item.row.changed_at,
    )
