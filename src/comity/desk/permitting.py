"""Asking policy at a desk: the permit, or the error that a door shows.

A matter that the officer may not know of is refused in the words of one that is not here. Where
policy itself fails nothing is permitted, and the log says so without saying who asked.
"""

import dataclasses
import logging
import re
from collections.abc import Collection, Sequence

from comity import errors
from comity.desk import standing, tools
from comity.matters.matter import Matter
from comity.policy import actions, asks, denials, engine
from comity.records import kinds, record
from comity.records.ids import MatterId
from comity.store import port

ACCESS_SETTING = "access"
"""The setting that names the matter in which this node accounts for access."""

Second = port.Officer
"""The person who approved an act, beside the one who says it."""

LISTED = "read.registry"
"""The action by which lines of the registry are seen."""
_ANYBODY = port.Officer(id="", name="", role="desk_head")
"""A second person, whoever it will be."""

_log = logging.getLogger(__name__)
_NAMING = re.compile(r"\bo-[a-z2-7]+\b|\b[0-9a-f]{64}\b")
"""Officers' pseudonyms and ids of matters, of which the log must not tell who looked at what."""


def ask_of(
    desk: tools.Desk,
    action: str,
    about: asks.About | None,
    second: Second | None = None,
    giving: asks.Giving = asks.NOTHING_GIVEN,
    *,
    alone: bool = False,
) -> asks.Ask:
    """The question that this desk's officer puts."""
    staff = desk.tools.cabinet.staff()
    person = staff.person(desk.officer.id) if staff else None
    return asks.Ask(
        who=asks.Who(
            officer=desk.officer.id,
            role=desk.officer.role,
            authority=desk.authority,
            scope=desk.scope,
            clearance=person.clearance(desk.now.date()) if person else 0,
        ),
        action=desk.tools.policy.action(action),
        here=desk.authority,
        about=about,
        purpose=desk.purpose,
        second=second.role if second else None,
        alone=alone,
        giving=giving,
        now=desk.now,
    )


def about(desk: tools.Desk, matter: Matter, *, tlp: record.Tlp | None = None) -> asks.About:
    """What policy may know of a matter, for this officer."""
    return asks.about(matter, tlp=tlp, tie=standing.tie(desk, matter.id))


def permitted(
    desk: tools.Desk,
    action: str,
    about: asks.About | None = None,
    ask: asks.Ask | None = None,
) -> engine.Permit:
    """The permit for a fixed action such as `read.matter`, or for what `ask` asks."""
    decided = desk.tools.policy.decide(ask or ask_of(desk, action, about))
    if isinstance(decided, denials.Denied):
        if decided.incident:
            _report(action, decided.faults)
        raise decided.error()
    return decided


def would_permit(
    desk: tools.Desk, asked: Collection[actions.Action], about: asks.About | None
) -> frozenset[actions.Action]:
    """Those actions that would be permitted, in one batch: to offer, not to act upon."""
    wanted = list(asked)
    try:
        answers = desk.tools.policy.would_permit([_offered(desk, one, about) for one in wanted])
    except errors.Unavailable as fault:
        _report_cause(f"{len(wanted)} offers", fault)
        raise
    return frozenset(one for one, yes in zip(wanted, answers, strict=True) if yes)


def _offered(desk: tools.Desk, action: str, about: asks.About | None) -> asks.Ask:
    """The question whether to offer something: presence, and a second person, can still come."""
    kind = desk.tools.registry.get(action.partition(":")[2])
    giving, second = asks.NOTHING_GIVEN, None
    if kind is not None:
        giving = standing.giving(desk, kind, None, "")
        second = _ANYBODY if kind.gives_rights else None
    present = desk.scope == asks.SIGNED_IN
    there = dataclasses.replace(desk, scope=asks.PRESENT) if present else desk
    return ask_of(there, action, about, second, giving)


def permitted_act(
    desk: tools.Desk,
    kind: kinds.Kind,
    about: asks.About | None = None,
    *,
    said: kinds.Statement | None = None,
    second: Second | None = None,
) -> engine.Permit:
    """The permit to say a record of `kind`; where it gives rights, to say exactly this."""
    action = desk.tools.policy.act(kind.name)
    giving = standing.giving(desk, kind, said, second.id if second else "")
    alone = kind.gives_rights and standing.alone(desk.tools.cabinet.staff(), desk.now)
    return permitted(desk, action, ask=ask_of(desk, action, about, second, giving, alone=alone))


def permitted_on(desk: tools.Desk, action: str, matter: MatterId) -> engine.Permit:
    """The permit for a fixed action on a matter, absent or not."""
    try:
        with desk.tools.cabinet.holding(matter) as folder:
            known = about(desk, folder.matter)
    except errors.NotFound:
        known = _account(desk, matter) or asks.absent(matter)
    return permitted(desk, action, known)


def _account(desk: tools.Desk, matter: MatterId) -> asks.About | None:
    """What policy may know of the account of access, which is never folded: it grows for ever."""
    if matter != desk.tools.store.setting(ACCESS_SETTING):
        return None
    here = desk.authority
    return asks.About(id=matter, type="access", lead=here, parties=(here,))


def about_row(desk: tools.Desk, row: port.MatterRow) -> asks.About:
    """What policy may know of a line of the registry, for this officer."""
    return asks.About(
        id=row.id,
        type=row.type,
        lead=row.lead,
        parties=row.parties,
        closed=row.status == "closed",
        tie=standing.tie(desk, row.id),
    )


def visible(
    desk: tools.Desk, rows: Sequence[port.MatterRow], action: str = LISTED
) -> list[port.MatterRow]:
    """The lines of the registry that this officer may see, or may do `action` in: one batch."""
    ask = ask_of(desk, action, None) if action == LISTED else _offered(desk, action, None)
    try:
        seen = desk.tools.policy.visible((about_row(desk, row) for row in rows), ask)
    except errors.Unavailable as fault:
        _report_cause(f"{action} of {len(rows)} lines", fault)
        raise
    return [row for row in rows if row.id in seen]


def _report_cause(action: str, fault: errors.Unavailable) -> None:
    if isinstance(fault.__cause__, denials.Faults):
        _report(action, fault.__cause__.faults)


def _report(action: str, faults: Sequence[str]) -> None:
    told = "; ".join(_NAMING.sub("...", fault)[:200] for fault in faults[:3])
    _log.error("policy could not be evaluated for %s: %s", action, told)
