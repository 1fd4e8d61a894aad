"""Things in a matter (a request, an exhibit): begun by one record, moved by others.

What a thing's acts add up to depends on the set of acts and on who had seen which, never on the
order of their arrival. Two acts said without knowledge of each other both stand; a table settles
the races that the law settles (`Moves.beats`), and any other pair is a conflict that is shown to
the lead until a record settles it (clauses F7, F8).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from comity.matters.past import Past
from comity.records import kinds
from comity.records.ids import RecordId
from comity.records.record import Record

CONFLICT = "conflict"


class Placed(Protocol):
    """An admitted record with its number and its past."""

    @property
    def record(self) -> Record:
        """The record."""

    @property
    def number(self) -> int:
        """Its number on this node."""

    @property
    def past(self) -> Past:
        """What it had seen, itself included."""


@dataclass(slots=True)
class Thing:
    """A thing and every admitted act on it. Owned by its matter; others read `View`s."""

    opening: Placed
    effect: kinds.Opens
    acts: list[Placed] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A thing as it stands, or as one record had seen it."""

    id: RecordId
    thing: str
    status: str
    opening: Record
    acts: tuple[Record, ...]
    """The acts in effect, in the order of the timeline."""
    rivals: tuple[Record, ...] = ()
    """The acts that cannot all stand, when the status is `conflict`."""
    quarantined: bool = False


def view(
    thing: Thing, registry: Mapping[str, kinds.Kind], *, seen: Past | None, hidden: Collection[int]
) -> View:
    """`thing` with the acts that are in `seen` (all, if None) and not `hidden`."""
    acts = [
        act
        for act in thing.acts
        if (seen is None or act.number in seen) and act.number not in hidden
    ]
    standing, rivals = _standing(thing, acts, registry)
    acts.sort(key=lambda act: (act.record.lamport, act.record.author, act.record.id))
    return View(
        id=thing.opening.record.id,
        thing=thing.effect.thing,
        status=standing,
        opening=thing.opening.record,
        acts=tuple(act.record for act in acts),
        rivals=rivals,
        quarantined=thing.opening.number in hidden,
    )


def _standing(
    thing: Thing, acts: list[Placed], registry: Mapping[str, kinds.Kind]
) -> tuple[str, tuple[Record, ...]]:
    if not acts:
        return thing.effect.status, ()
    newest = acts if len(acts) == 1 else list(_newest(acts))
    reached = {act.record.id: _reached(act.record, thing, registry) for act in newest}
    if len(set(reached.values())) == 1:
        return next(iter(reached.values())), ()
    for act in newest:
        effect = registry[act.record.kind].effect
        others = {status for one, status in reached.items() if one != act.record.id}
        if isinstance(effect, kinds.Moves) and others <= effect.beats:
            return reached[act.record.id], ()
    return CONFLICT, tuple(sorted((act.record for act in newest), key=lambda one: one.id))


def _newest(acts: list[Placed]) -> Iterable[Placed]:
    """The acts that no other of `acts` had seen."""
    for act in acts:
        if not any(other is not act and act.number in other.past for other in acts):
            yield act


def _reached(record: Record, thing: Thing, registry: Mapping[str, kinds.Kind]) -> str:
    """The status that an act leads to; a settling leads to that of the act it keeps."""
    kind = registry[record.kind]
    if isinstance(kind.effect, kinds.Settles):
        kept = record.open.get("keep")
        for act in thing.acts:
            if act.record.id == kept and act.record.id != record.id:
                return _reached(act.record, thing, registry)
        return CONFLICT
    assert isinstance(kind.effect, kinds.Moves)
    after = kind.effect.after
    return str(record.open.get(after[6:])) if after.startswith("field:") else after


def refusal(before: View, record: Record, effect: kinds.Moves, *, lead: str) -> str | None:
    """Why `record` may not move the thing that it had seen as `before`, or None."""
    if before.thing != effect.thing:
        return f"{before.id} is a {before.thing}, not a {effect.thing}"
    if before.status not in effect.before:
        return f"the {before.thing} is {before.status}, not {' or '.join(sorted(effect.before))}"
    lawful = _lawful_author(before, effect, lead)
    if lawful is not None and record.author not in lawful:
        return f"only {' or '.join(sorted(lawful))} may do this"
    return None


def _lawful_author(before: View, effect: kinds.Moves, lead: str) -> frozenset[str] | None:
    if effect.by == "party":
        return None
    if effect.by == "lead":
        return frozenset({lead})
    if effect.by == "author":
        return frozenset({before.opening.author})
    for said in (*reversed(before.acts), before.opening):
        if effect.by in said.open:
            return frozenset({str(said.open[effect.by])})
    return frozenset()
