"""One record: the bytes that were signed, what is open of them, and why the ledger holds it."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from comity.desk import inspecting, publishing
from comity.records import record
from comity.web import handling, paths, seats, telling, words
from comity.web.pages import matters
from comity.web.seats import AtDesk

router = APIRouter()


@router.get("/records/{one}")
def show(seat: AtDesk, one: str) -> Response:
    """Everything that this node holds of a record."""
    found = inspecting.inspect(seat.desk, seats.record_id(one))
    known = found.line.record
    return seat.draw(
        "record.html",
        found=found,
        one=known,
        at=record.moment(known.said_at),
        sentence=matters.sentence(seat, known),
        told=telling.tell_line(found.line, seat.page.reader),
        payload=json.dumps(json.loads(found.payload), indent=2, ensure_ascii=False),
        signatures=[(key, signature.hex()) for key, signature in found.signatures],
        marks=handling.words(known.handling),
        paths=paths,
        words=words,
    )


@router.get("/records/{one}/envelope")
def envelope(seat: AtDesk, one: str) -> Response:
    """The envelope, byte for byte."""
    record_id = seats.record_id(one)
    data = publishing.envelope(seat.desk, record_id)
    return _kept(data, "application/vnd.dsse+json", f"{record_id[:16]}.dsse.json")


@router.get("/records/{one}/proof")
def proof(seat: AtDesk, one: str) -> Response:
    """Why the ledger holds it, to be checked anywhere."""
    record_id = seats.record_id(one)
    data = publishing.proof(seat.desk, record_id)
    return _kept(data, "text/plain; charset=utf-8", f"{record_id[:16]}.tlog-proof")


def _kept(data: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
