"""Whatever members say and however it travels, all of them see the same case.

The same checks are then made of folds with one rule broken: each must be caught, or the checks
would be worth nothing.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.matters import chain, entries, graph, matter, past, state, status, subjects
from comity.matters.matter import Matter
from tests.matters import adversary, checking, telling

SEEDS = 400
PART = 40


@pytest.fixture(scope="module")
def stories() -> list[adversary.Story]:
    return [adversary.told(random.Random(seed)) for seed in range(SEEDS)]


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What occurred in the stories of this run."""
    return Counter()


@pytest.mark.parametrize("first", range(0, SEEDS, PART))
def test_every_member_sees_the_same_whatever_was_said(
    first: int, stories: list[adversary.Story], seen: Counter[str]
) -> None:
    for seed in range(first, first + PART):
        whole = checking.story(stories[seed], random.Random(-seed))
        _count(seen, stories[seed], whole)


def test_the_stories_are_not_tame(seen: Counter[str]) -> None:
    """Runs after the stories; each number is about a half of what there is."""
    if seen["stories"] < SEEDS:
        pytest.skip("only some of the stories were told")
    least = {
        "conflicts": 12, "settled": 5, "equivocations": 150, "control forks": 60, "frozen": 40,
        "resolved": 15, "quarantines": 40, "ratified": 12, "closed": 12, "lead moved": 15,
        "declined": 12, "void": 100, "rejected": 60,
    }  # fmt: skip
    assert {name: seen[name] for name in least if seen[name] < least[name]} == {}


def _count(seen: Counter[str], found: adversary.Story, whole: Matter) -> None:
    seen["stories"] += 1
    seen["conflicts"] += any(one.status == status.CONFLICT for one in whole.things())
    seen["settled"] += found.counts["conflict.settled/1"] > 0
    seen["equivocations"] += bool(whole.forks())
    seen["control forks"] += whole._state.chain._fork is not None
    seen["frozen"] += whole.point.frozen
    seen["resolved"] += any(one.kind == "fork.resolved/1" for one in whole.timeline())
    seen["quarantines"] += bool(whole.quarantined())
    seen["ratified"] += found.counts["work.ratified/1"] > 0
    seen["closed"] += whole.membership.closed
    seen["lead moved"] += whole.membership.lead != found.records[0].author
    seen["declined"] += found.counts["lead.declined/1"] > 0
    seen["void"] += sum(one.stands for one in whole.rejections)
    seen["rejected"] += sum(not one.stands for one in whole.rejections)


# --- the same with examples that Hypothesis chooses and makes small ----------------------------


@given(st.randoms(use_true_random=False), st.integers(0, 10_000))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_story_in_any_order_converges(chance: random.Random, seed: int) -> None:
    checking.story(adversary.told(chance, steps=10), random.Random(seed), deliveries=2)


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_halves_that_were_apart_agree_once_they_meet(seed: int, data: st.DataObject) -> None:
    records = adversary.told(random.Random(seed), steps=30).records
    sides = data.draw(
        st.lists(st.sampled_from("ab*"), min_size=len(records), max_size=len(records))
    )
    one, other = Matter(records[0].matter, subjects.REGISTRY), telling.matter(records[0])
    for side, record in zip(sides, records, strict=True):
        if side in "a*":
            one.admit(record)
        if side in "b*":
            other.admit(record)
    for record in data.draw(st.permutations(records)):
        one.admit(record)
        other.admit(record)
    assert one.digest() == other.digest()
    assert not one.waiting


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_what_came_twice_changes_nothing(seed: int, data: st.DataObject) -> None:
    records = adversary.told(random.Random(seed), steps=25).records
    again = data.draw(st.lists(st.sampled_from(records), max_size=30))
    found = telling.matter(*records)
    before = found.digest()
    assert [found.admit(one) for one in again] == [()] * len(again)
    assert found.digest() == before


# --- broken rules ------------------------------------------------------------------------------

Patch = Callable[[pytest.MonkeyPatch], None]


def judged_on_what_is_here(patch: pytest.MonkeyPatch) -> None:
    """Rule 6: a record is judged by the membership at its arrival."""
    stand = graph.Graph.stand

    def broken(self: graph.Graph, record: Any) -> Any:
        stands = stand(self, record)
        here = self._chain.now.membership
        if not isinstance(stands, str) and (record.author not in here.parties or here.closed):
            return "not a party now"
        return stands

    patch.setattr(graph.Graph, "stand", broken)


def first_control_record_wins(patch: pytest.MonkeyPatch) -> None:
    """Rule 8: of two links after one, the first to arrive stands."""
    following = chain.Chain._following
    patch.setattr(chain.Chain, "_following", lambda *given: following(*given)[:1])


