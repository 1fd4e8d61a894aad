"""What must hold of every kind, whatever its subject."""

from typing import Literal, get_args, get_origin

import pytest

from comity.matters import subjects
from comity.records import kinds

REGISTRY = subjects.REGISTRY
KINDS = list(REGISTRY.values())
TYPES = {kind.effect.matter for kind in KINDS if isinstance(kind.effect, kinds.Genesis)}

CONTROL = {
    "party.added/1", "party.removed/1", "lead.offered/1", "lead.accepted/1", "lead.declined/1",
    "work.ratified/1", "case.closed/1", "fork.voted/1", "fork.resolved/1",
    "authority.listed/1", "authority.relisted/1", "authority.suspended/1",
}  # fmt: skip
"""What moves the control chain in comity/1. Another set is another protocol (clause F1.6)."""


def named_fields(kind: kinds.Kind) -> set[str]:
    """The fields by which the fold knows what a record means."""
    match kind.effect:
        case kinds.Genesis(parties=field) | kinds.Control(field=field):
            return {field} - {""}
        case kinds.Moves(field=field, after=after):
            return {field} | (
                {after.removeprefix("field:")} if after.startswith("field:") else set()
            )
        case kinds.Votes() | kinds.Resolves():
            return {"keep"}
        case kinds.Settles():
            return {"about", "keep"}
        case _:
            return set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_fold_reads_open_fields_only(kind: kinds.Kind) -> None:
    open_fields = set(kind.statement.model_fields) - set(kinds.sealed_fields(kind.statement))
    assert named_fields(kind) <= open_fields
    for name in named_fields(kind):
        field = kind.statement.model_fields[name]
        assert field.is_required() or kind.effect.__class__ is kinds.Genesis


def test_the_kinds_of_the_control_chain_are_those_of_this_version() -> None:
    found = {
        kind.name
        for kind in KINDS
        if isinstance(kind.effect, kinds.Control | kinds.Votes | kinds.Resolves)
    }
    assert found == CONTROL


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_its_place_in_matters_that_exist(kind: kinds.Kind) -> None:
    if not isinstance(kind.effect, kinds.Genesis):
        assert kind.effect.within
        assert kind.effect.within <= TYPES


MOVES = [kind for kind in KINDS if isinstance(kind.effect, kinds.Moves)]


def statuses(thing: str) -> set[str]:
    """Every status that a thing can have, but a conflict."""
    found: set[str] = set()
    for kind in KINDS:
        match kind.effect:
            case kinds.Opens(thing=sort, status=status) if sort == thing:
                found.add(status)
            case kinds.Moves(thing=sort, after=after) if sort == thing:
                if after.startswith("field:"):
                    field = kind.statement.model_fields[after.removeprefix("field:")]
                    assert get_origin(field.annotation) is Literal
                    found.update(get_args(field.annotation))
                else:
                    found.add(after)
            case _:
                pass
    return found


@pytest.mark.parametrize("kind", MOVES, ids=lambda kind: kind.name)
def test_a_move_starts_from_and_beats_what_can_be_reached(kind: kinds.Kind) -> None:
    assert isinstance(kind.effect, kinds.Moves)
    assert kind.effect.before <= statuses(kind.effect.thing)
    assert kind.effect.beats <= statuses(kind.effect.thing)


@pytest.mark.parametrize("kind", MOVES, ids=lambda kind: kind.name)
def test_who_may_move_a_thing_is_named_where_it_begins(kind: kinds.Kind) -> None:
    """Or by a move that must come first."""
    effect = kind.effect
    assert isinstance(effect, kinds.Moves)
    if effect.by in ("author", "lead", "party"):
        return
    naming = [
        other
        for other in KINDS
        if effect.by in other.statement.model_fields
        and isinstance(other.effect, kinds.Opens | kinds.Moves)
        and other.effect.thing == effect.thing
    ]
    assert naming
    for other in naming:
        assert effect.by not in kinds.sealed_fields(other.statement)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_held_back_is_sealed_and_waits_for_a_status_that_exists(kind: kinds.Kind) -> None:
    assert set(kind.held) <= set(kinds.sealed_fields(kind.statement))
    for status in kind.held.values():
        assert isinstance(kind.effect, kinds.Opens | kinds.Moves)
        assert status in statuses(kind.effect.thing)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_can_be_told_to_people(kind: kinds.Kind) -> None:
    assert kind.title[0].isupper()
    assert kind.done[0].islower()
    assert kind.statement.__doc__
