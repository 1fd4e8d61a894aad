"""Officers, as the operator manages them: added, let in by a link that is shown once, kept out."""

import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from comity import errors
from comity.desk import proposing, staff
from comity.web import asking, entrance
from comity.web import page as pages
from comity.web.forms import entries, fields, shapes
from comity.web.i18n import N_
from comity.web.pages import proposals
from comity.web.seats import AtDesk, Seat

PATH = "/officers"
ADDED, OUT = "officer-added", "officer-out"
NOTICES = {
    ADDED: N_("The officer is added. Make a sign-in link, and hand it over in person."),
    OUT: N_("The officer is kept out from now on. Sessions, links and tokens have ended."),
}


class Adding(BaseModel):
    """Who is added."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=80)] = Field(
        title=N_("Name"),
        description=N_("As colleagues know the person. Records carry a pseudonym instead."),
    )
    role: Literal["officer", "desk_head", "oversight", "operator"] = Field(
        title=N_("Role"), json_schema_extra={"x-labels": dict(pages.ROLES)}
    )
    number: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        title=N_("Staff number"),
        description=N_("Tells that two accounts are of one person."),
    )
    until: datetime.date | None = Field(None, title=N_("Until"))


ADDING = shapes.read(Adding.model_json_schema())

router = APIRouter()


@router.get(PATH)
def show(seat: AtDesk) -> Response:
    """Everyone who acts for this authority."""
    return _page(seat)


@router.post(PATH)
def add(seat: AtDesk) -> Response:
    """Add somebody."""
    given = asking.entered(seat, ADDING, Adding)
    if given.mistakes:
        return _page(seat, wrong=given.mistakes)
    try:
        made = staff.add(
            seat.desk,
            str(given.values["name"]),
            str(given.values["role"]),
            number=str(given.values.get("number") or ""),
            until=given.values.get("until"),
        )
    except (errors.Invalid, errors.Conflict, errors.Refused) as refusal:
        return _page(seat, refusal=refusal)
    if isinstance(made, proposing.Proposal):
        return seat.page.see(proposals.path(made.digest), notice=proposals.PROPOSED)
    return seat.page.see(PATH, notice=ADDED)


@router.post(PATH + "/link")
def link(seat: AtDesk) -> Response:
    """Make a sign-in link; it stands in this answer and nowhere else."""
    officer = _named(seat)
    issued = staff.link(seat.desk, officer)
    address = f"{seat.page.frame.origin}{entrance.LINK_PATH}{issued.secret}"
    name = next((one.name for one in staff.listed(seat.desk) if one.id == officer), officer)
    return seat.draw("officer_link.html", address=address, issued=issued, name=name, back=PATH)


@router.post(PATH + "/out")
def keep_out(seat: AtDesk) -> Response:
    """Keep somebody out, once it was confirmed."""
    officer = _named(seat)
    if not entries.text(seat.page.form, "sure"):
        found = [one for one in staff.listed(seat.desk) if one.id == officer]
        return seat.draw("officer_out.html", officer=found[0] if found else None, back=PATH)
    staff.deactivate(seat.desk, officer)
    return seat.page.see(PATH, notice=OUT)


def _named(seat: Seat) -> str:
    return entries.text(seat.page.form, "officer")


def _page(
    seat: Seat,
    *,
    wrong: dict[str, str] | None = None,
    refusal: errors.ComityError | None = None,
) -> Response:
    listed = staff.listed(seat.desk)
    drawn = fields.draw(ADDING, seat.page.reader, form=seat.page.form, mistakes=wrong)
    return seat.draw(
        "officers.html",
        status=refusal.status if refusal else 422 if wrong else 200,
        listed=sorted(listed, key=lambda one: (not one.active, one.name.casefold())),
        roles=pages.ROLES,
        fields=drawn,
        mistaken=fields.mistaken(drawn),
        refusal=refusal,
        own=seat.desk.officer.id,
    )
