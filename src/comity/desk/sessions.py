"""Sessions of the pages: ended by their holder, and what an officer prefers."""

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from comity import errors
from comity.desk import knowing, people, tools
from comity.policy import asks
from comity.store import port

PRESENT_MINUTES = 5
"""How long a proof of presence holds for what reaches into someone's rights."""


def end(own: tools.Tools, token: str, now: datetime.datetime) -> None:
    """End a session. Ending one that is not there is no error."""
    own.store.take_credential(people.digest(token), "session", now)
    own.known.forget()


def keep(
    own: tools.Tools, token: str, preferences: Mapping[str, str], now: datetime.datetime
) -> None:
    """Keep how the holder of a session likes to read; `Refused` when there is no such session."""
    holder = people.officer_of(own, token, "session", now)
    # Read again: who was remembered for seconds may have been kept out since, and stays out.
    officer = own.store.officer(holder.id) if holder is not None else None
    if officer is None or not officer.active:
        raise errors.Refused("session-ended", "the session has ended", next_step="Sign in again.")
    own.store.save_officer(dataclasses.replace(officer, preferences=dict(preferences)))
    own.known.forget()


def seat(own: tools.Tools, token: str, purpose: str, now: datetime.datetime) -> tools.Desk | None:
    """The desk of whoever holds a session; None when nobody does."""
    held = people.holder(own, token, "session", now)
    if held is None:
        return None
    return tools.Desk(
        officer=held.officer, purpose=purpose, now=now, tools=own, scope=scope_of(own, held, now)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A session or token of an officer, as they may see and end it."""

    id: str
    """The digest of the secret, which lets nobody in."""
    credential: port.Credential
    current: bool


def listed(desk: tools.Desk, token: str) -> list[Line]:
    """The sessions and tokens of this officer that hold now, the newest first."""
    here = people.digest(token)
    return [
        Line(one.digest.hex(), one, one.digest == here)
        for one in desk.tools.store.credentials(desk.officer.id)
        if one.sort in ("session", "token") and one.expires_at > desk.now
    ]


def revoke(desk: tools.Desk, id: str) -> None:
    """End one of this officer's sessions or tokens, wherever it is used."""
    for one in desk.tools.store.credentials(desk.officer.id):
        if one.digest.hex() == id:
            desk.tools.store.take_credential(one.digest, one.sort, one.created_at)
            desk.tools.known.forget()
            return
    raise errors.NotFound(
        "session-unknown",
        "you have no such session or token",
        next_step="Look at the list again; it may have ended by itself.",
    )


def scope_of(
    own: tools.Tools, held: knowing.Holder, now: datetime.datetime
) -> frozenset[asks.Scope]:
    """What a session can be used for: all of it within minutes of a proof of presence.

    A link proves presence only for who has no passkey yet.
    """
    proved = held.credential.proved_at if held.credential.assurance else None
    if proved is None or now - proved >= datetime.timedelta(minutes=PRESENT_MINUTES):
        return asks.SIGNED_IN
    person = own.staff().person(held.officer.id)
    by_link = held.credential.assurance == "link"
    return asks.SIGNED_IN if by_link and person and person.passkeys else asks.PRESENT
