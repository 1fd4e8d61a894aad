"""For what purpose an officer works: stated once a session, shown on every page, kept with acts.

The statement is kept in a cookie that is bound to the session it was made in, so that a new session
begins with the purpose of the role and never with one that somebody stated yesterday.
"""

import hashlib

from starlette.responses import Response

from comity import errors
from comity.policy import asks
from comity.web.page import Page

COOKIE = "purpose"
_DEFAULTS = {"oversight": "oversight", "operator": "operation"}
_RESERVED = {"oversight"}


def choices(role: str) -> dict[str, str]:
    """The purposes that an officer of this role may state, and their titles in English."""
    if role in _RESERVED:
        return {role: asks.PURPOSES[role]}
    return {name: title for name, title in asks.PURPOSES.items() if name not in _RESERVED}


def of(page: Page) -> str:
    """The purpose of this session's work."""
    role = page.viewer.role if page.viewer else ""
    kept = page.request.cookies.get(page.frame.origin.cookie(COOKIE), "")
    purpose, _, mark = kept.partition(".")
    if purpose in choices(role) and mark == _mark(page):
        return purpose
    return _DEFAULTS.get(role, "investigation")


def state(page: Page, response: Response, purpose: str) -> None:
    """Keep a stated purpose for the rest of this session; `Invalid` if it is none."""
    role = page.viewer.role if page.viewer else ""
    if purpose not in choices(role):
        raise errors.Invalid("purpose-unknown", f"{purpose[:40]!r} is no purpose for this role")
    page.frame.origin.keep(response, COOKIE, f"{purpose}.{_mark(page)}", seconds=None)


def _mark(page: Page) -> str:
    """Ties the cookie to this session without telling its token."""
    return hashlib.sha256(b"comity purpose " + page.session_token.encode()).hexdigest()[:32]
