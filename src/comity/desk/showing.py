"""A matter as a page shows it: the part that is looked at, never all of it.

The read is noted, and durable, before anything is shown. However long a matter is, one page asks
policy about it once and reads the disclosures of the records on it in one query.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from comity import errors
from comity.desk import board, cabinet, permitting, reading, tools, turns
from comity.matters import cases, status
from comity.matters import matter as matters
from comity.policy import denials
from comity.records import kinds, record, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port

_TROUBLED_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a matter is wanted. Parts that are not named are not read."""

    lines: int = 0
    """So many lines of the timeline."""
    oldest_first: bool = False
    things: str = ""
    """Things of this sort."""
    only: RecordId | None = None
    """No other thing than this one."""
    identifiers: bool = False
    skip: int = 0
    """Lines, things or identifiers before the first that is wanted."""
    count: int = 50
    """So many things or identifiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record with what it says, as far as it was disclosed here."""

    record: record.Record
    kind: kinds.Kind | None
    said: kinds.Statement | None
    own: bool
    quarantined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A matter as it stands, without what its records say."""

    row: port.MatterRow
    opening: record.Record
    offered: AuthorityId | None
    """To whom the lead is offered."""
    removed: Sequence[AuthorityId]
    branches: Sequence[RecordId]
    """The heads of a forked control chain; none if it does not fork."""
    turns: Sequence[turns.Turn]
    counts: Mapping[str, int]
    """How many things of each sort there are."""
    total: int
    rejections: Sequence[matters.Rejection]
    waiting: Sequence[record.Record]
    turned_away: int
    """How many records found no room to wait: they are no part of all this (clause F13.3)."""
    forks: Sequence[tuple[RecordId, ...]]
    quarantined: Sequence[RecordId]
    priorities: Sequence[str]
    """Priorities that were set at once and contradict each other; none if they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A matter and the part of it that was wanted. No lock is held."""

    standing: Standing
    opening: Line
    lines: Sequence[Line]
    things: Sequence[status.View]
    by_id: Mapping[RecordId, Line]
    """The records of this part, and those that branches, conflicts and quarantine name."""
    named: Mapping[RecordId, record.Record]
    """Other records of the matter that these refer to."""
    identifiers: Sequence[port.IdentifierRow]
    known: int
    """Identifiers that are open here."""
    noted: int
    """Identifiers noted in all, those withheld from this node too."""

    @property
    def row(self) -> port.MatterRow:
        """Its line in the registry."""
        return self.standing.row


def show(desk: tools.Desk, known: board.Board, matter_id: MatterId, wanted: Wanted) -> Shown:
    """The wanted part of a matter, if policy lets this officer see it."""
    own = desk.tools
    with held(desk, matter_id) as folder:
        permitting.permitted(desk, "read.matter", permitting.about(desk, folder.matter))
        found = folder.matter
        standing = _standing(folder, known)
        timeline = found.timeline() if wanted.lines or wanted.identifiers else []
        part = _part(timeline, wanted)
        views = _views(found, wanted, standing.turns)
        of_things = [one for view in views for one in (view.opening, *view.acts)]
        troubled = _troubled(found, standing)
        named = _named(found, (*part, *of_things))
    reading.note(desk, "read", matter=matter_id)
    rows = own.store.identifiers(matter_id) if wanted.identifiers else ()
    shown_rows = rows[wanted.skip :][: wanted.count]
    noting = _noting(timeline, shown_rows)
    shown = (standing.opening, *part, *of_things, *troubled, *noting)
    by_id = lines_of(own, shown, frozenset(standing.quarantined))
    return Shown(
        standing=standing,
        opening=by_id[standing.opening.id],
        lines=[by_id[one.id] for one in part],
        things=views,
        by_id=by_id,
        named=named,
        identifiers=shown_rows,
        known=len(rows),
        noted=sum(_count(one.said) for one in timeline),
    )


def _standing(folder: cabinet.Folder, known: board.Board) -> Standing:
    found = folder.matter
    point, opening = found.point, found.opening
    assert opening is not None
    counts: dict[str, int] = {}
    for view in found.things():
        counts[view.thing] = counts.get(view.thing, 0) + 1
    priorities = sorted({str(one.open.get("priority")) for one in found.register("priority")})
    return Standing(
        row=cabinet.row_of(folder),
        opening=opening,
        offered=point.membership.offered,
        removed=tuple(dict.fromkeys(who for who, _ in point.membership.removed)),
        branches=point.branches,
        turns=known.of(folder),
        counts=counts,
        total=len(found),
        rejections=found.rejections,
        waiting=found.waiting,
        turned_away=found.turned_away,
        forks=found.forks(),
        quarantined=found.quarantined(),
        priorities=priorities if len(priorities) > 1 else (),
    )


def _troubled(found: matters.Matter, standing: Standing) -> list[record.Record]:
    """The records that officers are asked to decide about."""
    ids = (*standing.branches, *standing.quarantined[:_TROUBLED_MAX])
    rivals = [one for turn in standing.turns if turn.view for one in turn.view.rivals]
    return [one for one in map(found.record, ids) if one is not None] + rivals


def _named(
    found: matters.Matter, records: Iterable[record.Record]
) -> dict[RecordId, record.Record]:
    """The records of the matter that open fields of these refer to."""
    ids = {value for one in records for value in one.open.values() if isinstance(value, str)}
    known = (found.record(RecordId(one)) for one in ids)
    return {one.id: one for one in known if one is not None}


def _count(said: kinds.Statement | None) -> int:
    """Of kinds that are known alone: another may say anything under this name."""
    return len(said.identifiers) if isinstance(said, cases.IdentifiersNoted) else 0


def _noting(
    timeline: Iterable[record.Record], rows: Iterable[port.IdentifierRow]
) -> list[record.Record]:
    """The records by which identifiers were noted."""
    wanted = {row.record for row in rows}
    return [one for one in timeline if one.id in wanted]


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


def _views(found: matters.Matter, wanted: Wanted, waits: Sequence[turns.Turn]) -> list[status.View]:
    """The wanted things: what waits for somebody first, and the newest first among them."""
    if not wanted.things:
        return []
    if wanted.only is not None:
        return [view for view in found.things(wanted.things) if view.id == wanted.only]
    waiting = {turn.view.id for turn in waits if turn.view is not None}
    newest = sorted(
        found.things(wanted.things), key=lambda view: view.opening.lamport, reverse=True
    )
    newest.sort(key=lambda view: view.id not in waiting)
    return newest[wanted.skip :][: wanted.count]
