"""The account of access as oversight reads it: who read, searched, exported or handed over what.

Reading the account is itself in the account. It is read backwards, a stretch of the ledger at a
time, so that a page costs the same however long the account is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comity.desk import cabinet, permitting, reading, tools
from comity.matters import access
from comity.records import record
from comity.records.ids import MatterId
from comity.store import port

_STRETCH = 256
_STRETCHES_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access."""

    record: record.Record
    said: access.AccessNoted
    officer: str
    """The name of who it was; the pseudonym where no officer is known by it."""
    title: str
    """The matter's title, as far as it is known here."""


@dataclass(frozen=True, slots=True)
class Account:
    """A part of the account, newest first, and the leaf below which it goes on."""

    lines: Sequence[Access]
    before: int | None


def account(desk: tools.Desk, *, before: int | None = None, count: int = 50) -> Account:
    """The newest accesses below leaf `before`."""
    own = desk.tools
    permitting.permitted(desk, "read.access")
    reading.note(desk, "read", place="access")
    end = own.store.size if before is None else min(before, own.store.size)
    found: list[tuple[int, record.Record]] = []
    stretches = 0
    while end > 0 and len(found) < count and stretches < _STRETCHES_MAX:
        start = max(0, end - _STRETCH * 2 ** min(stretches, 5))
        found = _between(own, start, end) + found
        end, stretches = start, stretches + 1
    shown = found[-count:]
    more = end > 0 or len(found) > len(shown)
    following = (shown[0][0] if shown else end) if more else None
    return Account(_lines(own, [one for _, one in reversed(shown)]), following)


def _between(own: tools.Tools, start: int, end: int) -> list[tuple[int, record.Record]]:
    found = []
    for stored in own.store.all_records(start - 1):
        if stored.leaf >= end:
            break
        if stored.kind == "access.noted/1":
            found.append((stored.leaf, cabinet.read_stored(stored, own.registry)))
    return found


def _lines(own: tools.Tools, records: Sequence[record.Record]) -> list[Access]:
    names = {one.id: one.name for one in own.store.officers()} | {tools.NODE.id: ""}
    titles = _titles(own, records)
    return [
        Access(
            record=one,
            said=one.said,
            officer=names.get(one.officer, one.officer),
            title=titles.get(one.said.matter, "") if one.said.matter else "",
        )
        for one in records
        if isinstance(one.said, access.AccessNoted)
    ]


def _titles(own: tools.Tools, records: Sequence[record.Record]) -> Mapping[MatterId, str]:
    """The titles of the matters that were accessed, as far as they are in the newest lines."""
    rows = own.store.matters(port.MatterQuery(limit=500))
    return {row.id: row.title for row in rows}
