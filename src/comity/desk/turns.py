"""Whose turn it is: what waits in a matter, for whom, and by which acts it can be moved on.

It follows from the kinds and from who spoke last, so that a new kind appears by itself. A thing
that only its author could move, and nobody moved yet, is at rest and waits for no one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from comity.matters import status
from comity.matters.matter import Matter
from comity.records import kinds
from comity.records.ids import AuthorityId

Reason = Literal["thing", "conflict", "lead", "fork", "quarantine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something that waits for somebody."""

    reason: Reason
    moves: Mapping[AuthorityId, tuple[str, ...]]
    """For whom it waits, and the kinds by which each of them can move it on."""
    view: status.View | None = None
    """The thing that waits; None where it is the matter itself."""


def turns(matter: Matter, registry: Mapping[str, kinds.Kind]) -> tuple[Turn, ...]:
    """Everything that waits in a matter; nothing once it is closed."""
    if matter.membership.closed:
        return ()
    by_thing: dict[str, list[kinds.Kind]] = {}
    for kind in registry.values():
        if isinstance(kind.effect, kinds.Moves):
            by_thing.setdefault(kind.effect.thing, []).append(kind)
    settling = _names(registry, kinds.Settles)
    found = list(_of_matter(matter, registry))
    for view in matter.things():
        if view.quarantined:
            continue
        if view.status == status.CONFLICT:
            lead = matter.membership.lead
            found.append(Turn(reason="conflict", moves={lead: settling}, view=view))
            continue
        moves = _waits_for(matter, view, by_thing.get(view.thing, ()), registry)
        if moves:
            found.append(Turn(reason="thing", moves=moves, view=view))
    return tuple(found)


def _of_matter(matter: Matter, registry: Mapping[str, kinds.Kind]) -> Iterable[Turn]:
    membership, point = matter.membership, matter.point
    if point.frozen:
        votes = (*_names(registry, kinds.Votes), *_names(registry, kinds.Resolves))
        yield Turn(reason="fork", moves=dict.fromkeys(membership.parties, votes))
    elif membership.offered is not None:
        answers = _controls(registry, matter.type, "accept", "decline")
        yield Turn(reason="lead", moves={membership.offered: answers})
    if membership.removed and matter.quarantined():
        ratify = _controls(registry, matter.type, "ratify")
        yield Turn(reason="quarantine", moves={membership.lead: ratify})


def _waits_for(
    matter: Matter,
    view: status.View,
    moving: Iterable[kinds.Kind],
    registry: Mapping[str, kinds.Kind],
) -> dict[AuthorityId, tuple[str, ...]]:
    membership = matter.membership
    named: dict[AuthorityId, tuple[str, ...]] = {}
    anyone: dict[AuthorityId, tuple[str, ...]] = {}
    for kind in moving:
        effect = kind.effect
        assert isinstance(effect, kinds.Moves)
        if view.status not in effect.before:
            continue
        able = anyone if effect.by == "party" else named
        for who in movers(view, effect, membership.lead, membership.parties):
            able[who] = (*able.get(who, ()), kind.name)
    if not named:
        return anyone
    opens = registry[view.opening.kind].effect
    untouched = isinstance(opens, kinds.Opens) and view.status == opens.status
    if untouched and set(named) == {view.opening.author}:
        return {}
    if len(named) > 1:
        last = view.acts[-1].author if view.acts else view.opening.author
        named.pop(last, None)
    return named


def movers(
    view: status.View, effect: kinds.Moves, lead: AuthorityId, parties: frozenset[AuthorityId]
) -> frozenset[AuthorityId]:
    """The parties that may move a thing so, whatever status it is in."""
    match effect.by:
        case "party":
            return parties
        case "lead":
            who = {lead}
        case "author":
            who = {view.opening.author}
        case name:
            # Who was named last, by acts that stand: a later act may address somebody else.
            who = {AuthorityId(dict(view.named).get(name, ""))}
    return parties & who


def _names(registry: Mapping[str, kinds.Kind], effect: type) -> tuple[str, ...]:
    return tuple(name for name, kind in registry.items() if isinstance(kind.effect, effect))


def _controls(registry: Mapping[str, kinds.Kind], within: str, *acts: str) -> tuple[str, ...]:
    return tuple(
        name
        for name, kind in registry.items()
        if isinstance(kind.effect, kinds.Control)
        and kind.effect.act in acts
        and within in kind.effect.within
    )
