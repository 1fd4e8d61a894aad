"""The door of the pages on the desk's side: links, sessions, and how each officer likes to read.

It keeps the promises of `door.Door`. Who an officer is, and whether a session holds, is asked of
the desk at every call; nothing is remembered here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args

from comity import errors
from comity.desk import people, sessions, tools
from comity.web import door
from comity.web.i18n import N_

REFUSED = N_("This link is unknown, was used, or is too old. Ask your operator for a new one.")


class Visitors:
    """Implements `door.Door` for one node."""

    def __init__(self, own: tools.Tools, *, authority_name: str) -> None:
        self._own = own
        self._authority_name = authority_name

    def sign_in(self, link_token: str, now: datetime) -> door.Session:
        """Use up a one-time link and begin a new session."""
        try:
            token = people.sign_in(self._own, link_token, now)
        except errors.Refused:
            raise errors.Refused("link-refused", REFUSED) from None
        return door.Session(token, now + timedelta(hours=people.SESSION_HOURS))

    def session(self, token: str, now: datetime) -> door.Viewer | None:
        """Who holds this session now."""
        officer = people.officer_of(self._own, token, "session", now)
        if officer is None:
            return None
        return door.Viewer(
            officer=officer.id,
            name=officer.name,
            role=officer.role,
            authority=self._own.authority,
            authority_name=self._authority_name,
            preferences=_read(officer.preferences),
        )

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session at once."""
        sessions.end(self._own, token, now)

    def set_preferences(self, token: str, preferences: door.Preferences, now: datetime) -> None:
        """Keep how the holder of this session reads."""
        sessions.keep(self._own, token, _written(preferences), now)


def _read(kept: Mapping[str, str]) -> door.Preferences:
    scheme = kept.get("scheme", "auto")
    return door.Preferences(
        language=kept.get("language"),
        time_zone=kept.get("time_zone"),
        scheme=scheme if scheme in get_args(door.Scheme) else "auto",  # type: ignore[arg-type]  # mypy does not follow get_args
    )


def _written(preferences: door.Preferences) -> dict[str, str]:
    chosen = {
        "language": preferences.language,
        "time_zone": preferences.time_zone,
        "scheme": preferences.scheme,
    }
    return {name: value for name, value in chosen.items() if value is not None}
