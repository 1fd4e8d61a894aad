"""What one person does not do alone: what waits, exactly as it will be signed, and a second yes."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from comity import errors
from comity.desk import passkeys, proposing
from comity.web import paths, telling
from comity.web.forms import entries
from comity.web.i18n import N_
from comity.web.pages import account
from comity.web.seats import AtDesk, Seat

PATH = "/proposals"
PROPOSED, APPROVED, DECLINED = "proposed", "proposal-approved", "proposal-declined"
NOTICES = {
    PROPOSED: N_("It is proposed. It is done once a second person approves it."),
    APPROVED: N_("You approved it, and it is done. Your approval stands in the record."),
    DECLINED: N_("It will not be done."),
}
STATUSES = {
    "open": N_("waits for a second person"),
    "approved": N_("approved"),
    "declined": N_("declined"),
    "withdrawn": N_("withdrawn"),
    "lapsed": N_("nobody decided in time"),
}

router = APIRouter()


def path(digest: str) -> str:
    """The page of one proposal."""
    return f"{PATH}/{digest}"


@router.get(PATH)
def show(seat: AtDesk) -> Response:
    """The proposals that this officer made or might approve."""
    return seat.draw("proposals.html", listed=proposing.listed(seat.desk), statuses=STATUSES)


@router.get(PATH + "/{digest}")
def one(seat: AtDesk, digest: str) -> Response:
    """One proposal, in exactly the form in which it will be signed."""
    return _one(seat, digest)


@router.get(PATH + "/{digest}/options")
def options(seat: AtDesk, digest: str) -> Response:
    """What a browser needs to approve it."""
    proposing.one(seat.desk, digest)
    return JSONResponse(passkeys.to_approve(seat.desk, digest, account.where(seat.page)))


@router.post(PATH + "/{digest}/approve")
def approve(seat: AtDesk, digest: str) -> Response:
    """Approve it with a passkey; it is done then."""
    try:
        given = account.answer(seat.page)
        proposing.approve(seat.desk, digest, given, account.where(seat.page))
    except (errors.Refused, errors.Conflict, errors.Unverified, errors.Invalid) as refusal:
        return _one(seat, digest, refusal)
    return seat.page.see(path(digest), notice=APPROVED)


@router.post(PATH + "/{digest}/decline")
def decline(seat: AtDesk, digest: str) -> Response:
    """Say no to it, or take one's own back."""
    try:
        proposing.decline(seat.desk, digest, entries.text(seat.page.form, "reason"))
    except (errors.Conflict, errors.Invalid) as refusal:
        return _one(seat, digest, refusal)
    return seat.page.see(path(digest), notice=DECLINED)


def _one(seat: Seat, digest: str, refusal: errors.ComityError | None = None) -> Response:
    found = proposing.one(seat.desk, digest)
    row = found.row
    return seat.draw(
        "proposal.html",
        status=refusal.status if refusal else 200,
        found=found,
        words=[digest[at : at + 4] for at in range(0, len(digest), 4)],
        told=telling.tell(found.kind, found.said, seat.page.reader),
        statuses=STATUSES,
        passkeys=passkeys.listed(seat.desk),
        back=paths.record(row.record) if row.record else PATH,
        refusal=refusal,
    )
