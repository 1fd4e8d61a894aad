"""Breaking the glass before a matter that only its team sees."""

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.desk import glass, permitting
from comity.web import asking, paths, seats
from comity.web.forms import entries
from comity.web.i18n import N_
from comity.web.pages import account
from comity.web.seats import AtDesk, Seat

PATH = "/glass"
BROKEN = "glass-broken"
NOTICES = {BROKEN: N_("You broke the glass. You may look for an hour; oversight reviews why.")}

router = APIRouter()


@router.get(PATH)
def ask(seat: AtDesk, matter: str = "") -> Response:
    """What it means, and the form."""
    return _page(seat, matter, "")


@router.post(PATH)
def do(seat: AtDesk) -> Response:
    """Break it, and open the matter."""
    matter = entries.text(seat.page.form, "matter").strip()
    reason = entries.text(seat.page.form, "reason")
    session, desk = None, seat.desk
    try:
        if entries.text(seat.page.form, asking.PASSKEY):
            session, desk = account.confirmed(seat), seat.present
        found = seats.matter_id(matter)
        glass.break_(desk, found, reason)
    except errors.ComityError as refusal:
        response = _page(seat, matter, reason, refusal)
        return response if session is None else seat.page.come_in(response, session)
    response = seat.page.see(paths.matter(found), notice=BROKEN)
    return response if session is None else seat.page.come_in(response, session)


def _page(
    seat: Seat, matter: str, reason: str, refusal: errors.ComityError | None = None
) -> Response:
    permitting.permitted(seat.present, "break.glass")
    return seat.draw(
        "glass.html",
        status=refusal.status if refusal else 200,
        matter=matter[:64],
        reason=reason,
        present="coercive" in seat.desk.scope,
        refusal=refusal,
    )
