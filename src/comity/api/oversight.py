"""Oversight: a member's ledger fetched, rebuilt and held against what was seen before."""

from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import overseeing


class Finding(TypedDict):
    """What the audit of one ledger found; `fault` is empty if nothing is wrong."""

    authority: str
    size: int
    root: str
    fault: str
    witnesses: list[str]
    seen_size: int


def made() -> list[routes.Route]:
    """The route."""
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
        )
    ]


def _audit(call: calls.Call) -> answers.Answer:
    who = calls.authority(call.path["authority"], "authority")
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
