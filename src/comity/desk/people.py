"""People: officers, their one-time links, sessions and tokens. There are no passwords.

A secret is 256 random bits, shown once and kept as a digest. A link works once and for minutes, a
session for a working day, a token until its date; all end when the officer is set inactive.
"""

import base64
import dataclasses
import datetime
import hashlib
import hmac
import re
import threading
from collections.abc import Collection, Mapping
from typing import Any, Literal

from comity import errors
from comity.desk import cabinet, founding, performing, tools
from comity.desk.knowing import Holder
from comity.matters import staff
from comity.policy import asks
from comity.records.ids import MatterId
from comity.store import port

LINK_MINUTES = 15
SESSION_HOURS = 10
TOKEN_DAYS_MAX = 90
USUAL: frozenset[asks.Scope] = frozenset({"read", "act"})
"""What a token can be used for unless more is asked for."""
ANSWERS_KEPT = datetime.timedelta(days=30)
"""How long an idempotency key holds at least (docs/api.md)."""
PREFIX = "cmt_"

Sort = Literal["link", "session", "token"]
Assurance = Literal["", "link", "passkey", "oidc"]
ROLES: tuple[port.Role, ...] = ("officer", "desk_head", "oversight", "operator")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{2,80}")
_PSEUDONYM = re.compile(r"o-[a-z2-7]{16}")
_adding = threading.Lock()
"""Looking whether a name is free and taking it is one step."""


def add_officer(
    own: tools.Tools, name: str, role: port.Role, now: datetime.datetime
) -> port.Officer:
    """Add a person. Records will carry a pseudonym that only this node can resolve."""
    desk = tools.Desk(officer=tools.NODE, purpose="operation", now=now, tools=own)
    return admit(desk, name, role)


def admit(
    desk: tools.Desk,
    name: str,
    role: port.Role,
    *,
    number: str = "",
    until: datetime.date | None = None,
) -> port.Officer:
    """Add a person, as an operator does; refused once two persons have to do it."""
    with _adding:
        act = admission(desk, name, role, number=number, until=until)
        performing.perform(desk, act)
        # A crash before this line leaves a record of somebody who cannot come in: add them again.
        return enter(desk.tools, act.said)


def admission(
    desk: tools.Desk,
    name: str,
    role: port.Role,
    *,
    number: str = "",
    until: datetime.date | None = None,
) -> performing.Act:
    """The act of adding a person, with a fresh pseudonym that only this node can resolve."""
    own, name = desk.tools, name.strip()
    if not _NAME.fullmatch(name) or _PSEUDONYM.fullmatch(name.casefold()):
        raise errors.Invalid(
            "officer-name",
            f"{name!r} is no name of 2 to 80 characters",
            next_step="Write the name by which colleagues know the person.",
        )
    if any(known.name.casefold() == name.casefold() for known in own.store.officers()):
        raise errors.Conflict(
            "officer-exists",
            f"there is an officer {name} already",
            next_step="Add what tells the two apart, such as a middle name.",
        )
    said: dict[str, Any] = {
        "officer": "o-" + base64.b32encode(own.random(10)).decode().lower(),
        "role": role,
        "name": name,
    }
    if number:
        said["number"] = number
    if until is not None:
        said["until"] = until.isoformat()
    return performing.Act(
        kind="officer.admitted/1", matter=staff_matter(own), said=said, handling=founding.PRIVATE
    )


def enter(own: tools.Tools, said: Mapping[str, Any]) -> port.Officer:
    """Let a person whose admission was said come in."""
    made = port.Officer(id=said["officer"], name=said["name"], role=said["role"])
    own.store.save_officer(made)
    return made


def staff_matter(own: tools.Tools) -> MatterId:
    """The matter in which this authority keeps its staff."""
    found = own.store.setting(cabinet.STAFF_SETTING)
    if found is None:
        own.staff()  # says what is missing
    return MatterId(found or "")


ITSELF = port.Officer(id="node", name="this node", role="node")
"""The node, saying what it alone says."""


def same_person(own: tools.Tools, one: str, other: str) -> bool:
    """Whether two accounts are of one person: the same one, or with one staff number."""
    if one == other:
        return True
    numbers = _numbers(own, {one, other})
    return numbers.get(one) is not None and numbers.get(one) == numbers.get(other)


def _numbers(own: tools.Tools, officers: Collection[str]) -> dict[str, str]:
    """The staff numbers of officers, as far as they were given."""
    found: dict[str, str] = {}
    with own.cabinet.holding(staff_matter(own)) as folder:
        records = [one for one in folder.matter.timeline() if one.kind == "officer.admitted/1"]
    mine = [one for one in records if one.open.get("officer") in officers]
    texts = own.store.disclosures([one.id for one in mine])
    for one in mine:
        said = cabinet.opened(own.registry, one, texts.get(one.id, []))
        if isinstance(said, staff.OfficerAdmitted) and said.number.shown:
            found[said.officer] = said.number.shown.strip().casefold()
    return found


def as_of(own: tools.Tools, officer: port.Officer, now: datetime.datetime) -> port.Officer:
    """An officer with the role that is in force now; inactive without one, or while kept out."""
    known = own.staff()
    person = known.person(officer.id)
    if person is None:
        return officer
    role = person.role(now.date())
    let_in = officer.active or person.readmitted
    active = let_in and bool(role) and not known.kept_out(officer.id, now)
    named = next((one for one in ROLES if one == role), officer.role)
    return dataclasses.replace(officer, role=named, active=active)


