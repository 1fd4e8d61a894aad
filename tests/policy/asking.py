"""The policies as they ship, more kinds of record than there are, and every ask worth trying."""

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

from comity.matters import subjects
from comity.policy import actions, asks
from comity.policy.actions import Action
from comity.policy.asks import About, Ask, Role, Who
from comity.policy.engine import Engine
from comity.records import kinds
from comity.records.ids import AuthorityId, MatterId
from comity.records.kinds import Kind, Registry, Statement

FOLDER = Path(actions.__file__).with_name("texts")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.cedar"))}

LYON, TURIN, OSLO = AuthorityId("fr-lyon"), AuthorityId("it-turin"), AuthorityId("no-oslo")
NOW = datetime.datetime(2026, 11, 25, 9, 30, tzinfo=datetime.UTC)


Family = Literal["casework", "governance", "access", "staff"]


def kind(name: str, family: Family, needs: Role, *, opens: bool = False) -> Kind:
    """A kind that no subject has."""
    return Kind(
        name=name,
        statement=Statement,
        effect=kinds.Genesis("probe") if opens else kinds.Says(frozenset({"probe"})),
        title=name,
        done=name,
        family=family,
        needs=needs,
        coercive=opens and needs == "desk_head",
    )


def probes() -> Iterator[Kind]:
    """A kind for every family and hand: those that subjects may bring one day."""
    for family in get_args(Family):
        for needs in get_args(Role):
            noun = f"{family}-by-{needs.replace('_', '-')}"
            yield kind(f"{noun}.said/1", family, needs)
            yield kind(f"{noun}.begun/1", family, needs, opens=True)


REGISTRY = Registry((*subjects.REGISTRY.values(), *probes()))
ACTIONS = tuple(actions.catalogue(REGISTRY))
ENGINE = Engine(TEXTS, REGISTRY)


def about(type_: str = "case", **facts: Any) -> About:
    """A matter that this node's authority, Lyon, leads."""
    usual: dict[str, Any] = {"lead": LYON, "parties": (LYON, TURIN), "tlp": "AMBER"}
    return About(id=MatterId("a" * 64), type=type_, **{**usual, **facts})


PLACES: dict[str, About | None] = {
    "own": about(),
    "joined": about(lead=TURIN, tlp=None),
    "other's": about(lead=TURIN, parties=(TURIN, OSLO)),
    "closed": about(closed=True),
    "red": about(tlp="RED"),
    "directory": about("directory"),
    "closed directory": about("directory", closed=True),
    "access": about("access", parties=(LYON,)),
    "staff": about("staff", parties=(LYON,)),
    "absent": asks.absent(MatterId("b" * 64)),
    "none": None,
}
PURPOSES = ("investigation", "", "oversight", "exercise", "curiosity")


def ask(
    action: str = "read.matter",
    role: Role = "officer",
    where: About | None = PLACES["own"],
    *,
    purpose: str = "investigation",
    of: AuthorityId = LYON,
    scope: frozenset[asks.Scope] = asks.PRESENT,
) -> Ask:
    """An ask at Lyon's node, of somebody who is there."""
    who = Who("owl-7", role, of, scope)
    return Ask(who=who, action=Action(action), here=LYON, about=where, purpose=purpose, now=NOW)


def matrix() -> list[Ask]:
    """Every role, action, place and purpose, and a stranger; neighbours differ in all of them."""
    asked = [
        ask(action, role, where, purpose=purpose, of=of)
        for action in ACTIONS
        for where in PLACES.values()
        for of, purposes in ((LYON, PURPOSES), (TURIN, PURPOSES[:1]))
        for purpose in purposes
        for role in asks.ROLES
    ]
    asked += [
        ask(action, purpose=purpose)
        for action in ("act:request.filed/1", "act:note.made/1", "read.matter")
        for purpose in asks.PURPOSES
        if purpose not in PURPOSES
    ]
    asked += varied()
    stride = 7919
    assert math.gcd(stride, len(asked)) == 1
    return [asked[number * stride % len(asked)] for number in range(len(asked))]


def salient() -> list[str]:
    """One action of each kind: of those in the same groups, policy cannot tell one from another."""
    found: dict[frozenset[str], str] = {}
    for action, groups in actions.catalogue(REGISTRY).items():
        key = groups if action.startswith("act:") else groups | {action}
        found.setdefault(key, action)
    return list(found.values())


def varied() -> list[Ask]:
    """Each salient action by each role, with one thing changed that lies with the persons.

    One at a time, and together where one lifts what another forbids: no policy speaks of more.
    """
    asked = []
    for action in salient():
        for role in asks.ROLES:
            for where in (PLACES["own"], PLACES["staff"]):
                plain = ask(action, role, where)
                oversees = replace(plain, purpose="oversight")
                for one in (plain, oversees) if role == "oversight" else (plain,):
                    asked += [*_by_scope(one), *_by_tie(one), *_by_second(one)]
            alone = ask(action, role, None)
            asked += [*_by_scope(alone), *_by_second(alone)]
    return asked


def _by_scope(one: Ask) -> Iterator[Ask]:
    for missing in asks.SCOPES:
        yield replace(one, who=replace(one.who, scope=asks.PRESENT - {missing}))


def _by_tie(one: Ask) -> Iterator[Ask]:
    assert one.about is not None
    ties = [
        asks.Tie(restricted=True, team=team, glass=glass)
        for team in (False, True)
        for glass in (False, True)
    ]
    ties += [asks.Tie(conflict=True), asks.Tie(restricted=True, team=True, conflict=True)]
    for tie in ties:
        yield replace(one, about=replace(one.about, tie=tie))
    for clearance, classified in ((0, 1), (1, 1), (1, 2), (3, 2)):
        who = replace(one.who, clearance=clearance)
        yield replace(one, who=who, about=replace(one.about, tie=asks.Tie(classified=classified)))
    for purposes in (frozenset({"investigation"}), frozenset({"exercise"})):
        narrow = replace(one, about=replace(one.about, purposes=purposes))
        yield narrow
        yield replace(narrow, purpose="")


def _by_second(one: Ask) -> Iterator[Ask]:
    for giving in (
        asks.NOTHING_GIVEN,
        asks.Giving(to_self=True),
        *(asks.Giving(role=role) for role in asks.ROLES if role != "node"),
    ):
        yield replace(one, giving=giving)
        yield replace(one, giving=giving, alone=True)
        for second in ("officer", "desk_head", "operator"):
            yield replace(one, giving=giving, second=second)  # type: ignore[arg-type]


def brief(ask: Ask) -> str:
    """An ask in one line."""
    names = (name for name, about in PLACES.items() if about == ask.about)
    where = next(names, str(ask.about))
    who = f"{ask.who.role} of {ask.who.authority} ({', '.join(sorted(ask.who.scope))})"
    more = f"second {ask.second}, alone {ask.alone}, {ask.giving}"
    return f"{who}: {ask.action}, {where}, for {ask.purpose or 'no purpose'}; {more}"
