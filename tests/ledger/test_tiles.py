import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.ledger import bundles, paths, tiles, tree
from tests.ledger import growing

LARGE = 65_536 + 300


@pytest.fixture(scope="module")
def large() -> growing.Ledger:
    """A ledger with tiles at three levels."""
    return growing.grown(LARGE)


def test_appending_one_by_one_or_in_any_batches_gives_the_same_tiles_and_edge() -> None:
    whole = growing.grown(700, batch=700)
    for batch in (1, 7, 255, 256, 257, 512):
        other = growing.grown(700, batch=batch)
        assert other.stored == whole.stored
        assert other.edge == whole.edge


def test_every_size_has_the_root_of_its_leaves() -> None:
    ledger = growing.Ledger()
    hashes = bundles.leaf_hashes([growing.record_id(n) for n in range(600)])
    for size in range(600):
        assert ledger.edge.root() == tree.root(hashes[:size])
        ledger.append(growing.record_id(size))


def test_every_earlier_size_is_read_from_the_tiles_of_a_later_one() -> None:
    ledger = growing.grown(600)
    hashes = bundles.leaf_hashes(ledger.ids)
    for size in range(601):
        assert tiles.root(size, ledger.read) == tree.root(hashes[:size])


def test_the_edge_read_at_start_is_the_edge_that_appending_made(large: growing.Ledger) -> None:
    ledger = growing.Ledger()
    for size in range(600):
        assert tiles.edge_of(size, ledger.read) == ledger.edge
        ledger.append(growing.record_id(size))
    assert tiles.edge_of(LARGE, large.read) == large.edge


def test_a_node_that_restarts_goes_on_as_if_it_had_not() -> None:
    ledger = growing.grown(65_530)
    ledger.edge = tiles.edge_of(65_530, ledger.read)
    ledger.append(*map(growing.record_id, range(65_530, LARGE)))
    assert ledger.stored == growing.grown(LARGE).stored


def test_a_hash_in_a_tile_is_the_root_of_the_full_tile_below(large: growing.Ledger) -> None:
    assert len(large.stored[1, 0]) == 256 * 32
    assert len(large.stored[1, 1]) == 32
    assert len(large.stored[2, 0]) == 32
    hashes = bundles.leaf_hashes(large.ids)
    assert large.stored[1, 0][-32:] == tree.root(hashes[255 * 256 : 65_536])
    assert large.stored[2, 0] == tree.root(hashes[:65_536])
    assert large.edge.root() == tree.root(hashes)


def test_a_ledger_of_70000_has_the_tiles_that_tlog_tiles_lists() -> None:
    listed = list(tiles.places(70_000))
    by_level = [[place for place in listed if place.level == level] for level in range(3)]
    assert [len(level) for level in by_level] == [274, 2, 1]
    assert [level[-1].width for level in by_level] == [112, 17, 1]
    assert all(place.width == 256 for level in by_level for place in level[:-1])
    assert list(tiles.places(256)) == [paths.Place(0, 0, 256), paths.Place(1, 0, 1)]
    assert list(tiles.places(0)) == []


def test_the_stored_tiles_are_those_that_the_size_calls_for(large: growing.Ledger) -> None:
    listed = {(place.level, place.n): place.width * 32 for place in tiles.places(LARGE)}
    assert {key: len(tile) for key, tile in large.stored.items()} == listed


def test_only_tiles_that_changed_are_handed_back() -> None:
    ledger = growing.grown(256 * 2 + 10)
    assert set(ledger.append(growing.record_id(999))) == {(0, 2)}
    assert ledger.append() == {}
    filled = ledger.append(*map(growing.record_id, range(245)))
    assert set(filled) == {(0, 2), (1, 0)}
    assert [len(tile) for tile in filled.values()] == [256 * 32, 3 * 32]


def test_an_edge_of_another_size_is_not_appended_to() -> None:
    ledger = growing.grown(5)
    with pytest.raises(errors.Conflict):
        tiles.extend(4, ledger.edge, [bytes(32)])


def test_what_is_not_a_hash_is_not_appended() -> None:
    ledger = growing.grown(5)
    before = ledger.edge
    with pytest.raises(errors.Invalid):
        tiles.extend(5, ledger.edge, [bytes(32), bytes(31)])
    assert ledger.edge == before
    assert ledger.append(growing.record_id(5))[0, 0] == growing.grown(6).stored[0, 0]


@given(st.integers(1, 700), st.data())
def test_any_subtree_has_the_root_of_its_leaves(size: int, data: st.DataObject) -> None:
    ledger = growing.grown(700)
    height = data.draw(st.integers(0, (size - 1).bit_length()))
    start = data.draw(st.integers(0, (size - 1) >> height)) << height
    end = min(size, start + (1 << height))
    expected = tree.root(bundles.leaf_hashes(ledger.ids[start:end]))
    assert tiles.hash_range(start, end, size, ledger.read) == expected


@pytest.mark.parametrize(("start", "end"), [(1, 3), (2, 6), (0, 0), (5, 4), (0, 11), (-1, 1)])
def test_what_is_no_subtree_has_no_hash(start: int, end: int) -> None:
    ledger = growing.grown(10)
    with pytest.raises(errors.Invalid):
        tiles.hash_range(start, end, 10, ledger.read)


def test_a_tile_is_served_as_it_was_at_an_earlier_size() -> None:
    ledger = growing.grown(200)
    early = tiles.Tiles(112, ledger.read).tile(0, 0)
    assert early == growing.grown(112).stored[0, 0]
    with pytest.raises(errors.NotFound):
        tiles.Tiles(112, ledger.read).tile(0, 1)


def test_a_tile_that_is_too_short_or_too_long_is_not_believed() -> None:
    ledger = growing.grown(200)
    whole = ledger.stored[0, 0]
    for damaged in (whole[:-32], whole[:-1], b"", bytes(8193)):
        ledger.stored[0, 0] = damaged
        with pytest.raises(errors.Unverified):
            tiles.root(200, ledger.read)


@pytest.mark.parametrize("size", [-1, 2**63])
def test_a_size_that_no_ledger_has_is_refused(size: int) -> None:
    with pytest.raises(errors.Invalid):
        tiles.Tiles(size, growing.Ledger().read)


def test_an_old_root_in_the_largest_ledger_is_found_without_its_leaves() -> None:
    """2**62 leaves are one subtree: a single hash at level 7."""
    hashes = {(7, 0): hashlib.sha256(b"level 7").digest() * 64}
    top = tiles.Tiles(2**62, lambda level, n: hashes[level, n])
    assert top.beginning(2**56) == hashes[7, 0][:32]


def test_reading_many_tiles_keeps_only_some_of_them_folded(large: growing.Ledger) -> None:
    held = tiles.Tiles(LARGE, large.read)
    for n in range(256):
        held.node(0, n * 256)
    assert len(held._rows) == tiles.TILES_HELD_MAX
    assert held.beginning(LARGE) == large.edge.root()
