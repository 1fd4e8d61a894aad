"""Officers, links and tokens as their operator manages them: what `people` does, if permitted."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import people, permitting, tools
from comity.store import port

ROLES: tuple[port.Role, ...] = ("officer", "desk_head", "oversight", "operator")


@dataclass(frozen=True, slots=True)
class Issued:
    """A secret that is shown now and never again."""

    secret: str
    expires_at: datetime.datetime


def listed(desk: tools.Desk) -> Sequence[port.Officer]:
    """Everyone who acts for this authority."""
    permitting.permitted(desk, "manage.officers")
    return desk.tools.store.officers()


def add(desk: tools.Desk, name: str, role: str) -> port.Officer:
    """Add a person in a role."""
    permitting.permitted(desk, "manage.officers")
    for known in ROLES:
        if role == known:
            return people.add_officer(desk.tools, name, known, desk.now)
    raise errors.Invalid(
        "role-unknown", f"{role!r} is no role", next_step=f"Choose one of {', '.join(ROLES)}."
    )


def link(desk: tools.Desk, officer: str) -> Issued:
    """A one-time link for signing in, to be handed over in person."""
    lifetime = datetime.timedelta(minutes=people.LINK_MINUTES)
    return _issue(desk, officer, "link", lifetime, "")


def token(desk: tools.Desk, officer: str, *, label: str, days: int) -> Issued:
    """A token by which a program acts as an officer."""
    permitting.permitted(desk, "manage.officers")
    if not 1 <= days <= people.TOKEN_DAYS_MAX:
        raise people.token_lifetime(str(days))
    return _issue(desk, officer, "token", datetime.timedelta(days=days), label)


def deactivate(desk: tools.Desk, officer: str) -> port.Officer:
    """Keep a person out, at once and with everything that names them."""
    permitting.permitted(desk, "manage.officers")
    return people.set_active(desk.tools, people.find_officer(desk.tools, officer), False)


def _issue(
    desk: tools.Desk, officer: str, sort: people.Sort, lifetime: datetime.timedelta, label: str
) -> Issued:
    permitting.permitted(desk, "manage.officers")
    found = people.find_officer(desk.tools, officer)
    secret = people.issue(desk.tools, found, sort, lifetime, desk.now, label)
    return Issued(secret, desk.now + lifetime)
