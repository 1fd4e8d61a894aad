"""One page being asked for: who looks, in which language, at what instant, with which form.

A route takes a `Signed` page (an officer is signed in, or is sent to sign in) or an `Open` one.
Taking a page for a method that changes something reads the form and checks its token first, so no
route can forget to. Routes are plain functions: they run in a worker thread and may block.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from comity import errors
from comity.records.ids import AuthorityId
from comity.web import door as doors
from comity.web import guard, i18n, refusals
from comity.web.i18n import N_
from comity.web.origin import Origin, own_path
from comity.web.templates import Templates

ROLES = {
    "officer": N_("Officer"),
    "desk_head": N_("Head of desk"),
    "operator": N_("Operator"),
    "oversight": N_("Oversight"),
}
ENDED = "session-ended"
"""The notice that a session has ended."""
SESSION, VISIT, READING, NOTICE = "session", "visit", "reading", "notice"
FORM_TOKEN = "form_token"  # noqa: S105  # a field's name
FIELDS_MAX = 1_000
VISIT_SECONDS = 24 * 60 * 60
READING_SECONDS = 365 * 24 * 60 * 60
NOTICE_SECONDS = 60


class SignInNeeded(Exception):
    """The page is for officers who are signed in; the door answers with the way to sign in."""


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the main navigation, shown to `roles` (to all if None)."""

    path: str
    label: str
    roles: frozenset[str] | None = None
    within: tuple[str, ...] = ()
    """More paths whose pages stand under this entry, and all below them."""

    def holds(self, path: str) -> bool:
        """Whether the page at `path` stands under this entry."""
        below = self.within if self.path == "/" else (self.path, *self.within)
        return path == self.path or any(path == one or path.startswith(one + "/") for one in below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all pages of one node share; made once by `app.create`."""

    door: doors.Door
    origin: Origin
    authority_name: str
    clock: Callable[[], datetime]
    templates: Templates
    language: str
    time_zone: str
    sections: Sequence[Section]
    notices: Mapping[str, str]
    """Short texts shown once after an act, by code: only the code travels, in a cookie."""


@dataclass(slots=True, kw_only=True)
class Page:
    """One request and everything that drawing its answer needs."""

    frame: Frame
    request: Request
    now: datetime
    viewer: doors.Viewer | None
    preferences: doors.Preferences
    reader: i18n.Reader
    form: FormData

    @property
    def nonce(self) -> str:
        """The nonce that this answer's scripts carry."""
        nonce: str = self.request.state.nonce
        return nonce

    @property
    def path(self) -> str:
        """Where the reader is: path and query, for links back."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def session_token(self) -> str:
        """The token of the session; empty when nobody is signed in."""
        return self.request.cookies.get(self.frame.origin.cookie(SESSION), "")

    @property
    def form_token(self) -> str:
        """What forms of this page carry as `form_token`: it fits this session or visit alone."""
        return _form_token(self._seed())

    @property
    def sections(self) -> list[Section]:
        """The entries of the main navigation for this viewer."""
        if self.viewer is None:
            return []
        role = self.viewer.role
        return [
            entry for entry in self.frame.sections if entry.roles is None or role in entry.roles
        ]

    @property
    def role(self) -> str:
        """The viewer's role, in words."""
        return self.say(ROLES.get(self.viewer.role, self.viewer.role)) if self.viewer else ""

    @property
    def languages(self) -> list[tuple[str, str]]:
        """What pages can be read in: code, and the language's own name."""
        return list(i18n.LANGUAGES.items())

    @property
    def zone_label(self) -> str:
        """The zone of all times on this page, to stand within a sentence."""
        return i18n.isolated(self.reader.zone_label(self.reader.time_zone, self.now))

    @property
    def notice(self) -> str:
        """The short text left by the last act, once; empty if there is none."""
        return self.say(self.frame.notices.get(self._cookie(NOTICE), ""))

    @property
    def notice_tone(self) -> str:
        """How the notice looks: good news, unless the session ended."""
        return "info" if self._cookie(NOTICE) == ENDED else "success"

    def say(self, message: str) -> str:
        """A text, marked with N_ where it was written, in the reader's language."""
        return self.reader.gettext(message)

    def tell(self, fault: errors.ComityError) -> refusals.Told:
        """What an error means to the reader, and what to do about it."""
        return refusals.tell(self.reader, fault, self.names)

    def verdict(self, text: str) -> str:
        """A sentence of another room, such as why a record changes nothing, as it can be told."""
        return refusals.verdict(self.reader, text, self.names)

    @property
    def names(self) -> Mapping[AuthorityId, str]:
        """The authorities' names, on pages that know them."""
        return getattr(self.request.state, "names", {})

    def instant(self, text: str) -> datetime:
        """An instant as records write it."""
        return datetime.fromisoformat(text)

    def still(self) -> bool:
        """Whether this session holds now. Blocks; for streams that outlive their request."""
        return self.frame.door.session(self.session_token, self.frame.clock()) is not None

    def draw(self, template: str, /, *, status: int = 200, **values: Any) -> Response:
        """The answer: a template filled with `values`."""
        response = HTMLResponse(self.frame.templates.draw(template, self, values), status)
        origin = self.frame.origin
        if not self._cookie(SESSION) and self._cookie(VISIT) != self._seed():
            origin.keep(response, VISIT, self._seed(), seconds=VISIT_SECONDS)
        if self._cookie(NOTICE):
            origin.forget(response, NOTICE)
        return response

    def see(self, path: str, *, notice: str = "") -> Response:
        """Send the browser on after an act (303), with a notice to show there."""
        response = RedirectResponse(own_path(path) or "/", 303)
        if notice:
            self.frame.origin.keep(response, NOTICE, notice, seconds=NOTICE_SECONDS)
        return response

    def come_in(self, response: Response, session: doors.Session) -> Response:
        """The same answer, with a new session in place of what the browser had."""
        seconds = max(0, int((session.ends_at - self.now).total_seconds()))
        self.frame.origin.keep(response, SESSION, session.token, seconds=seconds)
        self.frame.origin.forget(response, VISIT)
        return response

    def _cookie(self, name: str) -> str:
        return self.request.cookies.get(self.frame.origin.cookie(name), "")

    def _seed(self) -> str:
        """What the form token hangs on: the session, else the visit, made anew if there is none."""
        found = self._cookie(SESSION) or self._cookie(VISIT)
        if not found:
            found = getattr(self.request.state, VISIT, None) or secrets.token_urlsafe(18)
            self.request.state.visit = found
        return found


async def _open(request: Request) -> AsyncIterator[Page]:
    """The page for whoever looks; the form is read and its token checked before anything else."""
    form = None if request.method in guard.SAFE_METHODS else await _read(request)
    try:
        yield await opened(request, form)
    finally:
        # Files that came with the form are let go of when the answer has been sent.
        if form is not None:
            await form.close()


async def opened(request: Request, form: FormData | None) -> Page:
    """The page for whoever looks, its form read already if there is one; the token is checked."""
    frame: Frame = request.app.state.frame
    page = plain(request)
    if form is not None:
        page.form = form
        _check_token(page)
    if page.session_token:
        page.viewer = await run_in_threadpool(frame.door.session, page.session_token, page.now)
    if page.viewer is not None:
        request.state.viewer = page.viewer
        _read_as(page, page.viewer.preferences)
    return page


async def _signed(page: Annotated[Page, Depends(_open)]) -> Page:
    if page.viewer is None:
        raise SignInNeeded
    return page


Open = Annotated[Page, Depends(_open)]
"""A page for anybody."""
Signed = Annotated[Page, Depends(_signed)]
"""A page for officers: `viewer` is there."""


def plain(request: Request) -> Page:
    """A page without asking the door: for what must answer when the door does not."""
    frame: Frame = request.app.state.frame
    page = Page(
        frame=frame,
        request=request,
        now=frame.clock(),
        viewer=getattr(request.state, "viewer", None),
        preferences=doors.Preferences(),
        reader=i18n.Reader(frame.language, frame.time_zone),
        form=FormData(),
    )
    _read_as(page, page.viewer.preferences if page.viewer else doors.Preferences())
    return page


def keep_reading(page: Page, response: Response, preferences: doors.Preferences) -> None:
    """Remember in this browser how its reader likes to read, for pages before signing in."""
    zone = quote(preferences.time_zone or "", safe="")
    value = ".".join((preferences.language or "", preferences.scheme, zone))
    page.frame.origin.keep(response, READING, value, seconds=READING_SECONDS)


def check(preferences: doors.Preferences) -> doors.Preferences:
    """The same, if each choice is one that is offered; else `Invalid`, its code the field."""
    if preferences.language is not None and preferences.language not in i18n.LANGUAGES:
        raise errors.Invalid("language", f"no pages in {preferences.language!r}")
    if preferences.scheme not in ("auto", "light", "dark"):
        raise errors.Invalid("scheme", f"no appearance {preferences.scheme!r}")
    if preferences.time_zone is not None and preferences.time_zone not in i18n.time_zones():
        raise errors.Invalid("time_zone", f"no time zone {preferences.time_zone!r}")
    return preferences


def _read_as(page: Page, own: doors.Preferences) -> None:
    """Each choice is the officer's own, else this browser's last, else the node's.

    A language that nobody chose is what the browser asks for.
    """
    headers = page.request.headers
    last = _chosen(page.request.cookies.get(page.frame.origin.cookie(READING), ""))
    page.preferences = doors.Preferences(
        language=own.language or last.language,
        time_zone=own.time_zone or last.time_zone,
        scheme=own.scheme if page.viewer is not None else last.scheme,
    )
    asked = i18n.accepted(headers.get("accept-language", ""))
    page.reader = i18n.Reader(
        page.preferences.language or asked or page.frame.language,
        page.preferences.time_zone or page.frame.time_zone,
    )


def _chosen(cookie: str) -> doors.Preferences:
    """What the reading cookie says; nothing of it if any part is not offered."""
    language, _, rest = cookie.partition(".")
    scheme, _, time_zone = rest.partition(".")
    try:
        return check(
            doors.Preferences(
                language=language or None,
                scheme=scheme or "auto",  # type: ignore[arg-type]  # `check` refuses others
                time_zone=unquote(time_zone) or None,
            )
        )
    except errors.Invalid:
        return doors.Preferences()


async def _read(request: Request) -> FormData:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise HTTPException(415, "Forms are sent as forms.")
    return await request.form(max_fields=FIELDS_MAX, max_files=FIELDS_MAX)


def _check_token(page: Page) -> None:
    given = page.form.get(FORM_TOKEN)
    cookies, origin = page.request.cookies, page.frame.origin
    # Either may have drawn the form: a link opened from a mail comes without the session.
    seeds = [cookies.get(origin.cookie(name), "") for name in (SESSION, VISIT)]
    fits = isinstance(given, str) and any(
        hmac.compare_digest(given.encode(), _form_token(seed).encode()) for seed in seeds if seed
    )
    if not fits:
        raise errors.Refused(
            "form-stale",
            page.say(N_("This form was opened before you signed in, or too long ago.")),
            next_step=page.say(N_("Go back, reload the page, and send the form again.")),
        )


def _form_token(seed: str) -> str:
    return hmac.new(seed.encode(), b"comity form token", hashlib.sha256).hexdigest()
