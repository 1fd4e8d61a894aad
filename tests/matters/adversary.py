"""Stories of a case in which members work, lose touch, and some of them cheat.

Every choice comes from the given `Random`, so a seed is a story. Honest members say what their own
copy of the case lets them say, and nothing they say may be refused. Cheats also write on old
frontiers: they say two things at one position, fork the control chain, date work back, vote twice,
act without leave, and build on what was rejected.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from comity.matters import status
from comity.matters.matter import Matter
from comity.records.ids import AuthorityId, RecordId
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import Node

Act = tuple[str, dict[str, Any]]


@dataclass
class Story:
    """What was said in a case."""

    records: list[Record]
    refused: list[str] = field(default_factory=list)
    """What an honest member was refused by its own node."""
    counts: Counter[str] = field(default_factory=Counter)


def told(chance: random.Random, *, steps: int = 70) -> Story:
    """A story of three to five members, of whom up to two cheat."""
    members = list(telling.MEMBERS[: chance.randrange(3, 6)])
    outside = members[3:]
    first = telling.opened(*members[:3])
    nodes = [Node(who, first) for who in members]
    story = Story([first])
    cheats = {chance.choice(members) for _ in range(chance.randrange(3))}
    if chance.random() < 0.4:
        cheats.add(members[0])
    apart: set[AuthorityId] = set()
    for _ in range(steps):
        if chance.random() < 0.1:
            apart = set(chance.sample(members, chance.randrange(len(members))))
        for _ in range(chance.randrange(4)):
            _carry(chance, chance.choice(nodes), chance.choice(nodes), apart)
        node = chance.choice(nodes)
        if node.author in cheats and chance.random() < 0.3:
            _cheat(chance, node, story, outside)
        else:
            _work(chance, node, story, outside)
    return story


def _carry(chance: random.Random, giver: Node, taker: Node, apart: set[AuthorityId]) -> None:
    """Some of what one member has reaches another, in any order, unless they are apart."""
    if (giver.author in apart) != (taker.author in apart):
        return
    if chance.random() < 0.6:
        taker.hear(giver.records)
    else:
        held = giver.records
        taker.hear(chance.sample(held, chance.randrange(len(held) + 1)))


def _work(chance: random.Random, node: Node, story: Story, outside: list[AuthorityId]) -> None:
    if not len(node.matter) or node.author not in node.matter.membership.parties:
        return
    acts = list(lawful(node.matter, node.author, outside, chance))
    if not acts:
        return
    groups = sorted({_group(act) for act in acts})
    weights = [
        {"talk": 5, "begin": 3, "things": 9, "control": 4, "fork": 40}[group] for group in groups
    ]
    wanted = chance.choices(groups, weights)[0]
    kind, open_ = chance.choice([act for act in acts if _group(act) == wanted])
    one = node.makes(kind, **open_)
    reason = node.matter.verdict(one)
    if reason is not None:
        story.refused.append(f"{kind} by {node.author}: {reason}")
    node.hear([one])
    story.records.append(one)
    story.counts[kind] += 1


def _group(act: Act) -> str:
    if act[0] in ("request.filed/1", "exhibit.taken/1"):
        return "begin"
    subject = act[0].partition(".")[0]
    return {
        "note": "talk", "priority": "talk", "novel": "talk", "request": "things",
        "clarification": "things", "exhibit": "things", "conflict": "things", "fork": "fork",
    }.get(subject, "control")  # fmt: skip


def lawful(
    matter: Matter, who: AuthorityId, outside: list[AuthorityId], chance: random.Random
) -> Iterator[Act]:
    """Everything that a party may say by the rule book, read independently of the fold's."""
    membership = matter.membership
    if membership.closed:
        return
    mark = chance.randrange(10**9)
    yield "note.made/1", {"n": mark}
    yield "priority.set/1", {"priority": chance.choice(["routine", "urgent"]), "n": mark}
    yield "novel.said/1", {"n": mark}
    others = sorted(membership.parties - {who})
    if others:
        to = chance.choice(others)
        yield "request.filed/1", {"to": to, "measure": "other", "basis": "b", "n": mark}
    yield "exhibit.taken/1", {"method": "other", "basis": "b", "n": mark}
    for thing in matter.things():
        yield from _on_thing(thing, matter, who, others, chance)
    if matter.point.frozen:
        yield from _on_fork(matter, who, chance)
    else:
        yield from _on_control(matter, who, outside, chance)


