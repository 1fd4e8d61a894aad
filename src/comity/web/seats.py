"""An officer at a desk, asking for a page: what every route of `pages` begins with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from comity import errors
from comity.desk import board, importing, overseeing, sessions, tools
from comity.policy import asks, denials
from comity.records import ids
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.web import i18n, live, once, purposes, shelf, words
from comity.web import page as pages
from comity.web.page import Page, Signed, SignInNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages of one node share, beside their frame."""

    tools: tools.Tools
    board: board.Board
    changes: live.Changes
    clock: Callable[[], datetime]
    fetch: Callable[[AuthorityId], overseeing.Fetch]
    """How oversight reaches the ledger of a member."""
    page_rows: int
    once: once.Once
    imports: shelf.Shelf[importing.Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One request of a signed-in officer."""

    page: Page
    site: Site
    desk: tools.Desk
    names: Mapping[AuthorityId, str]
    """The listed authorities' names."""

    def name(self, who: AuthorityId) -> str:
        """The name of an authority, to stand within a sentence."""
        return i18n.isolated(self.names.get(who, who))

    def title(self, row: words.Titled) -> str:
        """What pages call a matter."""
        return words.title(self.page.reader, row, self.names)

    def draw(self, template: str, /, *, status: int = 200, **values: Any) -> Response:
        """The answer: a template with the frame of an officer's page round it."""
        self.page.request.state.names = self.names
        self.page.request.state.title = self.title
        role = self.desk.officer.role
        return self.page.draw(
            template,
            status=status,
            desk=self.desk,
            purposes=purposes.choices(role),
            here=self.desk.authority,
            **values,
        )

    def do(self, work: Callable[[], str], *, notice: str) -> Response:
        """Do what the form asks for, once, and send the browser on to the path it leads to."""
        ticket = str(self.page.form.get(once.FIELD, ""))
        if not ticket:
            return self.page.see(work(), notice=notice)
        return self.page.see(self.site.once.run(self.desk.officer.id, ticket, work), notice=notice)

    @property
    def present(self) -> tools.Desk:
        """The same desk as if its officer had shown presence: to prepare, or once they did."""
        return replace(self.desk, scope=asks.PRESENT)

    @property
    def fragment(self) -> bool:
        """Whether a page that is open asks for its living part alone."""
        return bool(self.page.request.headers.get("hx-request"))


async def of_form(request: Request, form: FormData) -> Seat:
    """The seat of whoever sends a form that was read elsewhere; its token is checked first."""
    page = await pages.opened(request, form)
    if page.viewer is None:
        raise SignInNeeded
    return await _seat(page)


async def _seat(page: Signed) -> Seat:
    site: Site = page.request.app.state.given
    desk = await run_in_threadpool(
        sessions.seat, site.tools, page.session_token, purposes.of(page), page.now
    )
    if desk is None:
        raise SignInNeeded  # the session ended between two looks
    return Seat(page=page, site=site, desk=desk, names=_names(site.tools))


def _names(own: tools.Tools) -> Mapping[AuthorityId, str]:
    directory = own.cabinet.directory()
    listings = directory.listings if directory else {}
    return {who: listed[0].name for who, listed in listings.items()}


AtDesk = Annotated[Seat, Depends(_seat)]
"""A page for officers, with their desk."""


def matter_id(text: str) -> MatterId:
    """An id out of an address; what can be no id is not here."""
    if not ids.is_digest(text):
        raise denials.unknown_matter()
    return MatterId(text)


def record_id(text: str) -> RecordId:
    """An id out of an address; what can be no id is not here."""
    if not ids.is_digest(text):
        raise errors.NotFound("record-unknown", "There is no such record here.")
    return RecordId(text)


def authority_id(text: str) -> AuthorityId:
    """An authority's id out of a form."""
    if not ids.is_authority(text):
        raise errors.Invalid("authority-malformed", f"{text[:60]!r} is no authority's id")
    return AuthorityId(text)
