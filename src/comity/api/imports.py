"""Imports: a foreign file is read into rows and faults, and filed as a report or into a matter."""

import re

from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import importing, permitting
from comity.interop import found, reading
from comity.records import ids
from comity.records.ids import MatterId

SHOWN_MAX = 1_000
"""Rows and faults that an answer lists; all of them are counted."""
VALUE_MAX = 500
_REGION = "^[A-Z]{2}$"

_FORMS = {"stix": "stix-bundle"}
"""What a report calls a form that the reader calls otherwise."""


class Taken(TypedDict):
    """A row that was taken."""

    place: str
    cls: str
    value: str
    original: str
    context: str | None


class NotTaken(TypedDict):
    """A row that was not taken, and why."""

    place: str
    code: str
    reason: str


class Imported(TypedDict):
    """What a file held and where it went. `matter` is null where nothing was filed."""

    matter: str | None
    title: str
    form: str
    taken: int
    noted: int
    rows: list[Taken]
    fault_count: int
    faults: list[NotTaken]
    left_out: dict[str, int]


def made() -> list[routes.Route]:
    """The route."""
    return [
        routes.Route(
            method="POST",
            path="/imports",
            name="import_file",
            action="import.indicators",
            title="Import identifiers from a MISP, STIX, CSV or text file",
            told="Files a report, or notes them `into` a matter. `dry_run` only reads and tells.",
            tag="imports",
            query={
                "name": {"type": "string", "description": "The file's name.", "x-required": True},
                "into": {"type": "string", "description": "The matter to note them in."},
                "dry_run": {"type": "boolean"},
                "region": {
                    "type": "string",
                    "pattern": _REGION,
                    "description": "Where telephone numbers without a country code are from.",
                },
            },
            body=routes.Body(media=answers.BYTES, bytes_max=reading.SIZE_MAX),
            status=201,
            answer=shapes.schema(Imported),
            also={200: shapes.schema(Imported)},
            work=_import,
            slow=True,
        )
    ]


def _import(call: calls.Call) -> answers.Answer:
    permitting.permitted(call.desk, "import.indicators")
    into = _into(call.one("into"))
    taken, faults, read = _read(call.body, call.one("name"), _region(call.one("region")))
    form = _FORMS.get(read.source_format, read.source_format)
    filed: importing.Imported | None = None
    if not call.flag("dry_run"):
        rows = importing.Rows(
            title=read.title,
            form=form,
            identifiers=[_noted(one) for one in taken],
            faults=len(faults),
        )
        filed = importing.import_rows(call.desk, rows, into)
    said: Imported = {
        "matter": filed.matter if filed else None,
        "title": read.title,
        "form": form,
        "taken": len(taken),
        "noted": filed.noted if filed else 0,
        "rows": [_row(one) for one in taken[:SHOWN_MAX]],
        "fault_count": len(faults),
        "faults": [_fault(one) for one in faults[:SHOWN_MAX]],
        "left_out": dict(read.left_out),
    }
    return answers.json_reply(said, 201 if filed else 200)


def _read(
    data: bytes, name: str, region: str | None
) -> tuple[list[found.Row], list[found.Fault], found.Found]:
    """The rows that records can hold, and the faults; what is too long for a record is one."""
    read = reading.read(data, name=name, region=region)
    taken = [one for one in read.rows if len(one.identifier.value) <= VALUE_MAX]
    faults = list(read.faults)
    faults += [
        found.Fault(
            place=one.place,
            code="value-too-long",
            reason=f"{len(one.identifier.value)} characters, at most {VALUE_MAX} are kept",
        )
        for one in read.rows
        if len(one.identifier.value) > VALUE_MAX
    ]
    return taken, faults, read


def _region(text: str) -> str | None:
    if text and not re.fullmatch(_REGION, text):
        raise calls.query_value("region is two capital letters, for example NL")
    return text or None


def _into(text: str) -> MatterId | None:
    if text and not ids.is_digest(text):
        raise calls.no_matter()
    return MatterId(text) if text else None


def _noted(row: found.Row) -> dict[str, str | None]:
    return {
        "cls": row.identifier.cls.value,
        "value": row.identifier.value,
        "context": row.context,
    }


def _row(row: found.Row) -> Taken:
    return {
        "place": row.place,
        "cls": row.identifier.cls.value,
        "value": row.identifier.value,
        "original": row.identifier.original,
        "context": row.context,
    }


def _fault(fault: found.Fault) -> NotTaken:
    return {"place": fault.place, "code": fault.code, "reason": fault.reason}
