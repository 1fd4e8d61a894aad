"""Oversight: the account of who accessed what, and members' ledgers rebuilt from nothing.

A ledger is held against what was seen of it before; the account is read backwards, page by page.
"""

from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import accounting, overseeing, permitting

LINES_MAX = 500
_LEAVES_MAX = 10**9 - 1


class Finding(TypedDict):
    """What the audit of one ledger found; `fault` is empty if nothing is wrong."""

    authority: str
    size: int
    root: str
    fault: str
    witnesses: list[str]
    seen_size: int


class Access(TypedDict):
    """One access: who read, searched, exported or handed over what, when and for what purpose."""

    record: str
    said_at: str
    officer: str
    what: str
    matter: str | None
    title: str
    about: str | None
    to: str | None
    purpose: str
    place: str


class Account(TypedDict):
    """A page of the account, newest first. `next` is the cursor of the page after it."""

    accesses: list[Access]
    next: str | None


def made(page_rows: int) -> list[routes.Route]:
    """The routes. `page_rows` is how long a page is unless its caller says so."""
    return [
        routes.Route(
            method="POST",
            path="/ledgers/{authority}/audit",
            name="audit_ledger",
            action="read.ledger",
            title="Audit a member's ledger",
            told="Fetches it whole and believes nothing that the member says of it.",
            tag="ledger",
            answer=shapes.schema(Finding),
            work=_audit,
            slow=True,
        ),
        routes.Route(
            method="GET",
            path="/access",
            name="read_access",
            action="read.access",
            title="The account of access",
            told="Who read, searched, exported or handed over what. This reading is in it too.",
            tag="access",
            query={
                "cursor": {
                    "type": "string",
                    "description": "Where the page begins: `next` of the page before.",
                },
                "limit": {"type": "integer", "minimum": 1, "maximum": LINES_MAX},
            },
            answer=shapes.schema(Account),
            work=lambda call: _account(call, page_rows),
            slow=True,
        ),
    ]


def _audit(call: calls.Call) -> answers.Answer:
    who = calls.authority(call.path["authority"], "authority")
    # Before the ledger is looked for, so that a no tells nothing of who is in the directory.
    permitting.permitted(call.desk, "read.ledger")
    found = overseeing.audit_ledger(call.desk, who, call.desk.tools.fetch(who))
    said: Finding = {
        "authority": found.authority,
        "size": found.size,
        "root": found.root,
        "fault": found.fault,
        "witnesses": list(found.witnesses),
        "seen_size": found.seen_size,
    }
    return answers.json_reply(said)


def _account(call: calls.Call, page_rows: int) -> answers.Answer:
    before = call.number("cursor", 1, _LEAVES_MAX) if call.one("cursor") else None
    limit = call.number("limit", page_rows, LINES_MAX)
    found = accounting.account(call.desk, before=before, count=limit)
    cursor = None if found.before is None else str(found.before)
    said: Account = {"accesses": [_access(one) for one in found.lines], "next": cursor}
    if cursor is None:
        return answers.json_reply(said)
    link = routes.following(f"{routes.PREFIX}/access", call.query, cursor)
    return answers.json_reply(said, 200, link)


def _access(one: accounting.Access) -> Access:
    return {
        "record": one.record.id,
        "said_at": one.record.said_at,
        "officer": one.officer,
        "what": one.said.what,
        "matter": one.said.matter,
        "title": one.title,
        "about": one.said.record,
        "to": one.said.to,
        "purpose": one.said.purpose,
        "place": one.said.place,
    }
