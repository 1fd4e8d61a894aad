"""A matter's page: what to do next, what happened, and what it holds, one part at a time."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.desk import (
    matching,
    offering,
    people,
    permitting,
    showing,
    standing,
    turns,
    working,
)
from comity.matters import status
from comity.policy import asks
from comity.records import kinds, record
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.web import buttons, handling, live, paths, seats, telling, words
from comity.web.i18n import N_
from comity.web.pages import exports, work
from comity.web.seats import AtDesk, Seat

LINES = 50
"""Lines of the timeline on one page."""
ROWS = 100
"""Identifiers on one page."""
RECEIVED = "exhibit.received/1"
PRIORITY = "priority.set/1"
WAITING = 4
"""Things that wait, told above the parts of the page."""
PARTS = ("identifiers", "parties", "attention")
STEPS = (
    ("asked", N_("Asked blindly")),
    ("answered", N_("Answered blindly")),
    ("found", N_("Common identifiers counted")),
    ("offered", N_("The asker consents")),
    ("released", N_("Both consent: contacts are shown")),
)
"""The way of a match that finds something."""

router = APIRouter()


@router.get("/matters/{matter}")
def timeline(
    seat: AtDesk, matter: str, skip: int = 0, order: str = "newest", part: str = ""
) -> Response:
    """What happened, newest first unless asked otherwise."""
    oldest = order == "oldest"
    wanted = showing.Wanted(lines=LINES, skip=max(0, skip), oldest_first=oldest)
    return _page(seat, seats.matter_id(matter), "", wanted, order="oldest" if oldest else "newest")


@router.get("/matters/{matter}/stream")
def stream(seat: AtDesk, matter: str) -> Response:
    """Says when this matter changed."""
    matter_id = seats.matter_id(matter)
    permitting.permitted_on(seat.desk, "read.matter", matter_id)
    return live.Stream(
        seat.site.changes, matter_id, since=live.since(seat.page.request), still=seat.page.still
    )


@router.get("/matters/{matter}/things/{sort}")
def things(seat: AtDesk, matter: str, sort: str, skip: int = 0) -> Response:
    """Requests, evidence, or whatever else the kinds open in a matter."""
    if sort not in sorts(seat.desk.tools.registry):
        raise errors.NotFound("part-unknown", "There is no such part of a matter.")
    wanted = showing.Wanted(things=sort, skip=max(0, skip), count=LINES)
    return _page(seat, seats.matter_id(matter), f"things/{sort}", wanted)


@router.get("/matters/{matter}/{part}")
def other(seat: AtDesk, matter: str, part: str, skip: int = 0) -> Response:
    """Identifiers, parties, or what needs attention."""
    if part not in PARTS:
        raise errors.NotFound("part-unknown", "There is no such part of a matter.")
    wanted = showing.Wanted(identifiers=part == "identifiers", skip=max(0, skip), count=ROWS)
    return _page(seat, seats.matter_id(matter), part, wanted)


def sorts(registry: Mapping[str, kinds.Kind], within: str = "") -> tuple[str, ...]:
    """The sorts of things that kinds open, in matters of a type."""
    opens = (kind.effect for kind in registry.values() if isinstance(kind.effect, kinds.Opens))
    return tuple(dict.fromkeys(o.thing for o in opens if not within or within in o.within))


def _page(
    seat: Seat, matter: MatterId, part: str, wanted: showing.Wanted, *, order: str = ""
) -> Response:
    # Before reading: a change in between is then told at once, never missed.
    number = seat.site.changes.number(matter)
    shown = showing.show(seat.desk, seat.site.board, matter, wanted)
    ours = [turn for turn in shown.standing.turns if seat.desk.authority in turn.moves]
    ours.sort(key=lambda turn: working.due_of(turn) or datetime.date.max)
    first = {turn.view.id for turn in ours[:WAITING] if turn.view is not None}
    about = first | {view.id for view in shown.things} | {v.id for v in conflicts(shown.standing)}
    offers = offering.offers(seat.desk, matter, about=about, procedures=True)
    view = View(seat, shown, ours, offers)
    return seat.draw(
        "matter_part.html" if seat.fragment else "matter.html",
        view=view,
        shown=shown,
        standing=shown.standing,
        row=shown.row,
        part=part,
        wanted=wanted,
        order=order,
        number=number,
        lines_max=LINES,
        rows_max=ROWS,
        paths=paths,
        words=words,
        handling=handling,
        stream=paths.matter(matter, "stream"),
        export=paths.matter(matter, "export") if exports.may(seat, shown) else "",
        **_protection(seat, shown),
    )


def _protection(seat: Seat, shown: showing.Shown) -> dict[str, Any]:
    """Who of this authority sees a case, and where that is changed."""
    role, act = seat.desk.officer.role, ""
    if shown.row.type != "case":
        return {"protected": None}
    if role in ("officer", "desk_head"):
        act = paths.matter(people.staff_matter(seat.desk.tools), "act")
    return {
        "protected": standing.protected(seat.desk, shown.row.id),
        "levels": asks.CLASSIFICATIONS,
        "staff_act": act if role == "desk_head" else "",
        "conflict_act": act,
    }


class View:
    """What the templates ask of a matter that is shown."""

    def __init__(
        self,
        seat: Seat,
        shown: showing.Shown,
        ours: Sequence[turns.Turn],
        offers: Iterable[offering.Offer],
    ) -> None:
        self._seat = seat
        self._shown = shown
        self._reader = seat.page.reader
        self._offers: dict[RecordId | None, list[kinds.Kind]] = {}
        for offer in offers:
            self._offers.setdefault(offer.about, []).append(offer.kind)
        self._mine = [turn for turn in ours[:WAITING] if self._able(turn)]
        known = {id(turn) for turn in self._mine}
        self._others = [turn for turn in shown.standing.turns if id(turn) not in known]

    # what to do ----------------------------------------------------------------------------------

    def mine(self) -> list[dict[str, Any]]:
        """What waits for this officer first, each with the steps that may be made."""
        return [
            {"told": self._told(turn), "steps": self._steps(self._able(turn), _about(turn))}
            for turn in self._mine
        ]

    def others(self) -> list[dict[str, Any]]:
        """What else waits, the first few of it, and for whom."""
        return [
            {
                "told": self._told(turn),
                "who": sorted(turn.moves),
                "ours": self._seat.desk.authority in turn.moves,
            }
            for turn in self._others[:WAITING]
        ]

    def rest(self) -> int:
        """How many more things wait than `mine` and `others` tell."""
        return max(0, len(self._others) - WAITING)

    def _able(self, turn: turns.Turn) -> list[kinds.Kind]:
        """The kinds by which this officer may move it on."""
        able = turn.moves.get(self._seat.desk.authority, ())
        if turn.reason == "fork":
            branches = self._shown.standing.branches
            offered = [kind for one in branches for kind in self._offers.get(one, ())]
        else:
            offered = self._offers.get(_about(turn), [])
        return [kind for kind in offered if kind.name in able]

    def usual(self) -> list[buttons.Button]:
        """What may be said in the matter as a whole, in the course of the work."""
        said = [k for k in self._offers.get(None, ()) if not _governs(k)]
        said = [k for k in said if offering.PROCEDURES.get(k.name) != "match.ask"]
        said.sort(key=lambda kind: not isinstance(kind.effect, kinds.Opens))
        if self._shown.row.type in ("case", "report") and said and self.may_match():
            said.append(self._seat.desk.tools.registry["match.opened/1"])
        return self._steps(said, None)

    def may_match(self) -> bool:
        """Whether this officer may ask another authority blindly."""
        begun = offering.beginnings(self._seat.desk, procedures=True)
        return any(kind.name == "match.opened/1" for kind in begun)

    def governing(self) -> list[buttons.Button]:
        """What changes who takes part, who leads, and whether the matter is open."""
        kept = [k for k in self._offers.get(None, ()) if _governs(k)]
        return self._steps(kept, None)

    def steps(self, about: RecordId) -> list[buttons.Button]:
        """What may be said about one thing."""
        return self._steps(self._offers.get(about, ()), about)

    def settling(self) -> list[buttons.Button]:
        """How a priority that is in conflict is set again."""
        found = (kind for kind in self._offers.get(None, ()) if kind.name == PRIORITY)
        return self._steps(found, None)

    def _steps(self, found: Iterable[kinds.Kind], about: RecordId | None) -> list[buttons.Button]:
        return buttons.of(self._reader, self._shown.row.id, found, about)

    def _told(self, turn: turns.Turn) -> str:
        if turn.view is None or turn.reason != "thing":
            return self._reader.gettext(work.REASONS[turn.reason])
        kind = self._seat.desk.tools.registry[turn.view.opening.kind]
        gist = telling.gist(kind, turn.view.opening.said, self._reader)
        return self.sentence(turn.view.opening) + (f": {gist}" if gist else "")

    # what is there -------------------------------------------------------------------------------

    def tabs(self) -> list[tuple[str, str, int | None]]:
        """The parts of the page: label, address, how many."""
        standing, row = self._shown.standing, self._shown.row
        say, reader = self._seat.page.say, self._reader
        found: list[tuple[str, str, int | None]] = [
            (say(N_("Timeline")), paths.matter(row.id), standing.total)
        ]
        found_sorts = sorts(self._seat.desk.tools.registry, row.type)
        for sort in sorted(found_sorts, key=words.rank):
            if sort != row.type:
                where = paths.matter(row.id, f"things/{sort}")
                found.append((words.things(reader, sort), where, standing.counts.get(sort, 0)))
        if row.type in ("case", "report"):
            where = paths.matter(row.id, "identifiers")
            found.append((say(N_("Identifiers")), where, None))
        found.append((say(N_("Parties")), paths.matter(row.id, "parties"), len(row.parties)))
        if self.troubles():
            where = paths.matter(row.id, "attention")
            found.append((say(N_("Needs attention")), where, self.troubles()))
        return found

    def troubles(self) -> int:
        """How many things somebody should look at."""
        one = self._shown.standing
        return (
            len(one.rejections) + len(one.waiting) + len(one.forks) + len(one.quarantined)
            + len(conflicts(one)) + bool(one.branches) + bool(one.priorities)
            + bool(one.turned_away)
        )  # fmt: skip

    def conflicts(self) -> list[status.View]:
        """The things in which two acts contradict each other."""
        return conflicts(self._shown.standing)

    def summary(self) -> str:
        """What the matter is about, in its opener's words; empty if that is not here."""
        said = self._shown.opening.said
        for name in ("summary", "account"):
            text = getattr(getattr(said, name, None), "shown", None)
            if isinstance(text, str):
                return text
        return ""

    def told(self, one: RecordId) -> tuple[telling.Told, ...]:
        """What a record of this part says."""
        line = self._shown.by_id.get(one)
        return telling.tell_line(line, self._reader) if line else ()

    def line(self, one: RecordId) -> showing.Line | None:
        """A record of this part."""
        return self._shown.by_id.get(one)

    def sentence(self, one: record.Record) -> str:
        """Who did what: `Lyon filed a request`."""
        return sentence(self._seat, one)

    def named(self, one: RecordId) -> str:
        """Who did what by a record that another one refers to; empty if it is not here."""
        known = self._shown.named.get(one)
        return f"{self.sentence(known)}, {self._reader.time(self.at(known))}" if known else ""

    def at(self, one: record.Record) -> datetime.datetime:
        """When a record says that it was said."""
        return record.moment(one.said_at)

    def name(self, who: AuthorityId) -> str:
        """The name of an authority."""
        return self._seat.names.get(who, who)

    def contact(self, who: AuthorityId) -> str:
        """Whom to call at an authority."""
        directory = self._seat.site.tools.cabinet.directory()
        listing = directory.listing(who) if directory else None
        return listing.contact if listing else ""

    def holds(self, thing: status.View) -> bool:
        """Whether this node has the bytes of an exhibit: it took them in, or took them over."""
        here = self._seat.desk.authority
        took_over = any(one.author == here and one.kind == RECEIVED for one in thing.acts)
        return took_over or thing.opening.author == here

    def tone(self, kind: kinds.Kind | None) -> str:
        """The colour of a line's dot; its words say the same."""
        match None if kind is None else kind.effect:
            case kinds.Genesis() | kinds.Control():
                return "accent"
            case kinds.Opens():
                return "info"
            case kinds.Moves():
                return "success"
            case _:
                return "neutral"

    # a match -------------------------------------------------------------------------------------

    def match(self) -> dict[str, Any] | None:
        """How far a match has come, and what this side knows of it."""
        if self._shown.row.type != "match":
            return None
        reached = self._shown.row.status
        names = [name for name, _ in STEPS]
        at = names.index(reached) if reached in names else -1
        desk, matter = self._seat.desk, self._shown.row.id
        hits = matching.hits_of(desk, matter)
        return {
            "steps": [
                (self._reader.gettext(label), place <= at) for place, (_, label) in enumerate(STEPS)
            ],
            "over": at < 0 and reached != "open",
            "contact": self._contact() if reached == "released" else "",
            "hits": hits,
            "joint": paths.matter(matter, "joint-case")
            if reached == "released" and hits and _may_open(self._seat)
            else "",
        }

    def _contact(self) -> str:
        """Whom to call on the other side, as it said in the match."""
        for line in self._shown.by_id.values():
            said = getattr(line.said, "contact", None)
            if not line.own and said is not None and said.shown is not None:
                return str(said.shown)
        return ""

    def contexts(self) -> dict[tuple[RecordId, str], str]:
        """What was said of identifiers when they were noted, by record and value."""
        found = {}
        for row in self._shown.identifiers:
            line = self._shown.by_id.get(row.record)
            for one in getattr(line.said, "identifiers", ()) if line else ():
                if one.shown is not None and one.shown.context:
                    found[row.record, one.shown.value] = one.shown.context
        return found


def conflicts(standing: showing.Standing) -> list[status.View]:
    """The things in which two acts contradict each other."""
    found = (turn for turn in standing.turns if turn.reason == "conflict")
    return [turn.view for turn in found if turn.view is not None]


def _about(turn: turns.Turn) -> RecordId | None:
    return turn.view.id if turn.view is not None else None


def sentence(seat: Seat, one: record.Record) -> str:
    """Who did what, in a line."""
    kind = seat.desk.tools.registry.get(one.kind)
    done = seat.page.say(kind.done) if kind else one.kind
    return f"{seat.name(one.author)} {done}"


def _governs(kind: kinds.Kind) -> bool:
    return isinstance(kind.effect, kinds.Control | kinds.Votes | kinds.Resolves)


def _may_open(seat: Seat) -> bool:
    return any(kind.name == "case.opened/1" for kind in offering.beginnings(seat.desk))
