"""Entry bundles: the record ids under one tile of level 0 (C2SP tlog-tiles; clauses L4).

A bundle is up to 256 entries, each a 16-bit length and the entry. An entry of a Comity ledger is
always the 32 raw bytes of a record id, so content, and what must be erasable, never enters it.
"""

from collections.abc import Sequence
from typing import Final

from comity import errors
from comity.ledger import paths, tree

ENTRY_SIZE: Final = 32
"""Bytes in an entry: a SHA-256 digest."""

_LENGTH = ENTRY_SIZE.to_bytes(2, "big")
_STRIDE = len(_LENGTH) + ENTRY_SIZE


def entries(ids: Sequence[bytes]) -> bytes:
    """The bundle of `ids`, each the 32 raw bytes of a record id; 1 to 256 of them."""
    if not 1 <= len(ids) <= paths.WIDTH_FULL:
        raise errors.Invalid("bundle-width", f"a bundle has 1 to 256 entries, not {len(ids)}")
    for place, entry in enumerate(ids):
        if len(entry) != ENTRY_SIZE:
            raise errors.Invalid(
                "bundle-entry", f"entry {place} has {len(entry)} bytes, not {ENTRY_SIZE}"
            )
    return b"".join(_LENGTH + entry for entry in ids)


def parse_entries(data: bytes, *, width: int) -> list[bytes]:
    """The `width` record ids of a bundle; `Invalid` if it holds anything more, less or else."""
    if not 1 <= width <= paths.WIDTH_FULL or len(data) != width * _STRIDE:
        raise errors.Invalid(
            "bundle-size", f"{len(data)} bytes are not a bundle of {width} record ids"
        )
    ids = []
    for start in range(0, len(data), _STRIDE):
        if data[start : start + 2] != _LENGTH:
            raise errors.Invalid("bundle-entry", f"entry {start // _STRIDE} is not a record id")
        ids.append(data[start + 2 : start + _STRIDE])
    return ids


def leaf_hashes(ids: Sequence[bytes]) -> list[bytes]:
    """The hashes that stand in the tile of level 0 over these entries."""
    return [tree.leaf_hash(entry) for entry in ids]
