"""Where the bytes of a ledger are found: the paths of C2SP tlog-tiles (clauses L3.4 to L3.6).

`tile/<level>/<n>[.p/<width>]` names hashes, `tile/entries/<n>[.p/<width>]` the record ids under
them. Reading is strict: one path has one spelling, so a path that parses cannot leave its folder,
and equal things are never kept twice.
"""

import re
from dataclasses import dataclass
from typing import Final

from comity import errors

WIDTH_FULL: Final = 256
LEVEL_MAX: Final = 7
"""A ledger of `tree.SIZE_MAX` leaves has tiles at levels 0 to 7."""

N_MAX: Final = 2**55 - 1
"""The last tile of level 0 in the largest ledger."""

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-7])/(?P<n>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One tile, or, where `level` is None, one entry bundle."""

    level: int | None
    n: int
    width: int = WIDTH_FULL


def tile_path(level: int, n: int, width: int = WIDTH_FULL) -> str:
    """The path of the tile that holds `width` hashes, relative to the ledger's address."""
    return path(Place(level, n, width))


def entries_path(n: int, width: int = WIDTH_FULL) -> str:
    """The path of the bundle that holds `width` record ids."""
    return path(Place(None, n, width))


def path(place: Place) -> str:
    """The one spelling of `place`; `Invalid` if no ledger can have such a place."""
    _check(place)
    digits = f"{place.n:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    level = "entries" if place.level is None else str(place.level)
    partial = f".p/{place.width}" if place.width < WIDTH_FULL else ""
    return f"tile/{level}/{'/'.join(['x' + part for part in parts[:-1]] + parts[-1:])}{partial}"


def parse(text: str) -> Place:
    """The place that `text` names; `Invalid` unless it is spelled exactly as `path` spells it."""
    found = _PATH.fullmatch(text)
    if found is None:
        raise _not_a_path(text)
    level, width = found["level"], found["width"]
    place = Place(
        None if level == "entries" else int(level),
        int(found["n"].replace("x", "").replace("/", "")),
        WIDTH_FULL if width is None else int(width),
    )
    if path(place) != text:
        raise _not_a_path(text)
    return place


def _check(place: Place) -> None:
    level = 0 if place.level is None else place.level
    if not 0 <= level <= LEVEL_MAX:
        raise errors.Invalid("tile-level", f"level {level} is not between 0 and {LEVEL_MAX}")
    if not 0 <= place.n <= N_MAX >> 8 * level:
        raise errors.Invalid("tile-number", f"no ledger has a tile {place.n} at level {level}")
    if not 1 <= place.width <= WIDTH_FULL:
        raise errors.Invalid("tile-width", f"width {place.width} is not between 1 and 256")


def _not_a_path(text: str) -> errors.Invalid:
    return errors.Invalid(
        "tile-path",
        f"{text[:120]!r} is not the path of a tile or an entry bundle",
        next_step="Write it as tile/<level>/<n> or tile/entries/<n>, with .p/<width> if partial.",
    )
