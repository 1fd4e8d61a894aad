"""The door of the pages, in memory: keeps every promise of `comity.web.door.Door`."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

from comity import errors
from comity.records import ids
from comity.web import door

LINK_MINUTES = 15
SESSION_HOURS = 12

VIEWER = door.Viewer(
    officer="o-7f3a",
    name="Noor de Vries",
    role="officer",
    authority=ids.AuthorityId("nl-nhtcu"),
    authority_name="National High Tech Crime Unit",
)


class Door:
    """Links are made with `link`; sessions are numbered, so that tests can foresee them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.links: dict[str, tuple[door.Viewer, datetime]] = {}
        self.sessions: dict[str, tuple[door.Viewer, datetime]] = {}

    def link(self, now: datetime, viewer: door.Viewer = VIEWER) -> str:
        """A one-time link for `viewer`."""
        token = f"link-token-{next(self._numbers):08}"
        self.links[token] = viewer, now + timedelta(minutes=LINK_MINUTES)
        return token

    def sign_in(self, link_token: str, now: datetime) -> door.Session:
        viewer, ends_at = self.links.pop(link_token, (None, now))
        if viewer is None or ends_at < now:
            raise errors.Refused(
                "link-refused", "This link is unknown, was used, or is too old. Ask for a new one."
            )
        token = f"session-token-{next(self._numbers):08}"
        self.sessions[token] = viewer, now + timedelta(hours=SESSION_HOURS)
        return door.Session(token, self.sessions[token][1])

    def session(self, token: str, now: datetime) -> door.Viewer | None:
        viewer, ends_at = self.sessions.get(token, (None, now))
        return viewer if viewer is not None and now < ends_at else None

    def sign_out(self, token: str, now: datetime) -> None:
        self.sessions.pop(token, None)

    def set_preferences(self, token: str, preferences: door.Preferences, now: datetime) -> None:
        viewer = self.session(token, now)
        if viewer is None:
            raise errors.Refused("session-ended", "the session has ended")
        self.sessions[token] = replace(viewer, preferences=preferences), self.sessions[token][1]
