"""Officers, links and tokens as their operator manages them: what `people` does, if permitted."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import founding, people, performing, permitting, proposing, standing, tools
from comity.policy import asks
from comity.store import port

ROLES = people.ROLES


@dataclass(frozen=True, slots=True)
class Issued:
    """A secret that is shown now and never again."""

    secret: str
    expires_at: datetime.datetime


def listed(desk: tools.Desk) -> Sequence[port.Officer]:
    """Everyone who acts for this authority, in the role that is in force now."""
    permitting.permitted(desk, "manage.officers")
    return [people.as_of(desk.tools, one, desk.now) for one in desk.tools.store.officers()]


def colleagues(desk: tools.Desk) -> Sequence[port.Officer]:
    """Those whom an act about the staff can be about: to officers, themselves alone."""
    if desk.officer.role == "officer":
        return (desk.officer,)
    return [one for one in desk.tools.store.officers() if one.active]


def alone(desk: tools.Desk) -> bool:
    """Whether there are not yet two persons here who could give rights together."""
    permitting.permitted(desk, "manage.officers")
    return standing.alone(desk.tools.staff(), desk.now)


def about(desk: tools.Desk) -> asks.About:
    """The matter in which the staff is kept, as policy may know it."""
    with desk.tools.cabinet.holding(people.staff_matter(desk.tools)) as folder:
        return permitting.about(desk, folder.matter)


def add(
    desk: tools.Desk,
    name: str,
    role: str,
    *,
    number: str = "",
    until: datetime.date | None = None,
) -> port.Officer | port.Proposal:
    """Add a person in a role; propose it, once that takes two persons."""
    permitting.permitted(desk, "manage.officers")
    for known in ROLES:
        if role == known:
            try:
                return people.admit(desk, name, known, number=number, until=until)
            except errors.Refused as refusal:
                if refusal.code not in proposing.NEEDED:
                    raise
            act = people.admission(desk, name, known, number=number, until=until)
            return proposing.propose(desk, act)
    raise errors.Invalid(
        "role-unknown", f"{role!r} is no role", next_step=f"Choose one of {', '.join(ROLES)}."
    )


def link(desk: tools.Desk, officer: str) -> Issued:
    """A one-time link for signing in, to be handed over in person."""
    lifetime = datetime.timedelta(minutes=people.LINK_MINUTES)
    return _issue(desk, officer, "link", lifetime, "")


def token(
    desk: tools.Desk,
    officer: str,
    *,
    label: str,
    days: int,
    scope: frozenset[asks.Scope] = people.USUAL,
) -> Issued:
    """A token by which a program acts as an officer, for what is in its scope and nothing else."""
    permitting.permitted(desk, "manage.officers")
    if not 1 <= days <= people.TOKEN_DAYS_MAX:
        raise people.token_lifetime(str(days))
    return _issue(desk, officer, "token", datetime.timedelta(days=days), label, scope)


def own_token(desk: tools.Desk, *, label: str, days: int, scope: frozenset[asks.Scope]) -> Issued:
    """A token by which a program acts as whoever asks, who has to be there in person."""
    permitting.permitted(desk, "issue.own-token")
    if not 1 <= days <= people.TOKEN_DAYS_MAX:
        raise people.token_lifetime(str(days))
    lifetime = datetime.timedelta(days=days)
    secret = people.issue(desk.tools, desk.officer, "token", lifetime, desk.now, label, scope=scope)
    return Issued(secret, desk.now + lifetime)


def deactivate(desk: tools.Desk, officer: str, reason: str = "") -> port.Officer:
    """Keep a person out, at once and with everything that names them."""
    permitting.permitted(desk, "manage.officers")
    found = people.find_officer(desk.tools, officer)
    # At once: what follows is the account of it, and must not be what it waits for.
    kept_out = people.set_active(desk.tools, found, False)
    performing.perform(
        desk,
        performing.Act(
            kind="officer.kept-out/1",
            matter=people.staff_matter(desk.tools),
            said={"officer": found.id, "reason": reason or "Kept out by the operator."},
            handling=founding.PRIVATE,
        ),
    )
    return kept_out


def _issue(
    desk: tools.Desk,
    officer: str,
    sort: people.Sort,
    lifetime: datetime.timedelta,
    label: str,
    scope: frozenset[asks.Scope] = frozenset(),
) -> Issued:
    permitting.permitted(desk, "manage.officers")
    found = people.find_officer(desk.tools, officer)
    person = desk.tools.staff().person(found.id)
    if person is not None and person.passkeys:
        # Whoever makes a secret can use it: an operator would come in as a desk head.
        raise errors.Refused(
            "officer-has-passkeys",
            f"{found.name} has a passkey, and makes tokens alone",
            next_step="If they are lost, propose to withdraw them; a second person approves.",
        )
    secret = people.issue(desk.tools, found, sort, lifetime, desk.now, label, scope=scope)
    return Issued(secret, desk.now + lifetime)
