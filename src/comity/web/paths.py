"""Where things are found: the address of the page for an act, a matter, a record."""

from urllib.parse import urlencode

from comity.desk import offering
from comity.records import kinds
from comity.records.ids import MatterId, RecordId


def matter(matter_id: MatterId, part: str = "") -> str:
    """A matter's page, or one part of it."""
    return f"/matters/{matter_id}" + (f"/{part}" if part else "")


def record(record_id: RecordId) -> str:
    """The page of one record."""
    return f"/records/{record_id}"


def act(matter_id: MatterId, kind: kinds.Kind, about: RecordId | None = None) -> str:
    """The page on which an act is prepared: that of its procedure, or the form of its kind."""
    if kind.name == "identifiers.noted/1":
        # Identifiers are recognised and written in their normal form on the way in.
        return "/import?" + urlencode({"into": matter_id})
    match offering.PROCEDURES.get(kind.name):
        case "exhibit.take":
            return "/exhibits/new?" + urlencode({"case": matter_id})
        case "exhibit.hand-over":
            return matter(matter_id, f"exhibits/{about}/hand-over")
        case "exhibit.receive":
            return matter(matter_id, f"exhibits/{about}/receive")
        case "match.ask":
            return "/matches/new?" + urlencode({"source": matter_id})
        case "match.answer":
            return matter(matter_id, "answer")
        case "match.conclude":
            return matter(matter_id, "conclude")
        case "officer.add":
            return "/officers"
        case "glass.break":
            return "/glass"
        case _:
            named = "?" + urlencode({"about": about}) if about is not None else ""
            return matter(matter_id, f"act/{kind.name}{named}")


def begin(kind: kinds.Kind) -> str:
    """The page on which a matter is begun."""
    return f"/new/{kind.name}"
