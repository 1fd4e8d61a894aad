"""The tree kept as tiles: read it, and append to it (C2SP tlog-tiles; clauses L3).

Tile `n` of level `l` holds, side by side, up to 256 hashes of subtrees of 256**l leaves. Only the
rightmost tile of a level can be partial. A stored tile may be wider than a reader needs, for it
went on growing: the first bytes of a tile never change, so any earlier size is read from it too.
Appending needs no reads: `Edge` carries the partial tiles and the roots of the complete subtrees.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity import errors
from comity.ledger import paths, tree

HEIGHT: Final = 8
"""Levels of the tree in one level of tiles."""

TILES_HELD_MAX: Final = 64
"""Tiles that one `Tiles` keeps folded: about 3 MB."""

TileKey = tuple[int, int]
"""Level and number of a tile."""

Reader = Callable[[int, int], bytes]
"""Level and number of a tile to its bytes, at least as wide as the size read from needs."""

_TILE_SIZE = paths.WIDTH_FULL * tree.HASH_SIZE


def width(level: int, n: int, size: int) -> int:
    """How many hashes tile `n` of `level` has in a ledger of `size` leaves; 0 if it has none."""
    return max(0, min(paths.WIDTH_FULL, (size >> HEIGHT * level) - paths.WIDTH_FULL * n))


def places(size: int) -> Iterator[paths.Place]:
    """Every tile of a ledger of `size` leaves, level by level: what a mirror fetches."""
    level = 0
    while count := size >> HEIGHT * level:
        for n in range(-(-count // paths.WIDTH_FULL)):
            yield paths.Place(level, n, width(level, n, size))
        level += 1


class Tiles:
    """The hashes in a ledger of `size` leaves. Reads and folds a tile at most once per use."""

    __slots__ = ("_read", "_rows", "size")

    def __init__(self, size: int, read: Reader) -> None:
        if not 0 <= size <= tree.SIZE_MAX:
            raise errors.Invalid("ledger-size", f"a ledger cannot have {size} leaves")
        self.size = size
        self._read = read
        self._rows: dict[TileKey, list[list[bytes]]] = {}

    def tile(self, level: int, n: int) -> bytes:
        """The tile's bytes as they are at this size; `Unverified` if the reader has fewer."""
        wide = width(level, n, self.size)
        if not wide:
            raise errors.NotFound(
                "tile-beyond", f"a ledger of {self.size} leaves has no tile {n} at level {level}"
            )
        data = self._read(level, n)
        if len(data) < wide * tree.HASH_SIZE or len(data) > _TILE_SIZE:
            raise errors.Unverified(
                "tile-damaged",
                f"tile {level}/{n} has {len(data)} bytes where size {self.size} needs {wide * 32}",
                next_step="Restore the ledger's tiles, or rebuild them from its record ids.",
            )
        return data[: wide * tree.HASH_SIZE]

    def node(self, height: int, index: int) -> bytes:
        """The hash over leaves `index * 2**height` up to `(index + 1) * 2**height`."""
        level, inside = divmod(height, HEIGHT)
        n, offset = divmod(index << inside, paths.WIDTH_FULL)
        rows = self._rows.get((level, n)) or self._open(level, n)
        while len(rows) <= inside:
            rows.append(tree.paired(rows[-1]))
        return rows[inside][offset >> inside]

    def hash_range(self, start: int, end: int) -> bytes:
        """The hash over leaves `start` up to `end`, which must be a subtree of the whole tree."""
        span = end - start
        if not 0 <= start < end <= self.size or start % (1 << (span - 1).bit_length()):
            raise errors.Invalid(
                "ledger-range", f"{start} to {end} is no subtree of {self.size} leaves"
            )
        return tree.joined([self.node(*peak) for peak in _complete(start, end)])

    def beginning(self, size: int) -> bytes:
        """The root that the first `size` leaves have by themselves."""
        return self.hash_range(0, size) if size else tree.EMPTY_ROOT

    def _open(self, level: int, n: int) -> list[list[bytes]]:
        tile = self.tile(level, n)
        rows = [[tile[at : at + tree.HASH_SIZE] for at in range(0, len(tile), tree.HASH_SIZE)]]
        if len(self._rows) >= TILES_HELD_MAX:
            del self._rows[next(iter(self._rows))]
        self._rows[level, n] = rows
        return rows


