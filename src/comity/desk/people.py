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
from typing import Literal

from comity import errors
from comity.desk import tools
from comity.store import port

LINK_MINUTES = 15
SESSION_HOURS = 10
TOKEN_DAYS_MAX = 90
ANSWERS_KEPT = datetime.timedelta(days=30)
"""How long an idempotency key holds at least (docs/api.md)."""
PREFIX = "cmt_"

Sort = Literal["link", "session", "token"]
_NAME = re.compile(r"[^\x00-\x1f\x7f]{2,80}")
_PSEUDONYM = re.compile(r"o-[a-z2-7]{16}")
_adding = threading.Lock()
"""Looking whether a name is free and taking it is one step."""


def add_officer(
    own: tools.Tools, name: str, role: port.Role, now: datetime.datetime
) -> port.Officer:
    """Add a person. Records will carry a pseudonym that only this node can resolve."""
    name = name.strip()
    if not _NAME.fullmatch(name) or _PSEUDONYM.fullmatch(name.casefold()):
        raise errors.Invalid(
            "officer-name",
            f"{name!r} is no name of 2 to 80 characters",
            next_step="Write the name by which colleagues know the person.",
        )
    with _adding:
        if any(known.name.casefold() == name.casefold() for known in own.store.officers()):
            raise errors.Conflict(
                "officer-exists",
                f"there is an officer {name} already",
                next_step="Add what tells the two apart, such as a middle name.",
            )
        pseudonym = "o-" + base64.b32encode(own.random(10)).decode().lower()
        made = port.Officer(id=pseudonym, name=name, role=role)
        own.store.save_officer(made)
    return made


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
) -> str:
    """A new secret of `sort` for `officer`; it is shown here and never again."""
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
    if not secret.startswith(f"{PREFIX}{sort}_"):
        return None
    remembered = own.known.officer(digest(secret), now)
    if remembered is not None:
        return remembered
    turn = own.known.turn
    known = own.store.credential(digest(secret), sort, now)
    officer = own.store.officer(known.officer) if known else None
    if known is None or officer is None or not officer.active:
        return None
    own.known.keep(known, officer, now, turn)
    return officer


def sign_in(own: tools.Tools, link: str, now: datetime.datetime) -> str:
    """Turn a one-time link into a session; `Refused` alike for used, expired and invented ones."""
    known = None
    if link.startswith(f"{PREFIX}link_"):
        known = own.store.take_credential(digest(link), "link", now)
    officer = own.store.officer(known.officer) if known else None
    if officer is None or not officer.active:
        raise errors.Refused(
            "link-not-valid",
            "this link was used, has expired, or was never given",
            next_step="Ask your node's operator for a new one: comity officer link NAME",
        )
    return issue(own, officer, "session", datetime.timedelta(hours=SESSION_HOURS), now)


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
