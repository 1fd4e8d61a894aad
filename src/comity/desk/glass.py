"""Breaking the glass: in an emergency an officer looks at a matter that only its team sees.

For an hour, for a stated reason, once; it lets look and do nothing else. Oversight is told at
once and reviews it within three days, or whoever broke it is kept out. It lifts what a team keeps
to itself and nothing more: no clearance, no conflict of interest, no other authority's matter.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import founding, people, performing, permitting, tools
from comity.matters import staff
from comity.policy import denials
from comity.records import record
from comity.records.ids import MatterId

LIFTED = ("team-only",)
"""The prohibitions that a broken glass lifts."""
REASON_MIN = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A broken glass that oversight has not reviewed."""

    glass: staff.Glass
    name: str
    """Of who broke it."""
    title: str
    """Of the matter, as far as it is known here."""


def break_(desk: tools.Desk, matter: MatterId, reason: str) -> datetime.datetime:
    """Break the glass before a matter; until when it lets look.

    1. Policy permits this officer to break any, being there in person.
    2. Nothing but its team keeps the officer from the matter; one that is not here, or is kept
       from the officer for another cause, is refused in the words of one that is not here.
    3. The officer did not break this one before.
    4. The record is durable before anything is shown.
    """
    # (1)
    permitting.permitted(desk, "break.glass")
    # (2)
    _bar_else(desk, matter)
    if len(reason.strip()) < REASON_MIN:
        raise errors.Invalid(
            "glass-reason",
            f"a reason has at least {REASON_MIN} characters",
            next_step="Say what the emergency is: oversight reads it.",
        )
    # (3)
    if any(
        one.officer == desk.officer.id and one.matter == matter and desk.now < one.review_by
        for one in desk.tools.staff().glasses
    ):
        raise errors.Refused(
            "glass-broken-before",
            "you broke the glass before this matter already",
            next_step="Ask the head of its team to take you in.",
        )
    # (4)
    until = desk.now + datetime.timedelta(minutes=staff.GLASS_MINUTES)
    said = {
        "officer": desk.officer.id,
        "matter": matter,
        "until": record.instant(until),
        "reason": reason.strip(),
    }
    act = performing.Act(
        kind="glass.broken/1",
        matter=people.staff_matter(desk.tools),
        said=said,
        handling=founding.PRIVATE,
    )
    performing.perform(desk, act)
    return until


def _bar_else(desk: tools.Desk, matter: MatterId) -> None:
    with desk.tools.cabinet.holding(matter) as folder:
        about = permitting.about(desk, folder.matter)
    decided = desk.tools.policy.decide(permitting.ask_of(desk, "read.matter", about))
    if not isinstance(decided, denials.Denied):
        raise errors.Refused(
            "glass-not-needed",
            "you may read this matter as it is",
            next_step="Open it.",
        )
    if decided.policies != LIFTED:
        raise decided.error()


def waiting(desk: tools.Desk) -> Sequence[Waiting]:
    """The broken glasses that oversight has to review, the most urgent first."""
    permitting.permitted(desk, "read.access")
    own = desk.tools
    found = [one for one in own.staff().glasses if not one.finding]
    names = {one.id: one.name for one in own.store.officers()} if found else {}
    rows = {one.matter: own.store.matter(one.matter) for one in found}
    return [
        Waiting(one, names.get(one.officer, one.officer), row.title if row else "")
        for one in sorted(found, key=lambda one: one.review_by)
        for row in (rows[one.matter],)
    ]
