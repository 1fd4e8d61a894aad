"""Sessions of the pages: ended by their holder, and what an officer prefers."""

import dataclasses
import datetime
from collections.abc import Mapping

from comity import errors
from comity.desk import people, tools


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
    officer = people.officer_of(own, token, "session", now)
    if officer is None:
        return None
    return tools.Desk(officer=officer, purpose=purpose, now=now, tools=own)
