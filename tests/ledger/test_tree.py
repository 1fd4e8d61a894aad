from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.ledger import tree

# The tree of eight leaves by which the implementations of RFC 6962 are compared.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return tree.EMPTY_ROOT
    if len(leaves) == 1:
        return tree.leaf_hash(leaves[0])
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return tree.node_hash(by_definition(leaves[:cut]), by_definition(leaves[cut:]))


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_that_every_implementation_has(size: int) -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert tree.root(leaves).hex() == ROOTS[size]


def test_pairing_level_by_level_gives_the_tree_of_the_definition() -> None:
    leaves = [b"%d" % n for n in range(131)]
    hashes = [tree.leaf_hash(leaf) for leaf in leaves]
    for size in range(len(leaves) + 1):
        assert tree.root(hashes[:size]) == by_definition(leaves[:size])


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_a_leaf_never_hashes_like_a_node(left: bytes, right: bytes) -> None:
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)


def test_a_leaf_made_of_two_hashes_is_not_the_tree_over_them() -> None:
    """The second-preimage attack on trees without domain separation."""
    left, right = tree.leaf_hash(b"left"), tree.leaf_hash(b"right")
    assert tree.root([tree.leaf_hash(left + right)]) != tree.root([left, right])


def test_a_ledger_of_one_empty_leaf_is_not_the_empty_ledger() -> None:
    assert tree.root([tree.leaf_hash(b"")]) != tree.EMPTY_ROOT


def test_complete_subtrees_join_to_the_root() -> None:
    hashes = [tree.leaf_hash(b"%d" % n) for n in range(13)]
    peaks = [tree.root(hashes[:8]), tree.root(hashes[8:12]), hashes[12]]
    assert tree.joined(peaks) == tree.root(hashes)
    assert tree.joined([]) == tree.EMPTY_ROOT
