"""A past is a set of numbers, and nothing about it depends on how it was put together."""

from hypothesis import given
from hypothesis import strategies as st

from comity.matters import past
from comity.matters.past import Past

NUMBERS = st.sets(st.integers(0, 90), max_size=40)


def of(numbers: set[int]) -> Past:
    made = past.NOTHING
    for number in numbers:
        made = past.with_(made, number)
    return made


def listed(made: Past) -> set[int]:
    return {number for number in range(200) if past.holds(made, number)}


@given(NUMBERS)
def test_it_holds_what_was_put_in_and_nothing_else(numbers: set[int]) -> None:
    assert listed(of(numbers)) == numbers


@given(NUMBERS, NUMBERS)
def test_a_union_holds_what_either_holds(one: set[int], other: set[int]) -> None:
    assert listed(past.union(of(one), of(other))) == one | other


@given(st.permutations(range(12)), NUMBERS)
def test_equal_sets_are_equal_pasts(order: list[int], more: set[int]) -> None:
    forward = of(set(range(12)) | more)
    made = of(more)
    for number in order:
        made = past.with_(made, number)
    assert made == forward
    assert past.union(of(more), of(set(order))) == forward


@given(NUMBERS, st.integers(0, 100))
def test_the_top_lies_above_all_that_it_holds_below_a_number(numbers: set[int], below: int) -> None:
    held = {number for number in numbers if number < below}
    assert past.top(of(numbers), below) == max(held, default=-1) + 1


def test_a_chain_takes_two_small_integers() -> None:
    assert of(set(range(10_000))) == (10_000, 0)


def test_putting_in_what_is_there_changes_nothing() -> None:
    made = of({0, 1, 5})
    assert past.with_(made, 1) is made
    assert past.with_(made, 5) == made