def find_officer(own: tools.Tools, name: str) -> port.Officer:
    """By name or pseudonym."""
    for known in own.store.officers():
        # No officer has the pseudonym of another as a name, so the order tells nothing.
        if name == known.id or known.name.casefold() == name.casefold():
            return known
    raise errors.NotFound(
        "officer-unknown",
        f"there is no officer {name}",
        next_step="List them with: comity officer list",
    )


def issue(
    own: tools.Tools,
    officer: port.Officer,
    sort: Sort,
    lifetime: datetime.timedelta,
    now: datetime.datetime,
    label: str = "",
    *,
    assurance: Assurance = "",
    scope: frozenset[asks.Scope] = USUAL,
) -> str:
    """A new secret of `sort` for `officer`; it is shown here and never again.

    `scope` is what a token can be used for.
    """
    if sort == "token" and lifetime > datetime.timedelta(days=TOKEN_DAYS_MAX):
        raise token_lifetime(f"more than {TOKEN_DAYS_MAX} days")
    if not officer.active:
        raise _inactive(officer)
    _clear(own, officer, now)
    secret = f"{PREFIX}{sort}_" + base64.urlsafe_b64encode(own.random(32)).rstrip(b"=").decode()
    own.store.save_credential(
        port.Credential(
            digest=digest(secret),
            officer=officer.id,
            sort=sort,
            label=label,
            created_at=now,
            expires_at=now + lifetime,
            assurance=assurance,
            proved_at=now if assurance else None,
            scope=" ".join(sorted(scope)) if sort == "token" else "",
        )
    )
    known = own.store.officer(officer.id)
    if known is None or not known.active:
        # Kept out since `officer` was read: what ended then ends now too.
        own.store.end_credentials(officer.id)
        raise _inactive(officer)
    return secret


def token_lifetime(asked: str) -> errors.Invalid:
    """For a token that would last too short or too long."""
    return errors.Invalid(
        "token-lifetime",
        f"a token lasts 1 to {TOKEN_DAYS_MAX} days, not {asked}",
        next_step="Choose fewer days, and make a new token when they are over.",
    )


def _inactive(officer: port.Officer) -> errors.Refused:
    return errors.Refused(
        "officer-inactive",
        f"{officer.name} is not active",
        next_step="Add the person anew, if they work for this authority again.",
    )


def _clear(own: tools.Tools, officer: port.Officer, now: datetime.datetime) -> None:
    """Take away secrets that expired, of which each sign-in leaves one, and old answers.

    With the answers of those who are not active any more: no sign-in of theirs will do it.
    """
    for old in own.store.credentials(officer.id):
        if old.expires_at <= now:
            own.store.take_credential(old.digest, old.sort, old.created_at)
    gone = [one.id for one in own.store.officers() if not one.active]
    own.store.clear_answered([officer.id, *gone], now - ANSWERS_KEPT)


def digest(secret: str) -> bytes:
    """What is kept of a secret. Its 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def officer_of(
    own: tools.Tools, secret: str, sort: Sort, now: datetime.datetime
) -> port.Officer | None:
    """The active officer whom a session or token names now."""
    held = holder(own, secret, sort, now)
    return held.officer if held else None


def holder(own: tools.Tools, secret: str, sort: Sort, now: datetime.datetime) -> Holder | None:
    """The active officer whom a session or token names now, and the secret itself."""
    if not secret.startswith(f"{PREFIX}{sort}_"):
        return None
    remembered = own.known.holder(digest(secret), now)
    if remembered is not None:
        return remembered
    turn = own.known.turn
    known = own.store.credential(digest(secret), sort, now)
    row = own.store.officer(known.officer) if known else None
    officer = as_of(own, row, now) if row else None
    if known is None or officer is None or not officer.active:
        return None
    held = Holder(officer, known)
    own.known.keep(held, now, turn)
    return held


def scope_of_token(token: port.Credential) -> frozenset[asks.Scope]:
    """What a token can be used for."""
    return frozenset(one for one in asks.SCOPES if one in token.scope.split())


def sign_in(own: tools.Tools, link: str, now: datetime.datetime) -> str:
    """Turn a one-time link into a session; `Refused` alike for used, expired and invented ones."""
    known = None
    if link.startswith(f"{PREFIX}link_"):
        known = own.store.take_credential(digest(link), "link", now)
    row = own.store.officer(known.officer) if known else None
    officer = as_of(own, row, now) if row else None
    if officer is None or not officer.active:
        raise errors.Refused(
            "link-not-valid",
            "this link was used, has expired, or was never given",
            next_step="Ask your node's operator for a new one: comity officer link NAME",
        )
    return begin_session(own, officer, "link", now)


def begin_session(
    own: tools.Tools, officer: port.Officer, assurance: Assurance, now: datetime.datetime
) -> str:
    """A session of an officer who proved just now who they are."""
    lifetime = datetime.timedelta(hours=SESSION_HOURS)
    return issue(own, officer, "session", lifetime, now, assurance=assurance)


def set_active(own: tools.Tools, officer: port.Officer, active: bool) -> port.Officer:
    """Let a person in or keep a person out; keeping out ends every secret at once."""
    changed = dataclasses.replace(officer, active=active)
    own.store.save_officer(changed)
    if not active:
        own.store.end_credentials(officer.id)
    own.known.forget()
    return changed


def csrf_token(session: str) -> str:
    """The token that this session's forms carry."""
    key = digest(session)
    return hmac.new(key, b"comity form token", hashlib.sha256).hexdigest()
