"""How pages are read: language, light or dark, time zone. Kept by the desk and in the browser."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.web import door as doors
from comity.web import i18n
from comity.web import page as pages
from comity.web.i18n import N_
from comity.web.origin import own_path
from comity.web.page import Open, Page

SAVED = "preferences-saved"
NOTICES = {SAVED: N_("Your preferences are saved.")}

router = APIRouter()


@router.get("/preferences")
def show(page: Open) -> Response:
    """The choices, also for those who are not signed in."""
    return _form(page, page.preferences, {})


@router.post("/preferences")
def save(page: Open) -> Response:
    """Keep all three choices."""
    wanted = doors.Preferences(
        language=_text(page, "language"),
        scheme=_text(page, "scheme") or "auto",  # type: ignore[arg-type]  # `check` refuses others
        time_zone=_text(page, "time_zone"),
    )
    try:
        pages.check(wanted)
    except errors.Invalid as fault:
        mistake = page.say(N_("Choose one of the entries of the list."))
        return _form(page, page.preferences, {fault.code: mistake}, status=fault.status)
    return _keep(page, wanted, "/preferences", SAVED)


@router.post("/preferences/language")
def choose_language(page: Open) -> Response:
    """Keep the language alone, from the row of languages under a page, and go back there."""
    wanted = pages.check(replace(page.preferences, language=_text(page, "language")))
    return _keep(page, wanted, own_path(str(page.form.get("next", ""))) or "/", "")


def _keep(page: Page, wanted: doors.Preferences, path: str, notice: str) -> Response:
    if page.viewer is not None:
        page.frame.door.set_preferences(page.session_token, wanted, page.now)
    response = page.see(path, notice=notice)
    pages.keep_reading(page, response, wanted)
    return response


def _form(
    page: Page, chosen: doors.Preferences, mistakes: dict[str, str], *, status: int = 200
) -> Response:
    zones = [(name, page.reader.zone_label(name, page.now)) for name in i18n.time_zones()]
    return page.draw(
        "preferences.html",
        status=status,
        chosen=chosen,
        mistakes=mistakes,
        zones=zones,
    )


def _text(page: Page, name: str) -> str | None:
    value = page.form.get(name)
    return value if isinstance(value, str) and value else None
