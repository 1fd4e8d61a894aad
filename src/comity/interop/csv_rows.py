"""Tables: a header `class,value` with, if you like, `context` and `seen_on`; then one row a line.

Separated by commas, semicolons or tabs, as the header shows. What a spreadsheet would take for a
formula is data here, kept as it stands; whoever writes a table again makes it harmless then.
"""

import csv
import io
from collections.abc import Iterator
from typing import NoReturn

from comity import errors
from comity.interop import found
from comity.matching import identifiers

FORMAT = "csv"
COLUMNS = ("class", "value", "context", "seen_on")
_NEEDED = COLUMNS[:2]
_CLASSES = frozenset(identifiers.IdentifierClass)


def fits(text: str) -> bool:
    """Whether the first line is a header with the two columns that are needed."""
    names = _header(text)
    return all(column in names for column in _NEEDED)


def read(text: str, *, name: str, region: str | None = None) -> found.Found:
    """The rows of the table; `Invalid` if its header is another's."""
    columns = _checked(_header(text))
    harvest = found.Harvest(title=name, source_format=FORMAT)
    for number, cells in _lines(text):
        place = f"line {number}"
        if len(cells) != len(columns):
            harvest.fault(place, "csv-cells", f"{len(cells)} cells under {len(columns)} columns")
            continue
        row = dict(zip(columns, cells, strict=True))
        cls = row["class"].strip().lower()
        if cls not in _CLASSES:
            harvest.fault(
                place, "csv-class", f"{cls[:40]!r} is none of {', '.join(sorted(_CLASSES))}"
            )
            continue
        harvest.take(
            place,
            identifiers.IdentifierClass(cls),
            row["value"],
            context=row.get("context"),
            seen_on=harvest.date(place, row.get("seen_on", "").strip()),
            region=region,
        )
    return harvest.found()


def _header(text: str) -> list[str]:
    line = text.partition("\n")[0].rstrip("\r")
    return [cell.strip().strip('"').strip().lower() for cell in line.split(_separator(text))]


def _separator(text: str) -> str:
    line = text.partition("\n")[0]
    return max(",;\t", key=line.count)


def _checked(names: list[str]) -> list[str]:
    for number, name in enumerate(names, start=1):
        if name not in COLUMNS:
            _refuse(f"line 1, column {number}: {name[:40]!r} is none of {', '.join(COLUMNS)}")
        if names.count(name) > 1:
            _refuse(f"line 1, column {number}: {name!r} stands twice")
    for needed in _NEEDED:
        if needed not in names:
            _refuse(f"line 1: the column {needed!r} is missing")
    return names


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header, with the line on which each ends; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        next(reader, None)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as fault:
        _refuse(f"line {reader.line_num}: {fault}")


def _refuse(message: str) -> NoReturn:
    raise errors.Invalid(
        "csv-form", message, next_step="The first line names the columns: class,value."
    )
