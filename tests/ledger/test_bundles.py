import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.ledger import bundles, tree
from tests.ledger import growing

some_ids = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256)


@given(some_ids)
def test_a_bundle_reads_back(ids: list[bytes]) -> None:
    assert bundles.parse_entries(bundles.entries(ids), width=len(ids)) == ids


def test_an_entry_is_a_length_of_two_bytes_and_the_id() -> None:
    entry = growing.record_id(0)
    assert bundles.entries([entry]) == b"\x00\x20" + entry


@pytest.mark.parametrize("ids", [[], [bytes(31)], [bytes(32), bytes(33)], [bytes(32)] * 257])
def test_what_is_not_1_to_256_record_ids_makes_no_bundle(ids: list[bytes]) -> None:
    with pytest.raises(errors.Invalid):
        bundles.entries(ids)


@pytest.mark.parametrize("width", [0, 1, 3, 257])
def test_a_bundle_of_another_width_is_refused(width: int) -> None:
    data = bundles.entries([bytes(32), bytes(32)])
    with pytest.raises(errors.Invalid):
        bundles.parse_entries(data, width=width)


def test_a_bundle_whose_lengths_do_not_say_32_is_refused() -> None:
    data = bytearray(bundles.entries([bytes(32), bytes(32)]))
    data[35] = 31
    with pytest.raises(errors.Invalid, match="entry 1"):
        bundles.parse_entries(bytes(data), width=2)


def test_the_entries_hash_to_the_tile_above_them() -> None:
    ledger = growing.grown(300)
    first, second = ledger.ids[:256], ledger.ids[256:]
    assert b"".join(bundles.leaf_hashes(first)) == ledger.stored[0, 0]
    assert b"".join(bundles.leaf_hashes(second)) == ledger.stored[0, 1]
    assert bundles.leaf_hashes(first)[0] == tree.leaf_hash(first[0])
