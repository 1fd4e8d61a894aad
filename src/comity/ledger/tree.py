"""The hashes of a ledger's Merkle tree (RFC 6962 section 2.1, RFC 9162 section 2.1.1; clauses L2).

A leaf and an inner node are hashed under different first bytes, so neither can be passed off as
the other. Every hash here is SHA-256: 32 raw bytes.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

HASH_SIZE: Final = 32
"""Bytes in a hash."""

SIZE_MAX: Final = 2**63 - 1
"""The most leaves that a ledger may have; no proof is longer than 63 hashes (L2.6)."""

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a ledger without leaves (L2.3)."""

LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of the leaf whose content is `data`."""
    return hashlib.sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two subtrees, each given by its hash."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over `leaf_hashes` in their order.

    RFC 6962 cuts off the largest complete subtree and recurses. Pairing level by level, and
    carrying an odd last hash up as it is, gives the same tree.
    """
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) & 1 else []
        level = paired(level) + odd
    return level[0]


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """The nodes over each two neighbours of `hashes`; an odd last one is left out."""
    sha256 = hashlib.sha256
    lefts, rights = hashes[::2], hashes[1::2]
    return [
        sha256(NODE_PREFIX + left + right).digest()
        for left, right in zip(lefts, rights, strict=False)
    ]


def joined(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    whole = peaks[-1]
    for peak in reversed(peaks[:-1]):
        whole = node_hash(peak, whole)
    return whole
