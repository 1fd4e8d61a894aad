"""How an officer stands to a matter, and to others, at this moment: what policy asks about people.

Read from the staff as it stands, at each ask; nothing is remembered, so a right that has ended
permits nothing any more.
"""

import datetime

from comity.desk import tools
from comity.matters import staff
from comity.policy import asks
from comity.records import kinds
from comity.records.ids import MatterId

GIVERS = frozenset({"operator", "desk_head"})
"""The roles of those who propose and approve rights."""


def tie(desk: tools.Desk, matter: MatterId) -> asks.Tie:
    """What lies between this desk's officer and a matter."""
    known = desk.tools.cabinet.staff()
    if known is None:
        return asks.NO_TIE
    officer, day = desk.officer.id, desk.now.date()
    protection = known.protections.get(matter)
    person = known.person(officer)
    conflict = person is not None and matter in person.conflicts
    if protection is None and not conflict:
        return asks.NO_TIE
    asked = protection or staff.Protection()
    return asks.Tie(
        classified=asked.level,
        restricted=asked.restricted,
        team=asked.restricted and known.in_team(officer, matter, day),
        conflict=conflict,
        glass=asked.restricted and known.glass(officer, matter, desk.now) is not None,
    )


def alone(known: staff.Staff | None, now: datetime.datetime) -> bool:
    """Whether fewer than two people here could give rights together: each needs a passkey."""
    if known is None:
        return True
    able = (
        person
        for person in known.people.values()
        if person.passkeys
        and person.role(now.date()) in GIVERS
        and not known.kept_out(person.officer, now)
    )
    return len({person.officer for person in able}) < 2


def giving(
    desk: tools.Desk, kind: kinds.Kind, said: kinds.Statement | None, second: str
) -> asks.Giving:
    """What an act gives, and whether it would serve one of those who do it."""
    if not kind.gives_rights:
        return asks.NOTHING_GIVEN
    if said is None:
        return asks.Giving(to_self=False, role="")
    gainer = getattr(said, "officer", "")
    return asks.Giving(
        role=getattr(said, "role", ""),
        to_self=gainer in {desk.officer.id, second},
    )