def _on_thing(
    thing: status.View, matter: Matter, who: AuthorityId, others: list[AuthorityId],
    chance: random.Random,
) -> Iterator[Act]:  # fmt: skip
    if thing.quarantined:
        return
    if thing.status == status.CONFLICT:
        if who == matter.membership.lead:
            keep = chance.choice([one.id for one in thing.rivals])
            yield "conflict.settled/1", {"about": thing.id, "keep": keep}
    elif thing.thing == "request":
        yield from _on_request(thing, who)
    elif who == thing.opening.author and thing.status in ("held", "disputed") and others:
        to = chance.choice(others)
        yield "exhibit.offered/1", {"exhibit": thing.id, "to": to, "purpose": "p", "pieces": []}
    elif thing.status == "offered" and who == _taker(thing, matter):
        yield "exhibit.received/1", {"exhibit": thing.id}
        yield "exhibit.disputed/1", {"exhibit": thing.id}


def _on_request(thing: status.View, who: AuthorityId) -> Iterator[Act]:
    request = {"request": thing.id}
    if who == thing.opening.open["to"] and thing.status in ("open", "clarifying"):
        yield "request.answered/1", request | {"outcome": "executed"}
        yield "request.declined/1", request | {"ground": "other"}
        if thing.status == "open":
            yield "clarification.asked/1", request
    if who == thing.opening.author and thing.status in ("open", "clarifying"):
        yield "request.withdrawn/1", request
        if thing.status == "clarifying":
            yield "request.clarified/1", request


def _taker(thing: status.View, matter: Matter) -> str:
    """To whom the exhibit was handed over, if that is beyond doubt."""
    takers = {
        act.open["to"]
        for act in thing.acts
        if act.kind == "exhibit.offered/1"
        and not any(matter.had_seen(later.id, act.id) for later in thing.acts if later != act)
    }
    return str(takers.pop()) if len(takers) == 1 else ""


def _on_fork(matter: Matter, who: AuthorityId, chance: random.Random) -> Iterator[Act]:
    """Vote once, and resolve what a plain count of first votes shows to be won."""
    branches = matter.point.branches
    wrote = {one.author for one in map(matter.record, branches) if one is not None}
    voters = matter.membership.parties - wrote
    votes: dict[AuthorityId, set[str]] = {}
    for one in matter.timeline():
        if one.kind == "fork.voted/1" and one.open["keep"] in branches:
            votes.setdefault(one.author, set()).add(one.open["keep"])
    if who in voters and who not in votes:
        # Honest members talk to each other and mostly agree.
        keep = branches[0] if chance.random() < 0.8 else chance.choice(branches)
        yield "fork.voted/1", {"keep": keep}
    for keep in branches:
        for_it = [one for one, kept in votes.items() if kept == {keep} and one in voters]
        if who in voters and 2 * len(for_it) > len(voters):
            yield "fork.resolved/1", {"keep": keep}


def _on_control(
    matter: Matter, who: AuthorityId, outside: list[AuthorityId], chance: random.Random
) -> Iterator[Act]:
    membership = matter.membership
    if membership.offered is not None:
        if who == membership.offered:
            yield "lead.accepted/1", {}
            yield "lead.declined/1", {}
        return
    if who != membership.lead:
        return
    for new in outside:
        if new not in membership.parties:
            yield "party.added/1", {"party": new}
    others = sorted(membership.parties - {who})
    if others and chance.random() < 0.5:
        yield "party.removed/1", {"party": chance.choice(others)}
        yield "lead.offered/1", {"to": chance.choice(others)}
    removed = {one for one, _ in membership.removed} - membership.parties
    for gone in sorted(removed):
        yield "party.added/1", {"party": gone}
    if matter.quarantined():
        yield "work.ratified/1", {"records": [chance.choice(matter.quarantined())]}
    if chance.random() < 0.1:
        yield "case.closed/1", {"outcome": "disrupted"}


