"""Matters: the registry, one matter as it stands, its timeline, its export."""

import base64
import binascii
from typing import Any

from comity import errors
from comity.api import answers, archives, calls, routes, shapes
from comity.desk import exporting, listing, offering, reading
from comity.records import ids, strict_json
from comity.records.ids import MatterId, RecordId

LINES_MAX = 500
_CURSOR = {"type": "string", "description": "Where the page begins: `next` of the page before."}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": LINES_MAX}


def made(page_rows: int) -> list[routes.Route]:
    """The routes. `page_rows` is how long a page is unless its caller says so."""

    return [_registry(page_rows), *_one(page_rows)]


def _registry(page_rows: int) -> routes.Route:
    return routes.Route(
        method="GET",
        path="/matters",
        name="list_matters",
        action="read.registry",
        title="The registry",
        told="The lines that this officer may see, newest change first. The search is noted.",
        tag="matters",
        query={
            "type": {"type": "array", "items": {"type": "string"}},
            "status": {"type": "string"},
            "text": {
                "type": "string",
                "description": "Words of the title, or an identifier in its normal form.",
            },
            "party": {"type": "string"},
            "cursor": _CURSOR,
            "limit": _LIMIT,
        },
        answer=shapes.schema(shapes.Rows),
        also={answers.NOT_MODIFIED: {}},
        work=lambda call: _matters(call, page_rows),
    )


def _one(page_rows: int) -> list[routes.Route]:
    return [
        routes.Route(
            method="GET",
            path="/matters/{matter}",
            name="read_matter",
            action="read.matter",
            title="A matter as it stands",
            told="What its records add up to, and what this officer may say next.",
            tag="matters",
            answer=shapes.schema(shapes.Matter),
            also={answers.NOT_MODIFIED: {}},
            work=_matter,
        ),
        routes.Route(
            method="GET",
            path="/matters/{matter}/records",
            name="read_timeline",
            action="read.matter",
            title="The timeline of a matter",
            tag="matters",
            query={"cursor": _CURSOR, "limit": _LIMIT},
            answer=shapes.schema(shapes.Lines),
            also={answers.NOT_MODIFIED: {}},
            work=lambda call: _records(call, page_rows),
        ),
        routes.Route(
            method="GET",
            path="/matters/{matter}/export",
            name="export_matter",
            action="export.matter",
            title="Everything that is needed to check a matter without a node",
            told="A zip archive for `comity verify`. Fields named in `leave_out` stay sealed.",
            tag="matters",
            query={"leave_out": {"type": "array", "items": {"type": "string"}}},
            media=answers.ZIP,
            work=_export,
            slow=True,
        ),
    ]


def _matters(call: calls.Call, page_rows: int) -> answers.Answer:
    party = call.one("party")
    query = reading.Query(
        types=call.query.get("type", ()),
        status=call.one("status"),
        text=call.one("text"),
        party=calls.authority(party, "party") if party else None,
        before=_place(call.one("cursor")),
        limit=call.number("limit", page_rows, LINES_MAX),
    )
    page = listing.page(call.desk, query)
    cursor = None if page.following is None else _cursor(list(page.following))
    said: shapes.Rows = {"matters": [shapes.row(one) for one in page.rows], "next": cursor}
    return _paged(call, said, f"{routes.PREFIX}/matters", cursor)


def _matter(call: calls.Call) -> answers.Answer:
    matter = call.matter()
    view = reading.read(call.desk, matter)
    following: dict[RecordId | None, list[str]] = {}
    for offer in offering.offers(call.desk, matter):
        following.setdefault(offer.about, []).append(offer.kind.name)
    return routes.unless_known(call, shapes.matter(view, following))


def _records(call: calls.Call, page_rows: int) -> answers.Answer:
    matter = call.matter()
    limit = call.number("limit", page_rows, LINES_MAX)
    after = _position(call.one("cursor"))
    view = reading.read(call.desk, matter)
    entries = [one for one in view.timeline if _key(one) > after]
    shown = entries[:limit]
    cursor = _cursor(list(_key(shown[-1]))) if len(entries) > limit else None
    said: shapes.Lines = {"records": [shapes.line(one) for one in shown], "next": cursor}
    return _paged(call, said, f"{routes.PREFIX}/matters/{matter}/records", cursor)


def _export(call: calls.Call) -> answers.Answer:
    matter = call.matter()
    files = exporting.export(
        call.desk, matter, leave_out=frozenset(call.query.get("leave_out", ()))
    )
    name = f"comity-export-{matter[:12]}.zip"
    return answers.Stream(archives.zipped(files), answers.ZIP, (answers.attachment(name),))


def _paged(call: calls.Call, said: Any, path: str, cursor: str | None) -> answers.Answer:
    if cursor is None:
        return routes.unless_known(call, said)
    return routes.unless_known(call, said, routes.following(path, call.query, cursor))


def _key(entry: reading.Entry) -> tuple[int, str, str]:
    """Where a record stands in the timeline, on every node."""
    return entry.record.lamport, entry.record.author, entry.record.id


def _cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(strict_json.dumps(place)).decode().rstrip("=")


def _opened(cursor: str) -> Any:
    try:
        return strict_json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (errors.Invalid, binascii.Error, ValueError):
        raise _no_cursor() from None


def _place(cursor: str) -> tuple[str, MatterId] | None:
    if not cursor:
        return None
    match _opened(cursor):
        case [str(changed_at), str(matter)] if changed_at.isprintable() and ids.is_digest(matter):
            return changed_at, MatterId(matter)
        case _:
            raise _no_cursor()


def _position(cursor: str) -> tuple[int, str, str]:
    if not cursor:
        return -1, "", ""
    match _opened(cursor):
        case [int(lamport), str(author), str(record)]:
            return lamport, author, record
        case _:
            raise _no_cursor()


def _no_cursor() -> errors.Invalid:
    return errors.Invalid(
        "cursor-malformed",
        "this is no cursor that an answer held",
        next_step="Begin again without a cursor, then follow next.",
    )
