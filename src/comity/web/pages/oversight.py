"""Oversight: the account of access, and the ledgers of the members, audited now."""

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.desk import accounting, glass, neighbours, overseeing, people, permitting
from comity.policy import asks
from comity.records import record
from comity.web import paths, seats
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

ACCESS, LEDGERS = "/access", "/ledgers"
WHAT = {
    "read": N_("read"),
    "exported": N_("exported"),
    "handed-over": N_("handed over"),
    "searched": N_("searched"),
}
PLACES = {
    "": N_("a matter"),
    "registry": N_("the registry"),
    "work": N_("the list of what waits"),
    "record": N_("a record"),
    "proof": N_("a proof"),
    "exhibit": N_("an exhibit"),
    "access": N_("the account of access"),
    "parcel": N_("a parcel"),
}

router = APIRouter()


@router.get(ACCESS)
def access(seat: AtDesk, before: int | None = None) -> Response:
    """Who read, searched, exported or handed over what, and for what purpose."""
    found = accounting.account(seat.desk, before=before, count=seat.site.page_rows)
    return seat.draw(
        "access.html",
        account=found,
        first=ACCESS if before is not None else "",
        following="" if found.before is None else f"{ACCESS}?before={found.before}",
        what=WHAT,
        places=PLACES,
        titles=asks.PURPOSES,
        moment=record.moment,
        paths=paths,
        glasses=glass.waiting(seat.desk),
        staff_act=paths.matter(people.staff_matter(seat.desk.tools), "act"),
    )


@router.get(LEDGERS)
def ledgers(seat: AtDesk) -> Response:
    """The members whose ledgers can be audited."""
    return _page(seat)


@router.post(LEDGERS + "/{authority}")
def audit(seat: AtDesk, authority: str) -> Response:
    """Fetch a ledger whole, rebuild it, and hold it against what was seen before."""
    who = seats.authority_id(authority)
    try:
        finding = overseeing.audit_ledger(seat.desk, who, seat.site.fetch(who))
    except (errors.NotFound, errors.Unavailable, errors.Unverified, errors.Invalid) as fault:
        return _page(seat, audited=who, fault=fault)
    return _page(seat, audited=who, finding=finding)


def _page(
    seat: Seat,
    *,
    audited: str = "",
    finding: overseeing.Finding | None = None,
    fault: errors.ComityError | None = None,
) -> Response:
    permitting.permitted(seat.desk, "read.ledger")
    return seat.draw(
        "ledgers.html",
        alliance=neighbours.alliance(seat.desk),
        audited=audited,
        finding=finding,
        fault=fault,
        ledgers=LEDGERS,
    )
