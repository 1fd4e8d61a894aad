"""How an officer stands to a matter, and to others, at this moment: what policy asks about people.

Read from the staff as it stands, at each ask; nothing is remembered, so a right that has ended
permits nothing any more.
"""

import datetime
from dataclasses import dataclass

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
    """Whom an act about the staff is about, and what it gives them.

    Where nothing is said yet, what would be permitted is what counts: a form is being opened.
    """
    if kind.family != "staff":
        return asks.NOTHING_GIVEN
    if said is None:
        return asks.Giving(to_self=not kind.gives_rights)
    about = getattr(said, "officer", "")
    role = getattr(said, "role", "") if kind.gives_rights else ""
    return asks.Giving(role=role, to_self=about in {desk.officer.id, second})


@dataclass(frozen=True, slots=True)
class Protected:
    """What this authority asks of those who see a matter, and who is in its team."""

    restricted: bool
    level: int
    team: tuple[str, ...]
    """Names."""
    glass_until: datetime.datetime | None
    """Until when whoever looks sees it through a broken glass."""


def protected(desk: tools.Desk, matter: MatterId) -> Protected:
    """How a matter is protected here; for those who may read it."""
    own, day = desk.tools, desk.now.date()
    known = own.staff()
    asked = known.protections.get(matter, staff.Protection())
    team = {one.officer for one in known.people.values() if one.is_in_team(matter, day)}
    names = [one.name for one in own.store.officers() if one.id in team] if team else []
    seen = tie(desk, matter)
    glass = known.glass(desk.officer.id, matter, desk.now)
    through = glass.until if glass and seen.glass and not seen.team else None
    return Protected(asked.restricted, asked.level, tuple(names), through)
