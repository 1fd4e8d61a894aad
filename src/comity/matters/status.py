"""Things in a matter (a request, an exhibit): begun by one record, moved by others.

What a thing's acts add up to depends on the set of acts and on who had seen which, never on the
order of their arrival. Two acts said without knowledge of each other both stand; a table settles
the races that the law settles (`Moves.beats`), and any other pair is a conflict that is shown to
the lead until a record settles it (clauses F9.4 to F9.9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from comity.matters import entries
from comity.matters.control import Membership
from comity.matters.entries import Chosen, Entry
from comity.records import kinds
from comity.records.ids import AuthorityId, RecordId
from comity.records.record import Record

CONFLICT = "conflict"


class Outcome(NamedTuple):
    """What an act leads to."""

    status: str
    named: tuple[tuple[str, str], ...] = ()
    """The authorities that decide who may act next, by the open field that names each."""
    beats: frozenset[str] = frozenset()
    """The statuses that it wins against."""

    @property
    def effect(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What must be equal for two acts to stand side by side."""
        return self.status, self.named


@dataclass(slots=True, eq=False)
class Thing:
    """A thing and every lawful act on it. Owned by its matter; others read `View`s."""

    opening: Entry
    effect: kinds.Opens
    outcome: Outcome
    """How it stands before any act."""
    acts: list[Entry] = field(default_factory=list)
    outcomes: dict[RecordId, Outcome] = field(default_factory=dict)
    shown: tuple[Membership, int, "View"] | None = None
    """The last view, with the membership and the number of acts that it was made for."""


class Standing(NamedTuple):
    """How a thing stands for some past."""

    outcome: Outcome
    rivals: tuple[Record, ...] = ()
    """The acts that cannot all stand, when the status is `conflict`."""


class View(NamedTuple):
    """A thing as it stands. A tuple because a case shows thousands; read it by name."""

    id: RecordId
    thing: str
    status: str
    opening: Record
    acts: tuple[Record, ...]
    """The acts in effect, in the order of the timeline."""
    rivals: tuple[Record, ...] = ()
    """The acts that cannot all stand, when the status is `conflict`."""
    quarantined: bool = False
    named: tuple[tuple[str, str], ...] = ()
    """The authorities that may act next, by the open field that names each."""


def deciding_fields(registry: Mapping[str, kinds.Kind]) -> dict[str, frozenset[str]]:
    """For each sort of thing, the open fields that name who may move it."""
    found: dict[str, frozenset[str]] = {}
    for kind in registry.values():
        if isinstance(kind.effect, kinds.Moves) and kind.effect.by not in (
            "author",
            "lead",
            "party",
        ):
            found[kind.effect.thing] = found.get(kind.effect.thing, frozenset()) | {kind.effect.by}
    return found


def named(
    record: Record, fields: frozenset[str], before: tuple[tuple[str, str], ...] = ()
) -> tuple[tuple[str, str], ...]:
    """Who is named in the deciding fields after `record`, others staying as they were."""
    found: dict[str, str] | None = None
    for name in fields:
        if name in record.open:
            found = dict(before) if found is None else found
            found[name] = str(record.open[name])
    return before if found is None else tuple(sorted(found.items()))


def standing(thing: Thing, chosen: Chosen | None, *, below: int | None = None) -> Standing:
    """How `thing` stands by its acts that are chosen and numbered `below` (all, if None)."""
    acts = thing.acts
    if chosen is None and len(acts) < 2:
        newest = acts
    else:
        newest = entries.newest(acts, chosen, below=below)
    if not newest:
        return Standing(thing.outcome)
    if len(newest) == 1:
        return Standing(thing.outcomes[newest[0].record.id])
    outcomes = {thing.outcomes[act.record.id] for act in newest}
    effects = {outcome.effect for outcome in outcomes}
    if len(effects) == 1:
        return Standing(next(iter(outcomes)))
    winners = [
        outcome
        for outcome in outcomes
        if all(
            other.status in outcome.beats for other in outcomes if other.effect != outcome.effect
        )
    ]
    if len({outcome.effect for outcome in winners}) == 1:
        return Standing(winners[0])
    rivals = sorted((act.record for act in newest), key=lambda one: one.id)
    return Standing(Outcome(CONFLICT), tuple(rivals))


def view(thing: Thing, membership: Membership, hidden: Chosen | None) -> View:
    """`thing` with the acts that are not `hidden`, which follows from `membership`."""
    shown = thing.shown
    if shown is not None and shown[0] is membership and shown[1] == len(thing.acts):
        return shown[2]
    if hidden is None:
        stands, acts = standing(thing, None), [act.record for act in thing.acts]
    else:
        stands = standing(thing, lambda act: not hidden(act))
        acts = [act.record for act in thing.acts if not hidden(act)]
    if len(acts) > 1:
        acts.sort(key=lambda one: (one.lamport, one.author, one.id))
    outcome, rivals = stands
    opening = thing.opening.record
    made = View(
        id=opening.id,
        thing=thing.effect.thing,
        status=outcome.status,
        opening=opening,
        acts=tuple(acts),
        rivals=rivals,
        quarantined=hidden is not None and hidden(thing.opening),
        named=outcome.named,
    )
    thing.shown = (membership, len(thing.acts), made)
    return made


QUARANTINED = "the {} is quarantined until the lead ratifies it"


def judge(opening: Record, thing: str, before: Outcome, entry: Entry, effect: kinds.Moves) -> str:
    """Why `entry` may not move a thing begun by `opening`, which stands as `before` for it."""
    if thing != effect.thing:
        return f"{opening.id} is a {thing}, not a {effect.thing}"
    if before.status not in effect.before:
        return f"the {thing} is {before.status}, not {' or '.join(sorted(effect.before))}"
    match effect.by:
        case "party":
            return ""
        case "lead":
            lawful = entry.point.membership.lead
        case "author":
            lawful = opening.author
        case field_name:
            lawful = AuthorityId(dict(before.named).get(field_name, ""))
    return "" if entry.record.author == lawful else f"only {lawful or 'nobody'} may do this"
