"""What must hold of every story, whoever cheated in it and however it travelled."""

import random
from collections.abc import Iterable, Sequence

from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records.ids import RecordId
from comity.records.record import Record
from tests.matters import adversary, telling


def story(found: adversary.Story, chance: random.Random, *, deliveries: int = 3) -> Matter:
    """All of it; the matter as it stands at the end."""
    assert not found.refused, found.refused
    folds = [delivered(found.records, chance) for _ in range(deliveries)]
    assert len({one.digest() for one in folds}) == 1, "the order of arrival changed the state"
    whole = folds[0]
    for one in chance.sample(found.records, min(5, len(found.records))):
        alone = telling.as_of(found.records, [one.id])
        assert verdicts(alone)[one.id] == verdicts(whole)[one.id], "a stranger changed a verdict"
    assert set(whole.quarantined()) == _to_be_quarantined(whole)
    nobody_is_stuck(telling.matter(*found.records))
    return whole


def delivered(records: Sequence[Record], chance: random.Random) -> Matter:
    """The fold of `records` in some order, some of them twice; verdicts never change on the way."""
    order = [*records, *chance.choices(records, k=len(records) // 3)]
    chance.shuffle(order)
    found = Matter(records[0].matter, subjects.REGISTRY)
    known: dict[RecordId, str] = {}
    looked_at = set(chance.sample(range(len(order)), 2))
    for place, one in enumerate(order):
        counted = found.admit(one)
        now = verdicts(found)
        assert known.items() <= now.items(), "a verdict changed"
        assert set(counted) == {new for new in now.keys() - known.keys() if not now[new]}
        known = now
        if place in looked_at:
            prefix = {one.id: one for one in order[: place + 1]}
            assert found.digest() == _in_order(found, prefix.values()).digest(), "other state"
    return found


def _in_order(like: Matter, records: Iterable[Record]) -> Matter:
    """The same records, ancestors first."""
    found = Matter(like.id, subjects.REGISTRY)
    for one in sorted(records, key=lambda one: (one.lamport, one.id)):
        found.admit(one)
    return found


def verdicts(found: Matter) -> dict[RecordId, str]:
    """Why each record changes nothing; an empty reason for those that count."""
    counted = {one.id: "" for one in found.timeline()}
    return counted | {one.record.id: one.reason for one in found.rejections}


_CONTROL = ("case.", "party.", "lead.", "work.", "fork.")


def _to_be_quarantined(found: Matter) -> set[RecordId]:
    """Work of each removed party, apart from its removal and not ratified."""
    chain = found.chain()
    ratified = {one for link in chain for one in link.open.get("records", ())}
    return {
        one.id
        for removal in chain
        if removal.kind == "party.removed/1"
        for one in found.timeline()
        if one.author == removal.open["party"]
        and not one.kind.startswith(_CONTROL)
        and not found.had_seen(removal.id, one.id)
        and not found.had_seen(one.id, removal.id)
        and one.id not in ratified
    }


def nobody_is_stuck(found: Matter) -> None:
    """Every party can go on working, and a forked control chain can be brought to go on."""
    if found.membership.closed:
        return
    for who in sorted(found.membership.parties):
        assert _tries(found, who, "note.made/1"), f"{who} is stuck"
    for _ in range(4):
        if not found.point.frozen:
            break
        _vote_together(found)
    assert not found.point.frozen, "the fork cannot be resolved"
    membership = found.membership
    if membership.closed:
        return
    if membership.offered is not None:
        assert _tries(found, membership.offered, "lead.declined/1")
    assert _tries(found, membership.lead, "party.added/1", party="xx-another")
    assert "xx-another" in found.membership.parties


def _vote_together(found: Matter) -> None:
    """Every party votes for the same branch if it may, then whoever may resolves."""
    branches = found.point.branches
    parties = sorted(found.membership.parties)
    for who in parties:
        _tries(found, who, "fork.voted/1", keep=branches[0])
    for who in parties:
        for keep in branches:
            if found.point.frozen and _tries(found, who, "fork.resolved/1", keep=keep):
                return


def _tries(found: Matter, who: str, kind: str, **open_: object) -> bool:
    author = telling.AuthorityId(who)
    one = telling.said(kind, author, found.place(author), **open_)
    return one.id in found.admit(one)
