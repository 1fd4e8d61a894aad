"""What may be said next: what the protocol admits and policy permits, for one officer.

An offer is help, not a promise: the act itself is tried again when it is said. Kinds that only a
procedure can say truthfully, because it does the work behind them, are never offered here.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from comity.desk import permitting, tools
from comity.matters.matter import Matter
from comity.policy import asks
from comity.records import kinds, record
from comity.records.ids import AuthorityId, MatterId, RecordId

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
        "officer.admitted/1": "officer.add",
        "glass.broken/1": "glass.break",
        "staff.begun/1": "node.start",
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


def beginnings(desk: tools.Desk, *, procedures: bool = False) -> tuple[kinds.Kind, ...]:
    """The kinds by which this officer may begin a matter; with those of `procedures` too."""
    said = desk.tools.registry.values() if procedures else sayable(desk.tools.registry)
    begins = [kind for kind in said if isinstance(kind.effect, kinds.Genesis)]
    permitted = _permitted(desk, begins, None)
    return tuple(kind for kind in begins if kind.name in permitted)


def offers(
    desk: tools.Desk,
    matter_id: MatterId,
    *,
    about: Collection[RecordId] | None = None,
    procedures: bool = False,
) -> tuple[Offer, ...]:
    """What this officer may say next in a matter; `NotFound` if it may not know of it.

    `about` bounds the things that are tried, for matters with very many. With `procedures` the
    kinds that procedures say are offered too.
    """
    said = desk.tools.registry.values() if procedures else sayable(desk.tools.registry)
    with desk.tools.cabinet.holding(matter_id) as folder:
        facts = permitting.about(desk, folder.matter)
        # Offers tell how the matter stands.
        permitting.permitted(desk, "read.matter", facts)
        within = [
            kind
            for kind in said
            if not isinstance(kind.effect, kinds.Genesis)
            and folder.matter.type in kind.effect.within
        ]
        permitted = _permitted(desk, within, facts)
        # Tried only where policy would permit it: the trying is the work, and holds the matter.
        wanted = [kind for kind in within if kind.name in permitted]
        return tuple(_admitted(folder.matter, desk, wanted, about))


def _permitted(
    desk: tools.Desk, said: Iterable[kinds.Kind], about: asks.About | None
) -> frozenset[str]:
    """The names of those kinds that policy would permit this officer, in one batch."""
    action = desk.tools.policy.act
    named = {action(kind.name): kind.name for kind in said}
    return frozenset(named[one] for one in permitting.would_permit(desk, named, about))


def _admitted(
    matter: Matter,
    desk: tools.Desk,
    said: Iterable[kinds.Kind],
    bound: Collection[RecordId] | None,
) -> list[Offer]:
    """The offers that the fold would take, tried on it one by one."""
    probe = _probe(matter, desk)
    found = [
        Offer(kind, about)
        for kind in said
        for about, open_ in _tries(matter, kind.effect, desk.authority, bound)
        if matter.verdict(dataclasses.replace(probe, kind=kind.name, open=open_)) is None
    ]
    return list({(offer.kind.name, offer.about): offer for offer in found}.values())


def _probe(matter: Matter, desk: tools.Desk) -> record.Record:
    """The next record of this authority, with nothing in it."""
    assert matter.opening is not None
    place = matter.place(desk.authority)
    return dataclasses.replace(
        matter.opening,
        id=RecordId("0" * 64),
        author=desk.authority,
        after=place.after,
        control=place.control,
        lamport=place.lamport,
        seq=place.seq,
        said=None,
    )


def _tries(
    matter: Matter,
    effect: kinds.Effect,
    here: AuthorityId,
    bound: Collection[RecordId] | None,
) -> Iterator[tuple[RecordId | None, Mapping[str, object]]]:
    """What an act could be about, and the open fields that the rules look at."""
    match effect:
        case kinds.Moves():
            for view in matter.things(effect.thing):
                if bound is None or view.id in bound:
                    yield view.id, {effect.field: view.id}
        case kinds.Settles():
            for view in matter.things():
                if view.rivals:
                    yield view.id, {"about": view.id, "keep": view.rivals[0].id}
        case kinds.Votes() | kinds.Resolves():
            for branch in matter.point.branches:
                yield branch, {"keep": branch}
        case kinds.Control():
            yield from ((None, open_) for open_ in _links(matter, effect, here))
        case _:
            yield None, {}


def _links(
    matter: Matter, effect: kinds.Control, here: AuthorityId
) -> Iterator[Mapping[str, object]]:
    """What a link of the control chain could name."""
    match effect.act:
        case "ratify":
            if matter.quarantined():
                yield {effect.field: list(matter.quarantined())}
        case "remove" | "offer":
            for who in sorted(matter.membership.parties - {here}):
                yield {effect.field: who}
        case "add":
            yield {effect.field: "xx-somebody"}
        case _:
            yield {}
