"""What an act's form offers for each field that names something: authorities, matters, records.

It follows from the kind's effect and from the types of its fields. What only one answer fits is
fixed and not asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from comity import errors
from comity.desk import finding, glass, showing, staff
from comity.matters import status
from comity.policy import asks
from comity.records import kinds, record
from comity.records.ids import AuthorityId, RecordId
from comity.web import handling, i18n, references, seats
from comity.web.forms import fields

MATTERS_MAX = 200
"""Matters that a list of choices holds, newest change first."""


@dataclass(slots=True)
class Chosen:
    """Lists by name, which field takes which list, and values that are known."""

    choices: dict[str, list[fields.Choice]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)

    def offer(self, name: str, choices: list[fields.Choice]) -> None:
        """Let a field choose from a list of its own."""
        self.lists[name] = f"for-{name}"
        self.choices[f"for-{name}"] = choices


def choose(
    seat: seats.Seat, kind: kinds.Kind, shown: showing.Shown | None, about: RecordId | None
) -> Chosen:
    """What a form for `kind` offers, in a matter or to begin one."""
    found = Chosen()
    parties = frozenset(shown.row.parties) if shown else frozenset[AuthorityId]()
    found.choices[handling.PARTIES] = authorities(seat, parties - {seat.desk.authority})
    found.choices[handling.PURPOSES] = purposes(seat.page.reader)
    _by_effect(seat, kind, shown, about, found)
    if kind.family == "staff":
        _staff(seat, kind, found)
    for name, sort in references.of(kind.statement).items():
        if name in found.lists or name in found.fixed:
            continue
        if sort == "authority":
            found.offer(name, authorities(seat, _able(seat, kind, name, shown)))
        elif sort == "matter":
            found.offer(name, _matters(seat, ("case",)))
        elif sort == "record":
            found.offer(name, _matters(seat, ("report", "match")))
    return found


def _staff(seat: seats.Seat, kind: kinds.Kind, found: Chosen) -> None:
    """People by name, broken glasses by who broke them."""
    fields_of, reader = kind.statement.model_fields, seat.page.reader
    people = [fields.Choice(one.id, one.name) for one in staff.colleagues(seat.desk)]
    for name in {"officer", "predecessor"} & fields_of.keys():
        found.offer(name, people)
    if "glass" in fields_of:
        found.offer(
            "glass",
            [
                fields.Choice(one.glass.record, f"{one.name}, {reader.time(one.glass.broken_at)}")
                for one in glass.waiting(seat.desk)
            ],
        )


def authorities(seat: seats.Seat, who: Iterable[AuthorityId]) -> list[fields.Choice]:
    """Authorities by name."""
    names = seat.names
    found = [fields.Choice(one, f"{names.get(one, one)} ({one})") for one in who]
    return sorted(found, key=lambda one: one.label.casefold())


def others(seat: seats.Seat) -> frozenset[AuthorityId]:
    """Every listed authority but this one."""
    return frozenset(seat.names) - {seat.desk.authority}


def purposes(reader: i18n.Reader) -> list[fields.Choice]:
    """Every purpose that a record may be bound to."""
    return [fields.Choice(name, reader.gettext(title)) for name, title in asks.PURPOSES.items()]


def _able(
    seat: seats.Seat, kind: kinds.Kind, name: str, shown: showing.Shown | None
) -> frozenset[AuthorityId]:
    """The authorities that a field may name."""
    if shown is None:
        return others(seat)
    parties = frozenset(shown.row.parties)
    match kind.effect:
        case kinds.Control(act="add"):
            return others(seat) - parties
        case kinds.Control(act="remove" | "offer"):
            return parties - {shown.row.lead}
        case _ if name == "to":
            return parties - {seat.desk.authority}
        case _:
            return others(seat)


def _by_effect(
    seat: seats.Seat,
    kind: kinds.Kind,
    shown: showing.Shown | None,
    about: RecordId | None,
    found: Chosen,
) -> None:
    if shown is None:
        return
    match kind.effect:
        case kinds.Moves(field=name):
            found.fixed[name] = _thing(about)
        case kinds.Settles():
            found.fixed["about"] = _thing(about)
            found.offer("keep", _records(seat, shown, _rivals(shown, about)))
        case kinds.Votes() | kinds.Resolves():
            found.offer("keep", _records(seat, shown, shown.standing.branches))
        case kinds.Control(act="ratify", field=name):
            found.offer(name, _records(seat, shown, shown.standing.quarantined))
        case _:
            pass


def _thing(about: RecordId | None) -> RecordId:
    if about is None:
        raise errors.NotFound(
            "thing-missing",
            "This act is about something in the matter, and nothing was named.",
            next_step="Open the matter, and press the button beside what you mean.",
        )
    return about


def _rivals(shown: showing.Shown, about: RecordId | None) -> list[RecordId]:
    for turn in shown.standing.turns:
        if turn.view is not None and turn.view.id == about and turn.view.status == status.CONFLICT:
            return [one.id for one in turn.view.rivals]
    return []


def _records(
    seat: seats.Seat, shown: showing.Shown, wanted: Iterable[RecordId]
) -> list[fields.Choice]:
    reader, found = seat.page.reader, []
    for one in wanted:
        line = shown.by_id.get(one)
        if line is None:
            found.append(fields.Choice(one, one[:16]))
            continue
        done = reader.gettext(line.kind.done) if line.kind else line.record.kind
        who = seat.name(line.record.author)
        at = reader.time(record.moment(line.record.said_at))
        found.append(fields.Choice(one, f"{who}: {done} ({at})"))
    return found


def _matters(seat: seats.Seat, types: tuple[str, ...]) -> list[fields.Choice]:
    page = finding.find(seat.desk, types=types, limit=MATTERS_MAX)
    return [
        fields.Choice(row.id, row.title or row.id[:16])
        for row in page.rows
        if row.status != "closed"
    ]
