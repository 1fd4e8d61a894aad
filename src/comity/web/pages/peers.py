"""The directory: which authorities there are, by which keys, and how each is reached.

Everyone reads it. The operator sees the line to each peer too, and carries parcels by file.
"""

import base64
import hashlib

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from comity import errors
from comity.desk import carrying, neighbours, permitting
from comity.matters import directory
from comity.policy import denials
from comity.web import paths, refusals, seats
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

PATH = "/peers"
PARCELS = "/peers/parcels"
PARCEL_BYTES_MAX = carrying.BYTES_MAX
_MEDIA = "application/vnd.comity.parcel"
_NO_FILE = N_("Choose the file that holds the parcel.")

router = APIRouter()


@router.get(PATH)
def show(seat: AtDesk) -> Response:
    """Every listed authority."""
    return _page(seat)


@router.post(PATH + "/{peer}/parcel")
def export(seat: AtDesk, peer: str) -> Response:
    """A parcel with what waits for a peer, as a file to be carried."""
    made = carrying.export(seat.desk, seats.authority_id(peer))
    return _kept(made.data, made.name)


@router.post(PARCELS)
def take(seat: AtDesk) -> Response:
    """Take a parcel in that somebody carried; the answer is the file for the way back."""
    file = seat.page.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(seat, mistake=seat.page.say(_NO_FILE))
    try:
        answer = carrying.take(seat.desk, file.file.read(PARCEL_BYTES_MAX + 1))
    except (errors.Invalid, errors.Unverified) as refusal:
        return _page(seat, refusal=refusal)
    return _kept(answer, "receipt.parcel")


def _page(seat: Seat, *, mistake: str = "", refusal: errors.ComityError | None = None) -> Response:
    alliance = _alliance(seat)
    operates = _operates(seat)
    return seat.draw(
        "peers.html",
        status=refusal.status if refusal else 422 if mistake else 200,
        alliance=alliance,
        lines={one.authority: one for one in neighbours.peers(seat.desk)} if operates else {},
        operates=operates,
        fingerprint=fingerprint,
        meaning=lambda code: refusals.meaning(seat.page.reader, code),
        paths=paths,
        mistake=mistake,
        refusal=refusal,
        parcels=PARCELS,
    )


def _alliance(seat: Seat) -> neighbours.Alliance | None:
    """The directory; None before there is one."""
    try:
        return neighbours.alliance(seat.desk)
    except errors.Unavailable:
        return None


def _operates(seat: Seat) -> bool:
    policy = seat.desk.tools.policy
    asked = permitting.ask_of(seat.desk, "manage.peers", None)
    return not isinstance(policy.decide(asked), denials.Denied)


def fingerprint(listing: directory.Listing) -> str:
    """What people compare by voice: SHA-256 of the signing key, in groups of four."""
    digest = hashlib.sha256(base64.b64decode(listing.signing)).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def _kept(data: bytes, name: str) -> Response:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    headers = {"content-disposition": f'attachment; filename="{plain}"'}
    return Response(data, media_type=_MEDIA, headers=headers)
