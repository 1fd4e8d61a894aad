"""Importing: identifiers from elsewhere become a report, or are noted in a case.

Reading the format is the door's work; what arrives here are good rows, and how many were not
taken. A report is filed with all of its rows or not at all as far as anyone is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import matching, performing, permitting, tools
from comity.records.ids import MatterId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a file held, as far as it could be read."""

    title: str
    form: str
    identifiers: Sequence[dict[str, str | None]]
    faults: int


@dataclass(frozen=True, slots=True)
class Imported:
    """Where the rows went."""

    matter: MatterId
    noted: int


def import_rows(desk: tools.Desk, rows: Rows, into: MatterId | None) -> Imported:
    """File a report of the rows, or note them in the matter `into`."""
    permitting.permitted(desk, "import.indicators")
    if not rows.identifiers:
        raise errors.Invalid("nothing-to-import", "no row of this file could be taken")
    noted = list({(one["cls"], one["value"]): one for one in rows.identifiers}.values())
    matter = into if into is not None else _report(desk, rows)
    matching.note_identifiers(desk, matter, noted, source=rows.title[:500])
    return Imported(matter, len(noted))


def _report(desk: tools.Desk, rows: Rows) -> MatterId:
    said = {
        "title": rows.title[:200] if len(rows.title) >= 3 else f"Import: {rows.title}",
        "source": "feed",
        "form": rows.form,
        "faults": rows.faults,
    }
    filed, queued = performing.say(desk, performing.Act(kind="report.filed/1", said=said))
    asked = performing.Act(kind="triage.asked/1", matter=filed.matter, said={})
    _, second = performing.say(desk, asked)
    performing.finish(queued)
    performing.finish(second)
    return filed.matter
