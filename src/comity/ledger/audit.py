"""Rebuild a stored ledger from its record ids and name the first thing that differs (clauses L12).

Whoever edits, removes, adds or reorders a row, or flips a bit in a tile, changes what the ids
hash to. The audit trusts only the checkpoint, and reads each id and each tile once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from comity import errors
from comity.ledger import bundles, checkpoint, paths, tiles, tree


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the ledger first differs from itself: `leaf` is the first leaf that is in doubt."""

    leaf: int
    what: str


def first_fault(
    entries: Iterable[bytes], read: tiles.Reader, head: checkpoint.Checkpoint
) -> Fault | None:
    """The first fault of the ledger whose verified checkpoint is `head`, or None.

    `entries` are the record ids as stored, in order; `read` gives the tiles as stored. Entries
    beyond the checkpoint are not read.
    """
    edge = tiles.EMPTY_EDGE
    for batch in _batches(islice(entries, head.size)):
        _, changed, edge = tiles.extend(edge.size, edge, bundles.leaf_hashes(batch))
        # Partial tiles are compared once, at the end: what is stored has grown beyond this batch.
        full = {key: tile for key, tile in changed.items() if key not in edge.partial()}
        if fault := _difference(full, read):
            return fault
    if fault := _difference(edge.partial(), read):
        return fault
    if edge.size != head.size:
        return Fault(edge.size, f"{edge.size} entries are stored, {head.size} were signed")
    if edge.root() != head.root:
        return Fault(0, f"entries and tiles agree, but not with the root signed at {head.size}")
    return None


def _batches(entries: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(entries, paths.WIDTH_FULL)):
        yield batch


def _difference(expected: dict[tiles.TileKey, bytes], read: tiles.Reader) -> Fault | None:
    """The first hash that is not stored as expected; a stored tile may be wider by now."""
    for (level, n), tile in sorted(expected.items()):
        stored = _stored(level, n, read)
        for at in range(0, len(tile), tree.HASH_SIZE):
            if stored[at : at + tree.HASH_SIZE] != tile[at : at + tree.HASH_SIZE]:
                place = at // tree.HASH_SIZE
                leaf = (n * paths.WIDTH_FULL + place) << tiles.HEIGHT * level
                return Fault(leaf, f"{paths.tile_path(level, n)} differs at hash {place}")
    return None


def _stored(level: int, n: int, read: tiles.Reader) -> bytes:
    try:
        return read(level, n)
    except errors.NotFound:
        return b""
