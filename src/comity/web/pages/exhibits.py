"""Evidence: taken in as it streams, handed over and received with both signatures, downloaded.

What is downloaded comes as a file to be kept, never as something that a browser shows.
"""

from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from comity import errors
from comity.desk import evidence, permitting, showing
from comity.records.ids import AuthorityRef, MatterId, RecordId
from comity.web import asking, choosing, once, paths, seats, telling, uploads
from comity.web.forms import shapes
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

UPLOAD = "/exhibits/"
"""Where files are sent to; their bound is larger than that of other forms."""
TAKEN, OFFERED, RECEIVED = "exhibit-taken", "exhibit-offered", "exhibit-received"
NOTICES = {
    TAKEN: N_("The exhibit is in custody: encrypted in the vault, its digest in the ledger."),
    OFFERED: N_("Your half of the hand-over is signed. It is complete when the taker has signed."),
    RECEIVED: N_("What arrived was hashed and answered. See below what came of it."),
}
_NO_FILE = N_("Choose the file that is the exhibit.")


class Taking(BaseModel):
    """What an officer says of an exhibit."""

    model_config = ConfigDict(extra="forbid")

    description: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        title=N_("Description"), json_schema_extra={"x-sealed": True, "x-long": True}
    )
    source: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        title=N_("Source"),
        description=N_("Where it was taken from, by whom, with which tool."),
        json_schema_extra={"x-sealed": True},
    )
    method: Literal["seizure", "provider-answer", "public-source", "voluntary", "other"] = Field(
        title=N_("How it was acquired")
    )
    basis: Annotated[str, Field(min_length=1, max_length=200)] = Field(title=N_("Legal basis"))


class HandingOver(BaseModel):
    """To whom an exhibit goes, and what for."""

    model_config = ConfigDict(extra="forbid")

    to: AuthorityRef = Field(title=N_("Taker"), json_schema_extra={"x-choices": "takers"})
    purpose: Annotated[str, Field(min_length=1, max_length=200)] = Field(title=N_("Purpose"))


TAKING = shapes.read(Taking.model_json_schema())
HANDING_OVER = shapes.read(HandingOver.model_json_schema())

router = APIRouter()
streamed = APIRouter()
"""Routes that read their form themselves."""


@router.get("/exhibits/new")
def ask(seat: AtDesk, case: str = "") -> Response:
    """What the exhibit is, and its file."""
    shown = _case(seat, seats.matter_id(case))
    permitting.permitted(seat.desk, "exhibit.take", permitting.about_row(seat.desk, shown.row))
    return asking.draw(seat, _taking(seat, shown))


@streamed.post(UPLOAD + "{case}")
async def take(request: Request, case: str) -> Response:
    """Take it in: hashed and encrypted while it comes, then said in the case."""
    upload = await uploads.begin(request)
    try:
        seat = await seats.of_form(request, upload.fields)
        return await run_in_threadpool(_take, seat, seats.matter_id(case), upload)
    finally:
        await upload.drain()


@router.get(UPLOAD + "{case}")
def taken(seat: AtDesk, case: str) -> Response:
    """The address of a form that was sent, asked for again: the form, empty."""
    return ask(seat, case)


def _take(seat: Seat, case: MatterId, upload: uploads.Upload) -> Response:
    shown = _case(seat, case)
    given = asking.entered(seat, TAKING, Taking)
    missing = "" if upload.file_name else seat.page.say(_NO_FILE)
    form = _taking(seat, shown, missing)
    wrong = {**given.mistakes, **({"": missing} if missing else {})}
    if wrong:
        return asking.draw(seat, form, wrong=wrong)
    told = evidence.Description(name=upload.file_name or "", **given.values)

    def work() -> str:
        evidence.take(seat.desk, case, upload.chunks(), told)
        return paths.matter(case, "things/exhibit")

    return _done(seat, form, work, TAKEN)


def _taking(seat: Seat, shown: showing.Shown, wrong_file: str = "") -> asking.Form:
    return asking.Form(
        title=seat.page.say(N_("Take in an exhibit")),
        action=UPLOAD + shown.row.id,
        back=paths.matter(shown.row.id, "things/exhibit"),
        submit=seat.page.say(N_("Take it into custody")),
        shapes=TAKING,
        template="exhibit_new.html",
        upload=True,
        within=shown.row,
        values={"wrong_file": wrong_file, "at": "file"},
    )


@router.get("/matters/{matter}/exhibits/{exhibit}/hand-over")
def ask_hand_over(seat: AtDesk, matter: str, exhibit: str) -> Response:
    """To whom, and what for."""
    return asking.draw(seat, _handing(seat, seats.matter_id(matter), seats.record_id(exhibit)))


