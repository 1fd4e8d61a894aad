"""My work: what waits for this officer, what waits for others, what changed."""

from fastapi import APIRouter
from starlette.responses import Response

from comity.desk import offering, working
from comity.web import buttons, live, paths, telling, words
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

TOPIC = "work"
"""Changes with every matter of this node."""
HOMES = {"operator": "/peers", "oversight": "/access"}
"""Where the roles begin that do no casework."""
REASONS = {
    "conflict": N_("Two acts cannot both stand: the lead decides which does"),
    "lead": N_("The lead of this case is offered to your authority"),
    "fork": N_("The lead wrote two different things: the parties choose one"),
    "quarantine": N_("Work of a removed party stands aside: the lead may let it stand"),
}

router = APIRouter()


@router.get("/")
def home(seat: AtDesk) -> Response:
    """What an officer finds in the morning."""
    if seat.desk.officer.role in HOMES:
        return seat.page.see(HOMES[seat.desk.officer.role])
    number = seat.site.changes.number(TOPIC)
    found = working.work(seat.desk, seat.site.board)
    return seat.draw(
        "work_part.html" if seat.fragment else "work.html",
        work=found,
        number=number,
        beginnings=offering.beginnings(seat.desk),
        paths=paths,
        line=lambda item: _line(seat, item),
        words=words,
    )


@router.get("/stream")
def stream(seat: AtDesk) -> Response:
    """Says when anything changed here."""
    return live.Stream(
        seat.site.changes, TOPIC, since=live.since(seat.page.request), still=seat.page.still
    )


def _line(seat: Seat, item: working.Item) -> dict[str, object]:
    """One thing that waits, in words."""
    reader, registry, turn, gist = seat.page.reader, seat.desk.tools.registry, item.turn, ""
    if turn.view is None or turn.reason != "thing":
        told = reader.gettext(REASONS[turn.reason])
    else:
        kind = registry[turn.view.opening.kind]
        told = f"{seat.name(turn.view.opening.author)} {reader.gettext(kind.done)}"
        gist = telling.gist(kind, turn.view.opening.said, reader)
    about = turn.view.id if turn.view is not None else None
    return {
        "told": told,
        "gist": gist,
        "steps": buttons.of(reader, item.row.id, (registry[name] for name in item.kinds), about),
        "needs": _needs(seat, item),
        "who": [seat.names.get(one, one) for one in sorted(turn.moves)],
        "status": words.status(reader, turn.view.status, turn.view.thing) if turn.view else None,
        "path": _path(item),
    }


def _path(item: working.Item) -> str:
    """Where it stands in its matter."""
    view = item.turn.view
    if view is None:
        return paths.matter(item.row.id, "attention")
    if view.thing == item.row.type:
        return paths.matter(item.row.id)
    return paths.matter(item.row.id, f"things/{view.thing}#t-{view.id[:16]}")


def _needs(seat: Seat, item: working.Item) -> str:
    registry = seat.desk.tools.registry
    names = item.turn.moves.get(seat.desk.authority, ())
    return next((registry[name].needs for name in names), "")
