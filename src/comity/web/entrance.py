"""Coming in and going out: one-time links instead of passwords.

Opening a link changes nothing, so that mail scanners and link previews do not use it up; the
button on its page does. Signing in and out are posts, checked like every other form.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from starlette.responses import Response

from comity import errors
from comity.web import page as pages
from comity.web.i18n import N_
from comity.web.origin import own_path
from comity.web.page import Open, Page

LINK_PATH = "/sign-in/"
_CODE = re.compile(r"[A-Za-z0-9_.~-]{8,200}")
NOTICES = {
    pages.ENDED: N_(
        "Your session has ended. Sign in again to go on. What was not sent yet is not kept."
    )
}
_NO_CODE = N_(
    "This is not a sign-in link or code. Copy it whole, from the first character to the last."
)

router = APIRouter()


@router.get("/sign-in")
def ask(page: Open, after: Annotated[str, Query(alias="next")] = "/") -> Response:
    """How to get a link, and a field to paste one into."""
    if page.viewer is not None:
        return page.see(after)
    return page.draw("sign_in.html", after=own_path(after) or "/", mistake="", value="")


@router.get(LINK_PATH + "{code}")
def confirm(page: Open, code: str) -> Response:
    """The page behind a one-time link: nothing but a button."""
    return page.draw("sign_in_link.html", code=code)


@router.post("/sign-in")
def sign_in(page: Open) -> Response:
    """Use up the link and begin a session."""
    pasted, after = str(page.form.get("code", "")), str(page.form.get("next", "/"))
    after = own_path(after) or "/"
    code = _code(pasted)
    if code is None:
        return _again(page, after, pasted[:200], page.say(_NO_CODE), 422)
    try:
        session = page.frame.door.sign_in(code, page.now)
    except errors.Refused as refusal:
        told = page.tell(refusal)
        return _again(page, after, "", f"{told.reason} {told.next_step}".strip(), told.status)
    return page.come_in(page.see(after), session)


@router.post("/sign-out")
def sign_out(page: Open) -> Response:
    """End the session here and on the node."""
    if page.session_token:
        page.frame.door.sign_out(page.session_token, page.now)
    response = page.see("/signed-out")
    page.frame.origin.forget(response, pages.SESSION)
    return response


@router.get("/signed-out")
def signed_out(page: Open) -> Response:
    """Say that it is over."""
    if page.viewer is not None:
        return page.see("/")
    return page.draw("signed_out.html")


def _again(page: Page, after: str, value: str, mistake: str, status: int) -> Response:
    return page.draw("sign_in.html", status=status, after=after, value=value, mistake=mistake)


def _code(pasted: str) -> str | None:
    """The code in what was pasted: a whole link, or the code alone."""
    try:
        found = urlsplit(pasted.strip()).path.rpartition("/")[2]
    except ValueError:
        return None
    return found if _CODE.fullmatch(found) else None
