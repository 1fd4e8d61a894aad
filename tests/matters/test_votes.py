"""Who wins a vote on a fork, and when the next round opens."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from comity.matters import votes
from comity.matters.votes import Vote
from tests.matters.telling import BERN, GENT, LYON, OSLO, TURIN

THREE = frozenset({TURIN, OSLO, BERN})
FOUR = THREE | {GENT}


def test_more_than_a_half_of_all_voters_wins() -> None:
    two = [Vote(TURIN, 0, "b"), Vote(OSLO, 0, "b")]
    assert votes.won(two, THREE, "b") == 0
    assert votes.won(two, FOUR, "b") is None
    assert votes.won(two, THREE, "c") is None
    assert votes.won([], THREE, "b") is None


def test_who_has_no_vote_is_not_counted() -> None:
    cast = [Vote(TURIN, 0, "b"), Vote(LYON, 0, "b")]
    assert votes.won(cast, THREE, "b") is None


def test_two_votes_for_one_branch_are_one() -> None:
    assert votes.won([Vote(TURIN, 0, "b")] * 2, THREE, "b") is None


def test_two_votes_for_two_branches_are_none() -> None:
    cast = [Vote(TURIN, 0, "b"), Vote(OSLO, 0, "b"), Vote(OSLO, 0, "c")]
    assert votes.won(cast, THREE, "b") is None
    again = [*cast, Vote(OSLO, 0, "b")]
    assert votes.won(again, THREE, "b") is None


def test_a_round_is_lost_when_nobody_can_win_it_any_more() -> None:
    split = [Vote(TURIN, 0, "b"), Vote(OSLO, 0, "c")]
    assert not votes.lost(split, THREE, 0)
    assert votes.lost([*split, Vote(BERN, 0, "d")], THREE, 0)
    assert not votes.lost([*split, Vote(BERN, 0, "b")], THREE, 0)
    assert votes.lost(split, frozenset({TURIN, OSLO}), 0)


def test_the_next_round_is_counted_by_itself() -> None:
    split = [Vote(TURIN, 0, "b"), Vote(OSLO, 0, "c"), Vote(BERN, 0, "d")]
    later = [*split, Vote(TURIN, 1, "c"), Vote(OSLO, 1, "c")]
    assert votes.won(later, THREE, "c") == 1
    assert votes.won(later, THREE, "b") is None
    assert votes.next_round(later, TURIN) == 2
    assert votes.next_round(later, BERN) == 1
    assert votes.next_round(later, GENT) == 0


VOTERS = (TURIN, OSLO, BERN, GENT, LYON)
CAST = st.lists(st.sampled_from("bcd"), min_size=5, max_size=5)


@given(CAST, st.integers(1, 5), st.data())
def test_honest_voters_never_make_two_branches_win(
    said: list[str], count: int, data: st.DataObject
) -> None:
    """Whatever part of the votes two members have seen."""
    voters = VOTERS[:count]
    cast = [Vote(who, 0, keep) for who, keep in zip(voters, said, strict=False)]
    views = [data.draw(st.sets(st.sampled_from(cast))) for _ in range(2)]
    winners = {
        keep for view, keep in itertools.product(views, "bcd") if votes.won(view, voters, keep) == 0
    }
    assert len(winners) <= 1
    if winners:
        assert not any(votes.lost(view, voters, 0) for view in views)


@given(st.integers(1, 5), st.data())
def test_a_majority_that_is_honest_and_agrees_always_wins(count: int, data: st.DataObject) -> None:
    voters = VOTERS[:count]
    honest = voters[: count // 2 + 1]
    rest = data.draw(st.lists(st.tuples(st.sampled_from(voters), st.sampled_from("bc"))))
    cast = [Vote(who, 0, "b") for who in honest]
    cast += [Vote(who, 0, keep) for who, keep in rest if who not in honest]
    assert votes.won(cast, voters, "b") == 0
    assert votes.won(cast, voters, "c") is None
    assert not votes.lost(cast, voters, 0)


@given(CAST, CAST)
def test_once_all_have_voted_a_round_is_won_or_lost(said: list[str], more: list[str]) -> None:
    cast = [Vote(who, 0, keep) for who, keep in zip(VOTERS, said, strict=True)]
    cast += [Vote(who, 0, keep) for who, keep in zip(VOTERS[:2], more, strict=False)]
    won = any(votes.won(cast, VOTERS, keep) == 0 for keep in "bcd")
    assert won != votes.lost(cast, VOTERS, 0)
