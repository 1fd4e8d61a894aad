"""The registry: every matter that this officer may know of, and how to find one."""

import base64
import binascii
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.desk import finding, listing, offering
from comity.matching import identifiers
from comity.records import ids
from comity.records.ids import AuthorityId, MatterId
from comity.web import paths, words
from comity.web.seats import AtDesk

TYPES = ("case", "report", "match")
STATUSES = ("open", "closed", "frozen", "waiting", "asked", "answered", "found", "released")
TEXT_MAX = 500

router = APIRouter()


@router.get("/matters")
def registry(
    seat: AtDesk,
    type: str = "",  # the word that the address shows
    status: str = "",
    text: str = "",
    party: str = "",
    after: str = "",
) -> Response:
    """A page of the registry. What is asked for stands in the address, to be kept or sent."""
    asked = {"type": type, "status": status, "text": text[:TEXT_MAX].strip(), "party": party}
    page = finding.find(
        seat.desk,
        types=(type,) if type in TYPES else TYPES,
        status=status if status in words.STATUSES else "",
        text=wanted(asked["text"]),
        party=AuthorityId(party) if ids.is_authority(party) else None,
        before=_place(after),
        limit=seat.site.page_rows,
    )
    return seat.draw(
        "registry.html",
        rows=page.rows,
        asked=asked,
        filtered=any(asked.values()),
        first=_path(asked) if after else "",
        following=_following(asked, page),
        types=TYPES,
        statuses=STATUSES,
        beginnings=offering.beginnings(seat.desk),
        paths=paths,
        words=words,
        ids=ids,
    )


def wanted(text: str) -> str:
    """What to look for: an identifier in its normal form if the text is one, else its words."""
    found = list(identifiers.recognise(text)) if text else []
    whole = [one for one in found if one.original.strip() == text]
    return whole[0].value if whole else text


def _path(asked: dict[str, str], **more: str) -> str:
    said = {name: value for name, value in {**asked, **more}.items() if value}
    return "/matters" + (f"?{urlencode(said)}" if said else "")


def _following(asked: dict[str, str], page: listing.Page) -> str:
    if page.following is None:
        return ""
    at, matter = page.following
    return _path(asked, after=base64.urlsafe_b64encode(f"{at} {matter}".encode()).decode())


def _place(text: str) -> tuple[str, MatterId] | None:
    """The last line of the page before, out of an address."""
    if not text:
        return None
    try:
        at, _, matter = base64.urlsafe_b64decode(text).decode("ascii").partition(" ")
    except (binascii.Error, ValueError):
        at, matter = "", ""
    if not at or not ids.is_digest(matter):
        raise errors.NotFound("page-unknown", "There is no such page of the registry.")
    return at, MatterId(matter)
