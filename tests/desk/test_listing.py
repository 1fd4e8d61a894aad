"""A page of the registry shows what its officer may see, and no trace of the rest."""

import itertools
from collections.abc import Iterator

import pytest

from comity.desk import listing, reading
from comity.desk.cabinet import read_stored
from comity.matters import access
from comity.records.ids import MatterId
from comity.store import port
from tests.world import by_hand
from tests.world.world import OSLO, Member, World, refused

_numbers = itertools.count()


@pytest.fixture
def word() -> str:
    """A word that stands in the titles of one test."""
    return f"lantern{next(_numbers)}x"


def opened(world: World, member: Member, title: str, *parties: str) -> MatterId:
    said = {"title": title, "parties": list(parties)}
    return world.act(member, "case.opened/1", said).matter


def hidden(world: World, lyon: Member, turin: Member, title: str) -> MatterId:
    """A case that lies at Lyon, which is no party of it: somebody sent it all the same."""
    built = by_hand.say(turin, None, "case.opened/1", {"title": title, "parties": [OSLO]})
    by_hand.send(world, turin, lyon, items=by_hand.items(built))
    assert lyon.tools.store.matter(built.record.matter) is not None
    return built.record.matter


def pages(
    world: World, member: Member, word: str, limit: int
) -> Iterator[tuple[list[MatterId], bool]]:
    """Every page, and whether each says that another follows."""
    query = port.MatterQuery(text=word, limit=limit)
    while True:
        page = listing.page(world.desk(member), query)
        yield [row.id for row in page.rows], page.following is not None
        if page.following is None:
            return
        query = port.MatterQuery(text=word, limit=limit, before=page.following)


def test_pages_follow_each_other_without_gap_or_overlap(
    shared: World, lyon: Member, word: str
) -> None:
    cases = [opened(shared, lyon, f"{word} {number}") for number in range(5)]
    told = list(pages(shared, lyon, word, 2))
    assert [more for _, more in told] == [True, True, False]
    assert [one for rows, _ in told for one in rows] == cases[::-1]


def test_a_page_that_is_just_full_says_that_nothing_follows(
    shared: World, lyon: Member, word: str
) -> None:
    for number in range(4):
        opened(shared, lyon, f"{word} {number}")
    assert [(len(rows), more) for rows, more in pages(shared, lyon, word, 4)] == [(4, False)]


def test_hidden_lines_leave_neither_a_short_page_nor_a_page_more(
    shared: World, lyon: Member, turin: Member, word: str
) -> None:
    seen = []
    for number in range(4):
        seen.append(opened(shared, lyon, f"{word} {number}"))
        for more in range(3):
            hidden(shared, lyon, turin, f"{word} hidden {number} {more}")
    told = list(pages(shared, lyon, word, 2))
    assert [(len(rows), more) for rows, more in told] == [(2, True), (2, False)]
    assert [one for rows, _ in told for one in rows] == seen[::-1]
    found = listing.page(shared.desk(lyon), port.MatterQuery(text=word, limit=2))
    # Where the next page begins is told by a line that was shown.
    assert found.following is not None
    assert found.following[1] == found.rows[-1].id


def test_a_registry_of_hidden_lines_alone_looks_empty(
    shared: World, lyon: Member, turin: Member, word: str
) -> None:
    for number in range(3):
        hidden(shared, lyon, turin, f"{word} {number}")
    assert list(pages(shared, lyon, word, 2)) == [([], False)]
    assert list(pages(shared, lyon, f"{word}nothing", 2)) == [([], False)]


def test_who_runs_the_node_searches_no_registry(shared: World, lyon: Member) -> None:
    size = lyon.tools.store.size
    refused("role-needed", lambda: listing.page(shared.desk(lyon, "operator"), port.MatterQuery()))
    assert lyon.tools.store.size == size


def test_a_search_is_in_the_account_before_anything_is_shown(
    shared: World, lyon: Member, word: str
) -> None:
    size = lyon.tools.store.size
    listing.page(shared.desk(lyon), port.MatterQuery(text=word))
    stored = lyon.tools.store.last(MatterId(str(lyon.tools.store.setting("access"))))
    assert stored is not None
    assert stored.leaf == size
    said = read_stored(stored, lyon.tools.registry).said
    assert isinstance(said, access.AccessNoted)
    assert (said.what, said.place) == ("searched", "registry")
    lyon.tools.halt.reason = "it cannot account for what it shows"
    try:
        refused(
            "node-read-only", lambda: listing.page(shared.desk(lyon), port.MatterQuery(text=word))
        )
    finally:
        lyon.tools.halt.reason = ""
    assert lyon.tools.store.size == size + 1
    assert reading.Query is port.MatterQuery