def _cheat(chance: random.Random, node: Node, story: Story, outside: list[AuthorityId]) -> None:
    """Say something on an old frontier, lawful there or not, and show it like anything else."""
    standing = [one for one in node.records if one.id in node.matter]
    if not standing:
        return
    rejected = [one.record for one in node.matter.rejections if not one.stands]
    if rejected and chance.random() < 0.2:
        one = _after_rejected(chance.choice(rejected), node.author)
    else:
        old, wanted = _frontier(chance, node, story, standing)
        kind, open_ = _misdeed(chance, node, old, wanted, outside)
        one = telling.said(kind, node.author, old.place(node.author), **open_)
        if chance.random() < 0.1:
            one = _malformed(chance, one, node.author)
    story.records.append(one)
    story.counts["cheated"] += 1
    if chance.random() < 0.8:
        node.hear([one])


def _frontier(
    chance: random.Random, node: Node, story: Story, standing: list[Record]
) -> tuple[Matter, str]:
    """The case as of some time ago, and what sort of act may matter there."""
    own = [one for one in standing if one.author == node.author and one.after]
    if own and chance.random() < 0.6:
        # Two things at one position, the second as grave as the first.
        twin = _grave(chance, own)
        return telling.as_of(story.records, twin.after), _group((twin.kind, {}))
    back = 1 + int(len(standing) * chance.random() ** 2)
    return telling.as_of(story.records, [chance.choice(standing[-back:]).id]), ""


def _misdeed(
    chance: random.Random, node: Node, old: Matter, wanted: str, outside: list[AuthorityId]
) -> Act:
    party = node.author in old.membership.parties
    choices = list(lawful(old, node.author, outside, chance)) if party else []
    if old.point.frozen and chance.random() < 0.5:
        kind = chance.choice(["fork.voted/1", "fork.resolved/1"])
        return kind, {"keep": chance.choice(old.point.branches)}
    if choices and chance.random() < 0.8:
        return chance.choice([act for act in choices if _group(act) == wanted] or choices)
    standing = [one for one in node.records if one.id in node.matter]
    return _unlawful(chance, node.matter, standing, outside)


def _after_rejected(rejected: Record, author: AuthorityId) -> Record:
    place = telling.Place(
        matter=rejected.matter,
        after=(rejected.id,),
        control=rejected.control,
        lamport=rejected.lamport + 1,
        seq=rejected.seq + 1,
    )
    return telling.said("note.made/1", author, place)


def _grave(chance: random.Random, own: list[Record]) -> Record:
    for groups in [("control", "fork"), ("things",)]:
        grave = [one for one in own if _group((one.kind, {})) in groups]
        if grave and chance.random() < 0.7:
            return chance.choice(grave)
    return chance.choice(own)


def _unlawful(
    chance: random.Random, matter: Matter, standing: list[Record], outside: list[AuthorityId]
) -> Act:
    """Anything at all, about anything."""
    about: RecordId = chance.choice(standing).id
    someone = chance.choice([*matter.membership.parties, *outside, "xx-nobody"])
    return chance.choice(
        [
            ("party.removed/1", {"party": someone}),
            ("party.added/1", {"party": someone}),
            ("lead.accepted/1", {}),
            ("case.closed/1", {"outcome": "merged"}),
            ("request.answered/1", {"request": about, "outcome": "executed"}),
            ("request.withdrawn/1", {"request": about}),
            ("exhibit.received/1", {"exhibit": about}),
            ("conflict.settled/1", {"about": about, "keep": chance.choice(standing).id}),
            ("fork.voted/1", {"keep": about}),
            ("fork.resolved/1", {"keep": about}),
            ("work.ratified/1", {"records": [about]}),
            ("triage.asked/1", {}),
            ("case.opened/1", {"parties": []}),
            ("request.answered/1", {"request": [about], "outcome": 7}),
            ("party.added/1", {"party": {"who": someone}}),
            ("work.ratified/1", {"records": about}),
        ]
    )


def _malformed(chance: random.Random, one: Record, author: AuthorityId) -> Record:
    """The record with one member of its header wrong."""
    place = telling.Place(
        matter=one.matter,
        after=one.after,
        control=one.control if chance.random() < 0.5 else one.after[0],
        lamport=one.lamport + chance.choice([0, 0, 1]),
        seq=one.seq + chance.choice([0, 1, 2]),
    )
    return telling.said(one.kind, author, place, **dict(one.open))
