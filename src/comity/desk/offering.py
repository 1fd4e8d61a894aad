"""What may be said next: what the protocol admits and policy permits, for one officer.

An offer is help, not a promise: the act itself is tried again when it is said. Kinds that only a
procedure can say truthfully, because it does the work behind them, are never offered here.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from comity.desk import permitting, tools
from comity.matters import control, status
from comity.matters.matter import Matter
from comity.policy import asks, denials
from comity.records import kinds, record
from comity.records.ids import MatterId, RecordId

PROCEDURES: Mapping[str, str] = MappingProxyType(
    {
        "directory.founded/1": "directory.found",
        "exhibit.offered/1": "exhibit.hand-over",
        "exhibit.received/1": "exhibit.receive",
        "exhibit.taken/1": "exhibit.take",
        "match.answered/1": "match.answer",
        "match.asked/1": "match.ask",
        "match.empty/1": "match.conclude",
        "match.found/1": "match.conclude",
        "match.opened/1": "match.ask",
    }
)
"""Kinds that are said by a procedure alone, and its name."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that may be said next, about a thing or about the matter as a whole."""

    kind: kinds.Kind
    about: RecordId | None = None


def sayable(registry: kinds.Registry) -> Iterator[kinds.Kind]:
    """The kinds that people say by themselves."""
    for kind in registry.values():
        if kind.needs != "node" and kind.name not in PROCEDURES:
            yield kind


def beginnings(desk: tools.Desk) -> tuple[kinds.Kind, ...]:
    """The kinds by which this officer may begin a matter."""
    return tuple(
        kind
        for kind in sayable(desk.tools.registry)
        if isinstance(kind.effect, kinds.Genesis) and _permitted(desk, kind, None)
    )


def offers(desk: tools.Desk, matter_id: MatterId) -> tuple[Offer, ...]:
    """What this officer may say next in a matter."""
    with desk.tools.cabinet.holding(matter_id) as folder:
        admitted = [
            offer
            for kind in sayable(desk.tools.registry)
            for offer in _admitted(folder.matter, kind, _probe(folder.matter, desk, kind))
        ]
        about = asks.about(folder.matter)
    permitted = {
        name: _permitted(desk, desk.tools.registry[name], about)
        for name in {offer.kind.name for offer in admitted}
    }
    return tuple(offer for offer in admitted if permitted[offer.kind.name])


def _permitted(desk: tools.Desk, kind: kinds.Kind, about: asks.About | None) -> bool:
    policy = desk.tools.policy
    decided = policy.decide(permitting.ask_of(desk, policy.act(kind.name), about))
    return not isinstance(decided, denials.Denied)


def _probe(matter: Matter, desk: tools.Desk, kind: kinds.Kind) -> record.Record:
    """A record by which the rules that look at its author alone can be asked."""
    assert matter.opening is not None
    return dataclasses.replace(
        matter.opening, kind=kind.name, author=desk.authority, open={}, said=None
    )


def _admitted(matter: Matter, kind: kinds.Kind, probe: record.Record) -> Iterator[Offer]:
    effect, membership = kind.effect, matter.membership
    if isinstance(effect, kinds.Genesis) or matter.type not in effect.within:
        return
    if probe.author not in membership.parties or membership.closed:
        return
    if isinstance(effect, kinds.Moves | kinds.Settles):
        yield from _about_things(matter, kind, effect, probe)
    elif _of_the_matter(matter, effect, probe):
        yield Offer(kind)


def _about_things(
    matter: Matter, kind: kinds.Kind, effect: kinds.Moves | kinds.Settles, probe: record.Record
) -> Iterator[Offer]:
    lead = matter.membership.lead
    for view in matter.things("" if isinstance(effect, kinds.Settles) else effect.thing):
        if isinstance(effect, kinds.Settles):
            if probe.author == lead and view.status == status.CONFLICT:
                yield Offer(kind, view.id)
        elif status.refusal(view, probe, effect, lead=lead) is None:
            yield Offer(kind, view.id)


def _of_the_matter(
    matter: Matter,
    effect: kinds.Control | kinds.Votes | kinds.Resolves | kinds.Opens | kinds.Says,
    probe: record.Record,
) -> bool:
    leads = probe.author == matter.membership.lead
    match effect:
        case kinds.Control():
            return not matter.point.frozen and _may_follow(matter.membership, effect, leads, probe)
        case kinds.Votes() | kinds.Resolves():
            return matter.point.frozen
        case kinds.Says(by="lead"):
            return leads
        case kinds.Opens() | kinds.Says():
            return True


def _may_follow(
    membership: control.Membership, effect: kinds.Control, leads: bool, probe: record.Record
) -> bool:
    """Whether a link of this sort may come next, whomever it names."""
    if membership.offered is not None:
        return probe.author == membership.offered and effect.act in ("accept", "decline")
    if effect.act in ("accept", "decline") or not leads:
        return False
    if effect.act in ("remove", "offer"):
        return len(membership.parties) > 1
    return effect.act != "ratify" or bool(membership.removed)
