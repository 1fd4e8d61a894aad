"""Inclusion and consistency proofs: made from tiles, checked by anyone (clauses L5).

A proof is a tuple of hashes, from the leaves upwards. Making one reads tiles and may raise what
the reader raises. Checking needs nothing but its arguments and never raises: whatever is wrong
with them, the answer is False. (RFC 6962 sections 2.1.1 and 2.1.2; RFC 9162 sections 2.1.3.2 and
2.1.4.2.)
"""

import hashlib
from collections.abc import Iterable, Sequence

from comity import errors
from comity.ledger import tiles, tree


def inclusion(index: int, size: int, read: tiles.Reader) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the ledger of `size` leaves."""
    return inclusions([index], size, read)[0]


def inclusions(indexes: Iterable[int], size: int, read: tiles.Reader) -> list[tuple[bytes, ...]]:
    """The proofs of several leaves; neighbours share the reading and folding of their tiles."""
    held = tiles.Tiles(size, read)
    return [_inclusion(index, held) for index in indexes]


def consistency(old: int, new: int, read: tiles.Reader) -> tuple[bytes, ...]:
    """The proof that the ledger of `old` leaves is how the ledger of `new` leaves begins."""
    if not 0 <= old <= new:
        raise errors.Invalid("proof-sizes", f"a ledger of {new} leaves has no beginning of {old}")
    if old in (0, new):
        return ()
    held = tiles.Tiles(new, read)
    proof = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(held.hash_range(middle, end))
            end = middle
        else:
            proof.append(held.hash_range(start, middle))
            start = middle
    # A beginning that is one complete subtree is known to whoever checks: it is the old root.
    if start:
        proof.append(held.hash_range(start, end))
    return tuple(reversed(proof))


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` shows that leaf `index` of the ledger of `size` leaves has `leaf_hash`.

    Up to where the paths of this leaf and of the last one meet, a bit of `index` says on which
    side the next hash stands; above, every hash stands left. The length of a true proof follows
    from `index` and `size`, so it is checked first. (Same answers as RFC 9162 section 2.1.3.2.)
    """
    if not 0 <= index < size <= tree.SIZE_MAX or len(leaf_hash) != tree.HASH_SIZE:
        return False
    inside = (index ^ (size - 1)).bit_length()
    if len(proof) != inside + (index >> inside).bit_count():
        return False
    # Ones above `inside` make the remaining steps take the left side, as the border does.
    sides = index | (-1 << inside)
    node, sha256, prefix = leaf_hash, hashlib.sha256, tree.NODE_PREFIX
    for other in proof:
        if len(other) != tree.HASH_SIZE:
            return False
        node = sha256(prefix + other + node if sides & 1 else prefix + node + other).digest()
        sides >>= 1
    return node == root


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the ledger with `old_root` is how the one with `new_root` begins.

    Every ledger begins with the empty one, and the proof of that is empty (L5.5).
    """
    if not 0 <= old_size <= new_size <= tree.SIZE_MAX:
        return False
    if len(old_root) != tree.HASH_SIZE or len(new_root) != tree.HASH_SIZE:
        return False
    if old_size == 0:
        real = new_size > 0 or new_root == tree.EMPTY_ROOT
        return not proof and old_root == tree.EMPTY_ROOT and real
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size & (old_size - 1) == 0:
        proof = [old_root, *proof]
    return _roots(old_size, new_size, proof) == (old_root, new_root)


def beginning(
    old_size: int, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bytes | None:
    """The root that the first `old_size` leaves have in the ledger with `new_root`.

    None if `proof` does not fit `new_root`, or does not tell because `old_size` is a power of two.
    A root other than the one that the ledger's owner signed for `old_size` proves a split view.
    """
    if not 0 < old_size < new_size <= tree.SIZE_MAX or old_size & (old_size - 1) == 0:
        return None
    roots = _roots(old_size, new_size, proof)
    return roots[0] if roots is not None and roots[1] == new_root else None


def _inclusion(index: int, held: tiles.Tiles) -> tuple[bytes, ...]:
    if not 0 <= index < held.size:
        raise errors.NotFound("leaf-beyond", f"a ledger of {held.size} leaves has no leaf {index}")
    proof = []
    start, end = 0, held.size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(held.hash_range(middle, end))
            end = middle
        else:
            proof.append(held.hash_range(start, middle))
            start = middle
    return tuple(reversed(proof))


def _roots(old_size: int, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that `proof` leads to (RFC 9162 section 2.1.4.2, steps 3 to 7)."""
    if not proof or any(len(other) != tree.HASH_SIZE for other in proof):
        return None
    old_last, new_last = old_size - 1, new_size - 1
    while old_last & 1:
        old_last >>= 1
        new_last >>= 1
    old = new = proof[0]
    for other in proof[1:]:
        if new_last == 0:
            return None
        if old_last & 1 or old_last == new_last:
            old, new = tree.node_hash(other, old), tree.node_hash(other, new)
            while old_last and not old_last & 1:
                old_last >>= 1
                new_last >>= 1
        else:
            new = tree.node_hash(new, other)
        old_last >>= 1
        new_last >>= 1
    return (old, new) if new_last == 0 else None


def _split(span: int) -> int:
    """The largest power of two below `span`, where RFC 6962 cuts a tree in two."""
    return 1 << (span - 1).bit_length() - 1
