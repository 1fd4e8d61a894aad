"""A matter as a page shows it: the part that is looked at, never all of it.

The read is noted, and durable, before anything is shown. However long a matter is, one page asks
policy about it once and reads the disclosures of the records on it in one query.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from comity import errors
from comity.desk import board, cabinet, permitting, reading, tools, turns
from comity.matters import matter as matters
from comity.matters import status
from comity.policy import asks, denials
from comity.records import kinds, record, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a matter is wanted. Parts that are not named are not read."""

    lines: int = 0
    """So many lines of the timeline."""
    skip: int = 0
    oldest_first: bool = False
    things: str = ""
    """The things of this sort, a page of them."""
    things_skip: int = 0
    things_count: int = 50
    identifiers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record with what it says, as far as it was disclosed here."""

    record: record.Record
    kind: kinds.Kind | None
    said: kinds.Statement | None
    own: bool
    quarantined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A matter as it stands, and the part of it that was wanted. No lock is held."""

    row: port.MatterRow
    opening: Line
    offered: AuthorityId | None
    """To whom the lead is offered."""
    branches: Sequence[RecordId]
    """The heads of a forked control chain; none if it does not fork."""
    turns: Sequence[turns.Turn]
    counts: Mapping[str, int]
    """How many things of each sort there are."""
    total: int
    lines: Sequence[Line]
    things: Sequence[status.View]
    by_id: Mapping[RecordId, Line]
    """The records of `lines` and `things`, and those that `branches` and conflicts name."""
    rejections: Sequence[matters.Rejection]
    waiting: Sequence[record.Record]
    forks: Sequence[tuple[RecordId, ...]]
    quarantined: Sequence[RecordId]
    priorities: Sequence[str]
    """Priorities that were set at once and contradict each other; none if they do not."""
    identifiers: Sequence[port.IdentifierRow]
    noted: int
    """Identifiers noted in all, those withheld from this node too."""


def show(desk: tools.Desk, known: board.Board, matter_id: MatterId, wanted: Wanted) -> Shown:
    """The wanted part of a matter, if policy lets this officer see it."""
    own = desk.tools
    with held(desk, matter_id) as folder:
        permitting.permitted(desk, "read.matter", asks.about(folder.matter))
        found = folder.matter
        waits = known.of(folder)
        timeline = found.timeline() if wanted.lines or wanted.identifiers else []
        views = found.things(wanted.things) if wanted.things else []
        counts: dict[str, int] = {}
        for view in found.things():
            counts[view.thing] = counts.get(view.thing, 0) + 1
        row, point, opening = cabinet.row_of(folder), found.point, found.opening
        rejections, waiting, forks = found.rejections, found.waiting, found.forks()
        quarantined = found.quarantined()
        priorities = sorted({str(one.open.get("priority")) for one in found.register("priority")})
        named = [one for one in map(found.record, (*point.branches, *quarantined[:50])) if one]
        total = len(found)
    assert opening is not None
    reading.note(desk, "read", matter=matter_id)
    part = _part(timeline, wanted)
    views = _first_waiting(views, waits)[wanted.things_skip :][: wanted.things_count]
    in_things = [one for view in views for one in (view.opening, *view.acts, *view.rivals)]
    by_id = lines_of(own, (opening, *part, *in_things, *named), frozenset(quarantined))
    return Shown(
        row=row,
        opening=by_id[opening.id],
        offered=point.membership.offered,
        branches=point.branches,
        turns=waits,
        counts=counts,
        total=total,
        lines=[by_id[one.id] for one in part],
        things=views,
        by_id=by_id,
        rejections=rejections,
        waiting=waiting,
        forks=forks,
        quarantined=quarantined,
        priorities=priorities if len(priorities) > 1 else (),
        identifiers=own.store.identifiers(matter_id) if wanted.identifiers else (),
        noted=sum(len(one.open.get("identifiers", ())) for one in timeline),
    )


@contextmanager
def held(desk: tools.Desk, matter_id: MatterId) -> Iterator[cabinet.Folder]:
    """The folder of a matter; one that is not here is refused as one that may not be known of."""
    try:
        with desk.tools.cabinet.holding(matter_id) as folder:
            yield folder
    except errors.NotFound as fault:
        if fault.code != "matter-unknown":
            raise
        raise denials.unknown_matter() from None


def lines_of(
    own: tools.Tools, records: Iterable[record.Record], quarantined: frozenset[RecordId]
) -> dict[RecordId, Line]:
    """What these records say, as far as it was disclosed here: one query, however many."""
    wanted = {one.id: one for one in records}
    texts = own.store.disclosures(list(wanted))
    return {
        one.id: line_of(own, one, texts.get(one.id, []), quarantined=one.id in quarantined)
        for one in wanted.values()
    }


def line_of(
    own: tools.Tools, one: record.Record, texts: Sequence[str], *, quarantined: bool = False
) -> Line:
    """One record with those of its sealed fields open that `texts` disclose."""
    kind = own.registry.get(one.kind)
    said = None
    if kind is not None and one.said is not None:
        said = record.statement(kind, one.open, sealed.usable(one.open, texts))
    return Line(
        record=one,
        kind=kind,
        said=said,
        own=one.author == own.authority,
        quarantined=quarantined,
    )


def _part(timeline: list[record.Record], wanted: Wanted) -> list[record.Record]:
    if not wanted.oldest_first:
        timeline.reverse()
    return timeline[wanted.skip :][: wanted.lines]


def _first_waiting(
    views: Sequence[status.View], waits: Sequence[turns.Turn]
) -> list[status.View]:
    """What waits for somebody first, and the newest first among them."""
    waiting = {turn.view.id for turn in waits if turn.view is not None}
    newest = sorted(views, key=lambda view: view.opening.lamport, reverse=True)
    return sorted(newest, key=lambda view: view.id not in waiting)