@router.post("/matters/{matter}/exhibits/{exhibit}/hand-over")
def hand_over(seat: AtDesk, matter: str, exhibit: str) -> Response:
    """Sign the giver's half, and send the bytes for the taker alone."""
    case, one = seats.matter_id(matter), seats.record_id(exhibit)
    form = _handing(seat, case, one)
    given = asking.entered(seat, form.shapes, HandingOver)
    if given.mistakes:
        return asking.draw(seat, form, wrong=given.mistakes)

    def work() -> str:
        evidence.hand_over(seat.desk, case, one, given.values["to"], given.values["purpose"])
        return paths.matter(case, "things/exhibit")

    return _done(seat, form, work, OFFERED)


def _handing(seat: Seat, case: MatterId, exhibit: RecordId) -> asking.Form:
    shown = _case(seat, case)
    kind = seat.desk.tools.registry["exhibit.offered/1"]
    permitting.permitted_act(seat.desk, kind, permitting.about_row(seat.desk, shown.row))
    takers = frozenset(shown.row.parties) - {seat.desk.authority}
    return asking.Form(
        title=seat.page.say(N_("Hand over the exhibit")),
        action=paths.matter(case, f"exhibits/{exhibit}/hand-over"),
        back=paths.matter(case, "things/exhibit"),
        submit=seat.page.say(N_("Sign and hand over")),
        shapes=HANDING_OVER,
        choices={"takers": choosing.authorities(seat, takers)},
        within=shown.row,
        values={
            "explained": [
                seat.page.say(N_("You sign what you give, to whom, and for what purpose.")),
                seat.page.say(
                    N_("The bytes travel encrypted; the key is disclosed to the taker alone.")
                ),
                seat.page.say(
                    N_("The hand-over is complete when the taker has hashed them and signed too.")
                ),
            ]
        },
    )


@router.get("/matters/{matter}/exhibits/{exhibit}/receive")
def ask_receive(seat: AtDesk, matter: str, exhibit: str) -> Response:
    """What receiving does."""
    case, one = seats.matter_id(matter), seats.record_id(exhibit)
    return _confirm_receive(seat, _exhibit(seat, case, one), one)


@router.post("/matters/{matter}/exhibits/{exhibit}/receive")
def receive(seat: AtDesk, matter: str, exhibit: str) -> Response:
    """Decrypt, hash, keep; and sign that it is what was described, or that it is not."""
    case, one = seats.matter_id(matter), seats.record_id(exhibit)

    def work() -> str:
        evidence.receive(seat.desk, case, one)
        return paths.matter(case, "things/exhibit")

    try:
        return seat.do(work, notice=RECEIVED)
    except errors.ComityError as refusal:
        return _confirm_receive(seat, _exhibit(seat, case, one), one, refusal=refusal)


def _confirm_receive(
    seat: Seat,
    shown: showing.Shown,
    exhibit: RecordId,
    *,
    refusal: errors.ComityError | None = None,
) -> Response:
    return seat.draw(
        "exhibit_receive.html",
        status=refusal.status if refusal else 200,
        shown=shown,
        exhibit=exhibit,
        told=telling.tell_line(shown.by_id[exhibit], seat.page.reader),
        action=paths.matter(shown.row.id, f"exhibits/{exhibit}/receive"),
        back=paths.matter(shown.row.id, "things/exhibit"),
        refusal=refusal,
        ticket=once.ticket(),
        paths=paths,
    )


@router.get("/matters/{matter}/exhibits/{exhibit}/content")
def download(seat: AtDesk, matter: str, exhibit: str) -> Response:
    """The verified bytes, as a file to be kept."""
    about, chunks = evidence.content(seat.desk, seats.matter_id(matter), seats.record_id(exhibit))
    return StreamingResponse(
        chunks,
        media_type="application/octet-stream",
        headers={
            "content-disposition": kept_as(about.name),
            "content-length": str(about.size),
            "cache-control": "no-store",
        },
    )


def kept_as(name: str) -> str:
    """A `Content-Disposition` by which a browser keeps a file under `name` (RFC 6266)."""
    last = name.replace("\\", "/").rpartition("/")[2] or "exhibit"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in last)
    said = quote(last[-120:], safe="")
    return f"attachment; filename=\"{plain[-120:]}\"; filename*=UTF-8''{said}"


def _case(seat: Seat, case: MatterId) -> showing.Shown:
    return showing.show(seat.desk, seat.site.board, case, showing.Wanted())


def _exhibit(seat: Seat, case: MatterId, exhibit: RecordId) -> showing.Shown:
    wanted = showing.Wanted(things="exhibit", only=exhibit)
    shown = showing.show(seat.desk, seat.site.board, case, wanted)
    if not shown.things:
        raise errors.NotFound("exhibit-unknown", "There is no such exhibit in this case.")
    return shown


def _done(seat: Seat, form: asking.Form, work: Callable[[], str], notice: str) -> Response:
    try:
        return seat.do(work, notice=notice)
    except errors.ComityError as refusal:
        return asking.draw(seat, form, refusal=refusal)
