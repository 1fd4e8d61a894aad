"""What went wrong, as a page: what it means, why, and what to do next. One place for all pages."""

import contextlib
import logging
import secrets
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from comity import errors
from comity.web import page as pages
from comity.web import refusals
from comity.web.i18n import N_
from comity.web.origin import own_path

_log = logging.getLogger(__name__)

TITLES = {
    400: N_("This could not be verified"),
    403: N_("You may not do this"),
    404: N_("There is no such page here"),
    405: N_("This cannot be done here"),
    409: N_("This has moved on since you read it"),
    413: N_("This is too large"),
    415: N_("This form cannot be read"),
    422: N_("Something here needs to be corrected"),
    500: N_("Something went wrong on our side"),
    503: N_("This is not available just now"),
}
_NEXT_STEPS = {
    400: N_("Do not use what you received. Ask its sender to send it again."),
    403: N_("If you need this for your work, ask the head of your desk or your operator."),
    404: N_(
        "Check the address. If somebody sent you the link, ask whether your authority takes part "
        "in that case."
    ),
    405: N_("Go back and use the buttons of the page."),
    409: N_("Read it again, then decide whether you still want to do this."),
    413: N_("Send less at once, or ask your operator how to bring in large files."),
    415: N_("Go back, reload the page, and send the form again."),
    422: N_("Go back, correct it, and send it again."),
    500: N_(
        "What you did is done whole or not at all: look which, then try again. If it happens "
        "again, give your operator the code below."
    ),
    503: N_("Nothing was lost. Try again in a few minutes."),
}


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a page."""
    app.add_exception_handler(pages.SignInNeeded, _sign_in)
    app.add_exception_handler(errors.ComityError, _comity)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(Exception, _unforeseen)


def _sign_in(request: Request, _: Exception) -> Response:
    """Send to the sign-in page and back again; or let the browser ask once more by itself.

    Cookies do not come along when a link is opened from a mail (SameSite=Strict). The answer is
    then a page that loads itself again: now the request is our own, and the cookie comes.
    """
    page = pages.plain(request)
    here = own_path(page.path) or "/"
    if request.method == "GET" and request.headers.get("sec-fetch-site") in (
        "cross-site",
        "same-site",
    ):
        return page.draw("again.html", here=here)
    there = "/sign-in" + (f"?next={quote(here, safe='')}" if request.method == "GET" else "")
    response = page.see(there)
    if request.headers.get("hx-request"):
        # A fragment must not be replaced by a sign-in page: the whole window goes there.
        response = Response(status_code=204, headers={"hx-redirect": there})
    if page.session_token:
        page.frame.origin.forget(response, pages.SESSION)
        page.frame.origin.keep(response, pages.NOTICE, pages.ENDED, seconds=pages.NOTICE_SECONDS)
    return response


def _comity(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, errors.ComityError)
    page = _framed(request)
    return _page(page, page.tell(fault))


def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    status = fault.status_code if fault.status_code in TITLES else 422
    status = 422 if status == errors.Unverified.status else status  # a form that cannot be read
    reason = "" if status in (404, 405) else fault.detail
    return _other(request, status, f"http-{fault.status_code}", reason)


def _unread(request: Request, _: Exception) -> Response:
    """An address whose parts have the wrong form names nothing."""
    return _other(request, 404, "http-404")


def _unforeseen(request: Request, fault: Exception) -> Response:
    reference = secrets.token_hex(4)
    # The path may name a matter: it stays out of what is logged.
    _log.error("page failed, reference %s", reference, exc_info=fault)
    return _other(request, 500, f"reference-{reference}")


def _other(request: Request, status: int, code: str, reason: str = "") -> Response:
    """The page of what is no error of Comity's own."""
    page = _framed(request)
    told = refusals.Told(code=code, status=status, reason=page.say(reason), next_step="")
    return _page(page, told)


def _framed(request: Request) -> pages.Page:
    """The page, with the officer's frame round it also where an address leads nowhere."""
    page = pages.plain(request)
    if page.viewer is None and page.session_token:
        # An address that leads nowhere was never asked by whom.
        with contextlib.suppress(Exception):  # whatever is broken, its page must still be drawn
            request.state.viewer = page.frame.door.session(page.session_token, page.now)
            page = pages.plain(request)
    return page


def _page(page: pages.Page, told: refusals.Told) -> Response:
    return page.draw(
        "fault_part.html" if page.request.headers.get("hx-request") else "fault.html",
        status=told.status,
        title=page.say(TITLES[told.status]),
        told=told,
        next_step=told.next_step or page.say(_NEXT_STEPS[told.status]),
    )
