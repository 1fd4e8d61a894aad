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
        raise errors.Invalid(
            "nothing-to-import",
            "no row of this file could be taken",
            next_step="Look at what was said of each row, and correct the file.",
        )
    noted = list({(one["cls"], one["value"]): one for one in rows.identifiers}.values())
    # Every row is tried before the first record is said.
    noting = matching.statements(desk.tools, noted, source=rows.title[:500])
    with performing.several(desk) as several:
        matter = into if into is not None else _report(several, rows)
        for said in noting:
            several.say(performing.Act(kind=matching.NOTING, matter=matter, said=said))
    return Imported(matter, len(noted))


def _report(several: performing.Several, rows: Rows) -> MatterId:
    said = {
        "title": _title(rows.title),
        "source": "feed",
        "form": rows.form,
        "faults": rows.faults,
    }
    filed = several.say(performing.Act(kind="report.filed/1", said=said))
    several.say(performing.Act(kind="triage.asked/1", matter=filed.matter, said={}))
    return filed.matter


def _title(name: str) -> str:
    """A title that a report may have, for a file of any name."""
    told = name.strip()[:200]
    return told if len(told) >= 3 else f"Import: {told}".strip()