def root(size: int, read: Reader) -> bytes:
    """The root of the first `size` leaves."""
    return Tiles(size, read).beginning(size)


def hash_range(start: int, end: int, size: int, read: Reader) -> bytes:
    """The hash over leaves `start` up to `end` in a ledger of `size` leaves."""
    return Tiles(size, read).hash_range(start, end)


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a ledger: all that an append or a root needs."""

    size: int
    tiles: tuple[bytes, ...]
    """By level, the bytes of its partial tile; empty where the level ends with a full one."""

    peaks: tuple[bytes, ...]
    """The roots of the complete subtrees that make up the tree, the largest first."""

    def root(self) -> bytes:
        """The ledger's root, without a read."""
        return tree.joined(self.peaks)

    def partial(self) -> dict[TileKey, bytes]:
        """The tiles that have begun and are not full."""
        return {
            (level, self.size >> HEIGHT * (level + 1)): tile
            for level, tile in enumerate(self.tiles)
            if tile
        }


EMPTY_EDGE: Final = Edge(0, (), ())


def edge_of(size: int, read: Reader) -> Edge:
    """The edge of a stored ledger: read once when a node starts (L11.1)."""
    held = Tiles(size, read)
    partial = []
    level = 0
    while count := size >> HEIGHT * level:
        n, wide = divmod(count, paths.WIDTH_FULL)
        partial.append(held.tile(level, n) if wide else b"")
        level += 1
    return Edge(size, tuple(partial), tuple(held.node(*peak) for peak in _complete(0, size)))


def extend(
    size: int, edge: Edge, leaf_hashes: Sequence[bytes]
) -> tuple[int, dict[TileKey, bytes], Edge]:
    """Append leaves: the new size, every tile that changed as it now is, and the new edge.

    Nothing is written here. The caller stores the tiles in the transaction that stores the
    records, and keeps the new edge only once that has committed; a crash or a rollback before
    leaves the old edge true. `Conflict` if `edge` is not the edge of a ledger of `size` leaves.
    """
    if edge.size != size:
        raise errors.Conflict(
            "ledger-moved", f"the ledger has {size} leaves, the edge at hand is of {edge.size}"
        )
    grown, peaks = [bytearray(tile) for tile in edge.tiles], list(edge.peaks)
    full: dict[TileKey, bytes] = {}
    new_size = size
    for leaf in leaf_hashes:
        if len(leaf) != tree.HASH_SIZE:
            raise errors.Invalid("leaf-hash", f"a leaf hash has 32 bytes, not {len(leaf)}")
        _append(new_size, leaf, grown, peaks, full)
        new_size += 1
    grown_edge = Edge(new_size, tuple(map(bytes, grown)), tuple(peaks))
    touched = {
        (level, n): tile
        for (level, n), tile in grown_edge.partial().items()
        if new_size >> HEIGHT * level != size >> HEIGHT * level
    }
    return new_size, full | touched, grown_edge


def _append(
    index: int,
    leaf: bytes,
    grown: list[bytearray],
    peaks: list[bytes],
    full: dict[TileKey, bytes],
) -> None:
    """Add leaf `index`: a binary counter over the peaks; each eighth carry is a tile's hash."""
    node, rest, level = leaf, index, 0
    while True:
        _put(index, level, node, grown, full)
        for _ in range(HEIGHT):
            if not rest & 1:
                peaks.append(node)
                return
            node = hashlib.sha256(tree.NODE_PREFIX + peaks.pop() + node).digest()
            rest >>= 1
        level += 1


def _put(
    index: int, level: int, node: bytes, grown: list[bytearray], full: dict[TileKey, bytes]
) -> None:
    if level == len(grown):
        grown.append(bytearray())
    tile = grown[level]
    tile += node
    if len(tile) == _TILE_SIZE:
        full[level, index >> HEIGHT * (level + 1)] = bytes(tile)
        tile.clear()


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Height and index of the complete subtrees that cover `start` to `end`, largest first."""
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height
