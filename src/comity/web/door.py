"""What the frame of the pages asks of the desk: who is signed in, and how they like to read.

`Door` is a port: the desk implements it, and the tests hold it to these promises. Every call may
block (it reads the store), so pages make them in a worker thread. Nothing here knows of HTTP.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from comity.records import ids

Scheme = Literal["auto", "light", "dark"]
"""Light or dark; `auto` follows the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How an officer reads. None means: not chosen, take what the browser or the node says."""

    language: str | None = None
    time_zone: str | None = None
    scheme: Scheme = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The officer who looks at a page, for whom, and in what role."""

    officer: str
    name: str
    role: str
    authority: ids.AuthorityId
    authority_name: str
    preferences: Preferences = Preferences()


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that holds: an opaque token of at least 128 random bits, and when it ends."""

    token: str
    ends_at: datetime


class Door(Protocol):
    """Sessions are kept by the desk; a token that it does not know, ended or revoked is nobody."""

    def sign_in(self, link_token: str, now: datetime) -> Session:
        """Use up a one-time link and begin a new session (never an old one: no fixation).

        `Refused` when the link is unknown, used or too old, with one and the same code and message
        for all three, so that nobody learns which links exist.
        """

    def session(self, token: str, now: datetime) -> Viewer | None:
        """Who holds this session at `now`; counts as activity for its idle limit."""

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session everywhere at once. Ending one that is not there is no error."""

    def set_preferences(self, token: str, preferences: Preferences, now: datetime) -> None:
        """Keep how the holder of this session reads. `Refused` when there is no such session."""
