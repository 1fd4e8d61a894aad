"""Bringing identifiers in: a file or pasted text, read first, taken when an officer says so.

What was read is shown with its faults, place and reason; nothing is noted before that was seen.
"""

from collections import Counter

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from comity import errors
from comity.desk import importing, permitting, showing, tools
from comity.interop import found, reading
from comity.records import ids
from comity.web import once, paths, refusals, seats, words
from comity.web.forms import entries
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

PATH = "/import"
BYTES_MAX = reading.SIZE_MAX
SHOWN_MAX = 100
TITLE_MAX = 200
IMPORTED = "imported"
NOTICES = {IMPORTED: N_("The identifiers are noted.")}
_PASTED = "text"
_NOTHING = N_("Choose a file, or paste text.")
_GONE = N_("What was read is no longer here. Choose the file again.")

router = APIRouter()


@router.get(PATH)
def ask(seat: AtDesk, into: str = "") -> Response:
    """Which file, or which text."""
    permitting.permitted(seat.desk, "import.indicators")
    return _form(seat, into)


@router.post(PATH)
def take(seat: AtDesk) -> Response:
    """Read what was sent and show it; or note what was shown."""
    into = entries.text(seat.page.form, "into")
    kept = entries.text(seat.page.form, "kept")
    try:
        if kept:
            return _note(seat, into, kept)
        return _read(seat, into)
    except (errors.Invalid, errors.Refused) as refusal:
        return _form(seat, into, refusal=refusal)


def _form(
    seat: Seat, into: str, *, mistake: str = "", refusal: errors.ComityError | None = None
) -> Response:
    return seat.draw(
        "import.html",
        status=refusal.status if refusal else 422 if mistake else 200,
        into=into if ids.is_digest(into) else "",
        matter=_matter(seat, into),
        mistake=mistake,
        refusal=refusal,
        paths=paths,
        title=entries.text(seat.page.form, "title"),
        text=entries.text(seat.page.form, "text"),
        bytes_max=BYTES_MAX,
    )


def _matter(seat: Seat, into: str) -> showing.Shown | None:
    """The matter that the identifiers are for; None where a new report is filed of them."""
    if not into:
        return None
    return showing.show(seat.desk, seat.site.board, seats.matter_id(into), showing.Wanted())


def _read(seat: Seat, into: str) -> Response:
    permitting.permitted(seat.desk, "import.indicators")
    name, data = _sent(seat)
    if not data.strip():
        return _form(seat, into, mistake=seat.page.say(_NOTHING))
    read = reading.read(data, name=name, region=_region(seat.desk.tools))
    rows = _rows(read, entries.text(seat.page.form, "title"))
    kept = seat.site.imports.put(seat.desk.officer.id, rows, seat.page.now)
    return seat.draw(
        "import_read.html",
        read=read,
        rows=read.rows[:SHOWN_MAX],
        faults=[_told(seat, one) for one in read.faults[:SHOWN_MAX]],
        counts=Counter(row.identifier.cls.value for row in read.rows).most_common(),
        noted=len({(one["cls"], one["value"]) for one in rows.identifiers}),
        kept=kept,
        ticket=once.ticket(),
        into=into,
        matter=_matter(seat, into),
        title=rows.title,
        words=words,
        paths=paths,
    )


def _told(seat: Seat, fault: found.Fault) -> tuple[str, refusals.Told]:
    """Where something could not be read, and why."""
    return seat.page.verdict(fault.place), seat.page.tell(errors.Invalid(fault.code, fault.reason))


def _sent(seat: Seat) -> tuple[str, bytes]:
    """The file's name and bytes, or the pasted text as if it were one."""
    file = seat.page.form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return file.filename[-200:], file.file.read(BYTES_MAX + 1)
    return _PASTED, entries.text(seat.page.form, "text").encode()


def _region(own: tools.Tools) -> str | None:
    """The country whose telephone numbers are written without a country code here."""
    directory = own.cabinet.directory()
    listing = directory.listing(own.authority) if directory else None
    return listing.country if listing else None


def _rows(read: found.Found, title: str) -> importing.Rows:
    identifiers: list[dict[str, str | None]] = [
        {"cls": row.identifier.cls.value, "value": row.identifier.value, "context": row.context}
        for row in read.rows
    ]
    return importing.Rows(
        title=(title or read.title)[:TITLE_MAX],
        form=read.source_format,
        identifiers=identifiers,
        faults=len(read.faults),
    )


def _note(seat: Seat, into: str, kept: str) -> Response:
    rows = seat.site.imports.look(seat.desk.officer.id, kept, seat.page.now)
    if rows is None:
        return _form(seat, into, mistake=seat.page.say(_GONE))

    def note() -> str:
        target = seats.matter_id(into) if into else None
        noted = importing.import_rows(seat.desk, rows, target)
        return paths.matter(noted.matter, "identifiers")

    return seat.do(note, notice=IMPORTED)
