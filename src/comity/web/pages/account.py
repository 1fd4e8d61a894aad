"""How an officer comes in: passkeys, sessions, tokens; and showing that one is there.

A passkey is asked for by a form with `data-passkey` (static/passkeys.js); its answer comes back as
JSON in the field `passkey_answer`. Showing presence begins a new session: an old one gains nothing.
"""

import json
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from comity import errors
from comity.desk import passkeys, people, sessions, staff
from comity.policy import asks
from comity.web import asking, door, seats
from comity.web.forms import entries
from comity.web.i18n import N_
from comity.web.origin import own_path
from comity.web.page import Open, Page
from comity.web.seats import AtDesk, Seat

PATH = "/account"
CONFIRM = "/confirm"
ADDED, REMOVED, ENDED = "passkey-added", "passkey-removed", "session-revoked"
NOTICES = {
    ADDED: N_("The passkey is added. From now on you can come in with it."),
    REMOVED: N_("The passkey is removed. It lets nobody in any more."),
    ENDED: N_("It has ended, wherever it was used."),
}
ASSURANCES = {
    "": N_("unknown"),
    "link": N_("one-time link"),
    "passkey": N_("passkey"),
    "oidc": N_("your authority's sign-in"),
}

router = APIRouter()


@router.get("/passkey/options")
def to_sign_in(page: Open) -> Response:
    """What a browser needs to come in with a passkey; nothing is kept of the question."""
    return JSONResponse(passkeys.to_sign_in(_site(page).tools, where(page), page.now))


@router.post("/passkey/sign-in")
def sign_in(page: Open) -> Response:
    """Come in with a passkey."""
    after = own_path(entries.text(page.form, "next")) or "/"
    try:
        token = passkeys.sign_in(_site(page).tools, answer(page), where(page), page.now)
    except errors.ComityError as refusal:
        told = page.tell(refusal)
        mistake = f"{told.reason} {told.next_step}".strip()
        return page.draw("sign_in.html", status=401, after=after, value="", mistake=mistake)
    return page.come_in(page.see(after), session(page, token))


@router.get(PATH)
def show(seat: AtDesk) -> Response:
    """The passkeys, sessions and tokens of whoever looks."""
    return _page(seat)


@router.get(PATH + "/options")
def options(seat: AtDesk, use: Annotated[str, Query()]) -> Response:
    """What a browser needs to make a passkey, or to show that its holder is there."""
    if use == "register":
        return JSONResponse(passkeys.to_register(seat.desk, where(seat.page)))
    return JSONResponse(passkeys.to_confirm(seat.desk, where(seat.page)))


@router.post(PATH + "/passkeys")
def register(seat: AtDesk) -> Response:
    """Keep a passkey that the browser made."""
    label = entries.text(seat.page.form, "label")
    try:
        passkeys.register(seat.desk, answer(seat.page), label, where(seat.page))
    except errors.ComityError as refusal:
        return _page(seat, refusal=refusal)
    return seat.page.see(PATH, notice=ADDED)


@router.post(PATH + "/passkeys/remove")
def remove(seat: AtDesk) -> Response:
    """Take one's own passkey away."""
    passkeys.remove(seat.desk, entries.text(seat.page.form, "passkey"))
    return seat.page.see(PATH, notice=REMOVED)


@router.post(PATH + "/tokens")
def make_token(seat: AtDesk) -> Response:
    """Make a token of one's own; it stands in this answer and nowhere else."""
    form = seat.page.form
    scope = frozenset(one for one in asks.SCOPES if one in form.getlist("scope"))
    days = entries.text(form, "days")
    session, desk = None, seat.desk
    try:
        if entries.text(form, asking.PASSKEY):
            session, desk = confirmed(seat), seat.present
        issued = staff.own_token(
            desk,
            label=entries.text(form, "label")[:80],
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
            scope=scope,
        )
    except errors.ComityError as refusal:
        response = _page(seat, refusal=refusal)
    else:
        response = seat.draw("account_token.html", issued=issued, scope=sorted(scope), back=PATH)
    return response if session is None else seat.page.come_in(response, session)


@router.post(PATH + "/sessions/end")
def end(seat: AtDesk) -> Response:
    """End one's own session or token."""
    sessions.revoke(seat.desk, entries.text(seat.page.form, "session"))
    return seat.page.see(PATH, notice=ENDED)


@router.get(CONFIRM)
def ask(seat: AtDesk, after: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Ask for a passkey, to show that its holder is there."""
    return seat.draw("confirm.html", after=own_path(after) or "/", refusal=None)


@router.post(CONFIRM)
def confirm(seat: AtDesk) -> Response:
    """Begin a session of someone who is there, and go back."""
    after = own_path(entries.text(seat.page.form, "next")) or "/"
    try:
        present = confirmed(seat)
    except errors.ComityError as refusal:
        return seat.draw("confirm.html", status=refusal.status, after=after, refusal=refusal)
    return seat.page.come_in(seat.page.see(after), present)


def confirmed(seat: Seat) -> door.Session:
    """The new session of who just showed, with the answer in the form, that they are there."""
    token = passkeys.confirm(seat.desk, answer(seat.page), where(seat.page))
    sessions.end(seat.desk.tools, seat.page.session_token, seat.page.now)
    return session(seat.page, token)


def session(page: Page, token: str) -> door.Session:
    """A session that began now."""
    return door.Session(token, page.now + timedelta(hours=people.SESSION_HOURS))


def where(page: Page) -> passkeys.Site:
    """Where browsers meet this node, as passkeys know it."""
    origin = str(page.frame.origin)
    return passkeys.Site(host=urlsplit(origin).hostname or "", origin=origin)


def answer(page: Page) -> dict[str, Any]:
    """What the browser's authenticator said; `Unverified` if it is nothing."""
    try:
        found = json.loads(entries.text(page.form, asking.PASSKEY))
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _site(page: Page) -> seats.Site:
    site: seats.Site = page.request.app.state.given
    return site


def _page(seat: Seat, refusal: errors.ComityError | None = None) -> Response:
    return seat.draw(
        "account.html",
        status=refusal.status if refusal else 200,
        known=passkeys.listed(seat.desk),
        lines=sessions.listed(seat.desk, seat.page.session_token),
        assurances=ASSURANCES,
        scopes=asks.SCOPES,
        usual=people.USUAL,
        days_max=people.TOKEN_DAYS_MAX,
        present="coercive" in seat.desk.scope,
        refusal=refusal,
    )
