from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal import merkle
from sigstore.errors import VerificationError

from comity import errors
from comity.ledger import bundles, proofs, tiles, tree
from tests.ledger import growing

SIZE_MAX = 257
PAIRS = [*range(131), *range(250, SIZE_MAX + 1)]


@pytest.fixture(scope="module")
def ledger() -> growing.Ledger:
    return growing.grown(SIZE_MAX)


@pytest.fixture(scope="module")
def large() -> growing.Ledger:
    return growing.grown(65_536 + 300)


def sigstore_agrees(
    entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """What sigstore's verifier says of the same proof."""
    claim = SimpleNamespace(log_index=index, tree_size=size, hashes=list(proof), root_hash=root)
    inner = SimpleNamespace(inclusion_proof=claim, canonicalized_body=entry)
    try:
        merkle.verify_merkle_inclusion(SimpleNamespace(_inner=inner))
    except VerificationError:
        return False
    return True


def by_the_rfc(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2, step by step."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = tree.node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = tree.node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def flipped(proof: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The proof with one bit changed in each of its bytes, one at a time."""
    spoiled = []
    for place, other in enumerate(proof):
        for at in range(len(other)):
            changed = other[:at] + bytes([other[at] ^ 1 << at % 8]) + other[at + 1 :]
            spoiled.append((*proof[:place], changed, *proof[place + 1 :]))
    return spoiled


def misshapen(proof: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The proof with a hash too few, too many, twice, cut, lengthened or in another's place."""
    proof = tuple(proof)
    shapes = [(*proof, bytes(32)), (bytes(32), *proof), (*proof, b"")]
    for place, other in enumerate(proof):
        before, after = proof[:place], proof[place + 1 :]
        shapes.append((*before, *after))
        shapes.append((*before, other, other, *after))
        shapes.append((*before, other[:-1], *after))
        shapes.append((*before, other + b"\x00", *after))
        shapes.append((*before, b"", *after))
    if len(set(proof)) > 1:
        shapes.append(proof[::-1])
    return shapes


def test_every_leaf_of_every_size_is_proved_and_sigstore_agrees(ledger: growing.Ledger) -> None:
    for size in range(1, SIZE_MAX + 1):
        root = tiles.root(size, ledger.read)
        made = proofs.inclusions(range(size), size, ledger.read)
        for index, proof in enumerate(made):
            entry = ledger.ids[index]
            leaf = tree.leaf_hash(entry)
            assert proofs.verify_inclusion(leaf, index, size, proof, root)
            assert sigstore_agrees(entry, index, size, proof, root)
            assert by_the_rfc(leaf, index, size, proof, root)


def test_a_proof_alone_is_the_proof_among_others(ledger: growing.Ledger) -> None:
    made = proofs.inclusions([0, 7, 100], 101, ledger.read)
    assert made == [proofs.inclusion(n, 101, ledger.read) for n in (0, 7, 100)]


def test_every_beginning_of_every_size_is_proved(ledger: growing.Ledger) -> None:
    roots = [tiles.root(size, ledger.read) for size in range(SIZE_MAX + 1)]
    for new in PAIRS:
        for old in range(new + 1):
            proof = proofs.consistency(old, new, ledger.read)
            assert proofs.verify_consistency(old, roots[old], new, roots[new], proof)
            if 0 < old < new:
                assert not proofs.verify_consistency(old, roots[old - 1], new, roots[new], proof)
                assert not proofs.verify_consistency(old, roots[old], new, roots[new - 1], proof)


def test_proofs_hold_across_tiles_and_levels(large: growing.Ledger) -> None:
    sizes = [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, large.size]
    roots = {size: tiles.root(size, large.read) for size in sizes}
    for size in sizes:
        indexes = sorted({0, 1, 255, 256, 65_535, size // 2, size - 1} & set(range(size)))
        for index, proof in zip(indexes, proofs.inclusions(indexes, size, large.read), strict=True):
            leaf = tree.leaf_hash(large.ids[index])
            assert proofs.verify_inclusion(leaf, index, size, proof, roots[size])
        for old in (old for old in sizes if old <= size):
            proof = proofs.consistency(old, size, large.read)
            assert proofs.verify_consistency(old, roots[old], size, roots[size], proof)


def test_a_flipped_bit_in_an_inclusion_proof_never_verifies(ledger: growing.Ledger) -> None:
    for size in (*range(1, 20), 100):
        root = tiles.root(size, ledger.read)
        for index in {*range(min(size, 12)), size - 1}:
            leaf = tree.leaf_hash(ledger.ids[index])
            proof = proofs.inclusion(index, size, ledger.read)
            for spoiled in flipped(proof) + misshapen(proof):
                assert not proofs.verify_inclusion(leaf, index, size, spoiled, root)
            for spoiled_root in flipped([root]):
                assert not proofs.verify_inclusion(leaf, index, size, proof, *spoiled_root)
            for spoiled_leaf in flipped([leaf]):
                assert not proofs.verify_inclusion(*spoiled_leaf, index, size, proof, root)


def test_a_flipped_bit_in_a_consistency_proof_never_verifies(ledger: growing.Ledger) -> None:
    for new in (*range(2, 16), 100):
        new_root = tiles.root(new, ledger.read)
        for old in range(1, new):
            old_root = tiles.root(old, ledger.read)
            proof = proofs.consistency(old, new, ledger.read)
            for spoiled in flipped(proof) + misshapen(proof):
                assert not proofs.verify_consistency(old, old_root, new, new_root, spoiled)
            for spoiled_root in flipped([old_root]):
                assert not proofs.verify_consistency(old, *spoiled_root, new, new_root, proof)
            for spoiled_root in flipped([new_root]):
                assert not proofs.verify_consistency(old, old_root, new, *spoiled_root, proof)


def test_the_proof_of_one_leaf_proves_no_other(ledger: growing.Ledger) -> None:
    size = 40
    root = tiles.root(size, ledger.read)
    hashes = bundles.leaf_hashes(ledger.ids)
    made = proofs.inclusions(range(size), size, ledger.read)
    for index, proof in enumerate(made):
        for other in range(size):
            held = proofs.verify_inclusion(hashes[other], index, size, proof, root)
            assert held == (other == index)
            moved = proofs.verify_inclusion(hashes[index], other, size, proof, root)
            assert moved == (other == index)


def test_a_root_that_was_made_to_fit_is_not_enough() -> None:
    """An owner can sign any 32 bytes as a root; what leads to them must still be hashes."""
    leaf, other = bytes(32), bytes(33)
    for short in (other, other[:31], b""):
        assert not proofs.verify_inclusion(leaf, 0, 2, [short], tree.node_hash(leaf, short))
        assert not proofs.verify_inclusion(short, 0, 2, [leaf], tree.node_hash(short, leaf))
        made = tree.node_hash(leaf, short)
        assert not proofs.verify_consistency(1, leaf, 2, made, [short])
        assert not proofs.verify_consistency(1, short, 2, tree.node_hash(short, leaf), [leaf])
    root = leaf
    for _ in range(63):
        root = tree.node_hash(root, leaf)
    assert proofs.verify_inclusion(leaf, 0, tree.SIZE_MAX, [leaf] * 63, root)
    assert not proofs.verify_inclusion(leaf, 0, tree.SIZE_MAX + 1, [leaf] * 63, root)


def test_a_consistency_proof_to_one_size_holds_for_no_other_height(ledger: growing.Ledger) -> None:
    for old in (3, 4, 5):
        old_root = tiles.root(old, ledger.read)
        for new in (8, 16, 32, 64):
            new_root = tiles.root(new, ledger.read)
            proof = proofs.consistency(old, new, ledger.read)
            for other in (8, 16, 32, 64):
                held = proofs.verify_consistency(old, old_root, other, new_root, proof)
                assert held == (other == new)


def test_a_consistency_proof_does_not_go_on_above_the_root(ledger: growing.Ledger) -> None:
    """A hash too many, and two roots that were made to fit it."""
    old_root, new_root = tiles.root(3, ledger.read), tiles.root(8, ledger.read)
    more = (*proofs.consistency(3, 8, ledger.read), bytes(32))
    old_made, new_made = (tree.node_hash(bytes(32), root) for root in (old_root, new_root))
    assert not proofs.verify_consistency(3, old_made, 8, new_made, more)


def test_an_inner_node_is_never_proved_as_a_leaf(ledger: growing.Ledger) -> None:
    """Without domain separation, `left + right` would be a leaf of the tree half as large."""
    size = 8
    root = tiles.root(size, ledger.read)
    hashes = bundles.leaf_hashes(ledger.ids[:size])
    for index in range(4):
        forged = tree.leaf_hash(hashes[2 * index] + hashes[2 * index + 1])
        proof = proofs.inclusion(2 * index, size, ledger.read)[1:]
        assert not proofs.verify_inclusion(forged, index, 4, proof, root)


digest = st.binary(min_size=32, max_size=32)
number = st.integers(-2, 300) | st.integers(-(2**70), 2**70)


@given(st.binary(max_size=40), number, number, st.lists(st.binary(max_size=40)), digest)
def test_garbage_is_never_an_inclusion_proof_and_never_raises(
    leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes
) -> None:
    assert not proofs.verify_inclusion(leaf, index, size, proof, root)


@given(number, st.binary(max_size=40), number, st.binary(max_size=40), st.lists(digest))
def test_garbage_is_never_a_consistency_proof_and_never_raises(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]
) -> None:
    same = old == new and old_root == new_root and not proof and len(old_root) == 32
    assert proofs.verify_consistency(old, old_root, new, new_root, proof) in {False, same}
    assert proofs.beginning(old, new, new_root, proof) is None


def test_the_empty_ledger_begins_every_ledger_and_nothing_else_does(
    ledger: growing.Ledger,
) -> None:
    root = tiles.root(5, ledger.read)
    assert proofs.verify_consistency(0, tree.EMPTY_ROOT, 5, root, ())
    assert not proofs.verify_consistency(0, root, 5, root, ())
    assert not proofs.verify_consistency(0, tree.EMPTY_ROOT, 5, root, (root,))
    assert not proofs.verify_consistency(0, tree.EMPTY_ROOT, 0, root, ())
    assert not proofs.verify_consistency(5, root, 0, tree.EMPTY_ROOT, ())


def test_the_same_size_needs_the_same_root_and_no_proof(ledger: growing.Ledger) -> None:
    root, other = tiles.root(5, ledger.read), tiles.root(6, ledger.read)
    assert proofs.verify_consistency(5, root, 5, root, ())
    assert not proofs.verify_consistency(5, root, 5, other, ())
    assert not proofs.verify_consistency(5, root, 5, root, (root,))


def test_a_proof_tells_the_true_root_of_the_beginning(ledger: growing.Ledger) -> None:
    for new in range(2, 40):
        new_root = tiles.root(new, ledger.read)
        for old in range(1, new):
            proof = proofs.consistency(old, new, ledger.read)
            told = proofs.beginning(old, new, new_root, proof)
            power = old & (old - 1) == 0
            assert told == (None if power else tiles.root(old, ledger.read))
            assert proofs.beginning(old, new, bytes(32), proof) is None


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(
    index: int, size: int, ledger: growing.Ledger
) -> None:
    with pytest.raises(errors.NotFound):
        proofs.inclusion(index, size, ledger.read)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_a_ledger_does_not_begin_with_more_than_it_has(
    old: int, new: int, ledger: growing.Ledger
) -> None:
    with pytest.raises(errors.Invalid):
        proofs.consistency(old, new, ledger.read)
