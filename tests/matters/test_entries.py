"""The newest of several entries: those that no other of them had seen."""

from hypothesis import given
from hypothesis import strategies as st

from comity.matters import control, entries, past
from comity.matters.entries import Entry
from tests.matters import telling
from tests.matters.telling import LYON

POINT = control.Point(
    telling.RecordId("0"), control.Membership(depth=0, lead=LYON, parties=frozenset())
)


def graph(parents: list[set[int]]) -> list[Entry]:
    """Entry n has seen the entries in `parents[n]` below n, and what they had seen."""
    made: list[Entry] = []
    for number, chosen in enumerate(parents):
        seen = past.NOTHING
        for parent in chosen:
            if 0 <= parent < number:
                seen = past.union(seen, made[parent].past)
        made.append(Entry(telling.opened(n=number), number, past.with_(seen, number), {}, POINT))
    return made


PARENTS = st.lists(st.sets(st.integers(0, 25), max_size=3), min_size=1, max_size=26)


@given(PARENTS, st.sets(st.integers(0, 25)))
def test_the_newest_are_those_that_no_other_had_seen(
    parents: list[set[int]], wanted: set[int]
) -> None:
    made = graph(parents)
    chosen = [one for one in made if one.number in wanted]
    expected = {
        one.number
        for one in chosen
        if not any(past.holds(other.past, one.number) for other in chosen if other is not one)
    }
    found = entries.newest(made, lambda one: one.number in wanted)
    assert {one.number for one in found} == expected
    assert len(found) == len(expected)


@given(PARENTS, st.integers(0, 30))
def test_only_what_lies_below_a_number_is_looked_at(parents: list[set[int]], below: int) -> None:
    made = graph(parents)
    assert entries.newest(made, below=below) == entries.newest(made[:below])
    assert entries.newest(made[:below], below=below) == entries.newest(made[:below])


def test_in_a_chain_only_the_last_is_looked_at() -> None:
    made = graph([{number - 1} for number in range(500)])
    looked_at: list[int] = []

    def chosen(one: Entry) -> bool:
        looked_at.append(one.number)
        return True

    assert entries.newest(made, chosen) == [made[-1]]
    assert looked_at == [499]


def test_nothing_has_no_newest() -> None:
    assert entries.newest([]) == []


def test_two_are_apart_if_neither_had_seen_the_other() -> None:
    root, left, right = graph([set(), {0}, {0}])
    assert entries.apart(left, right)
    assert entries.apart(right, left)
    assert not entries.apart(root, left)
    assert not entries.apart(left, root)