def last_arrival_wins(patch: pytest.MonkeyPatch) -> None:
    """Rule 9: the last act to arrive is the newest."""
    newest = entries.newest
    patch.setattr(entries, "newest", lambda *given, **named: newest(*given, **named)[:1])


def first_at_a_position_wins(patch: pytest.MonkeyPatch) -> None:
    """Rule 8: of two records with one seq, the first to arrive stands."""
    stand = graph.Graph.stand

    def broken(self: graph.Graph, record: Any) -> Any:
        taken = self._said.get(record.author, {}).get(record.seq)
        return "said before" if taken not in (None, record.id) else stand(self, record)

    patch.setattr(graph.Graph, "stand", broken)


def votes_that_are_here_count(patch: pytest.MonkeyPatch) -> None:
    """Rule 8: a vote counts that the resolving record had not seen."""

    def broken(self: chain.Chain, point: Any, seen: Any) -> Any:
        return [vote for _, vote in self._votes.get(point.head, ())]

    patch.setattr(chain.Chain, "_cast", broken)


def first_resolve_wins(patch: pytest.MonkeyPatch) -> None:
    """Rule 8: the branch that was chosen first, by arrival, is kept."""

    def broken(self: chain.Chain, head: Any, seen: Any) -> Any:
        return next((vote.keep for _, vote in self._resolves.get(head, ())), None)

    patch.setattr(chain.Chain, "_kept", broken)


def late_work_is_quarantined(patch: pytest.MonkeyPatch) -> None:
    """Rule 7: work is quarantined if it arrives after the removal of its author."""
    apart = entries.apart
    patch.setattr(
        entries, "apart", lambda one, other: one.number < other.number and apart(one, other)
    )


def removal_rewrites(patch: pytest.MonkeyPatch) -> None:
    """Rule 7: a removal undoes all that its author had seen, too."""
    patch.setattr(entries, "apart", lambda one, other: not past.holds(other.past, one.number))


def acts_are_judged_on_what_is_here(patch: pytest.MonkeyPatch) -> None:
    """Rule 6: an act is judged by how its thing stands at its arrival."""
    patch.setattr(state.State, "_standing", lambda self, thing, *_: status.standing(thing, None))


def races_go_to_the_first(patch: pytest.MonkeyPatch) -> None:
    """Rule 9: of two acts that cannot both stand, one stands without a reason."""
    standing = status.standing

    def broken(thing: Any, chosen: Any, *, below: int | None = None) -> Any:
        newest = entries.newest(thing.acts, chosen, below=below)
        if not newest:
            return standing(thing, chosen, below=below)
        return status.Standing(thing.outcomes[newest[-1].record.id])

    patch.setattr(status, "standing", broken)


def what_waits_for_a_rejected_record_waits_on(patch: pytest.MonkeyPatch) -> None:
    """Rule 3: a rejection does not reach what waits for it."""

    def broken(self: Matter, record: Any, reason: str) -> None:
        self._rejections[record.id] = matter.Rejection(record, reason)

    patch.setattr(Matter, "_reject", broken)


def a_fork_stops_everything(patch: pytest.MonkeyPatch) -> None:
    """Rule 8: who has seen a control fork can say nothing any more."""
    stand = graph.Graph.stand

    def broken(self: graph.Graph, record: Any) -> Any:
        stands = stand(self, record)
        return "frozen" if not isinstance(stands, str) and stands.point.frozen else stands

    patch.setattr(graph.Graph, "stand", broken)


def joins_forget_forks(patch: pytest.MonkeyPatch) -> None:
    """Rule 4: who joins two branches stands on the deeper one."""
    patch.setattr(
        chain.Chain,
        "join",
        lambda self, parents, seen: max(
            (one.point for one in parents), key=lambda point: point.membership.depth
        ),
    )


MUTANTS: tuple[Patch, ...] = (
    judged_on_what_is_here,
    first_control_record_wins,
    last_arrival_wins,
    first_at_a_position_wins,
    votes_that_are_here_count,
    first_resolve_wins,
    late_work_is_quarantined,
    removal_rewrites,
    acts_are_judged_on_what_is_here,
    races_go_to_the_first,
    what_waits_for_a_rejected_record_waits_on,
    a_fork_stops_everything,
    joins_forget_forks,
)


@pytest.mark.parametrize("break_rule", MUTANTS, ids=lambda one: one.__name__)
def test_a_broken_rule_is_caught(
    break_rule: Patch, stories: list[adversary.Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_rule(monkeypatch)
    for seed, found in enumerate(stories):
        try:
            checking.story(found, random.Random(-seed))
        except (AssertionError, KeyError):
            return  # A broken fold may also lose a record that it then needs.
    pytest.fail(f"no story shows that this rule is broken: {break_rule.__doc__}")
