"""Smaller on the way, and never larger than agreed on arrival.

zlib (RFC 1950). Expanding stops at the first byte beyond the bound, so a bomb costs no more memory
than an honest parcel; a ratio that honest contents do not reach is refused as well. What would
break the ratio is stored as it is, so that everything that can be sent can be opened. Pure.
"""

import zlib

from comity import errors
from comity.exchange import contents

RATIO_MAX = 100
RATIO_FREE_BYTES = 2**20
"""Up to here any ratio is taken: a MiB costs nobody anything."""

_LEVEL = 1  # Signatures and digests do not shrink; higher levels cost much and gain 5 %.
_STORED = 0


def compress(body: bytes) -> bytes:
    """`body` such that `expand` gives it back."""
    small = zlib.compress(body, _LEVEL)
    return small if len(body) <= _size_max(len(small)) else zlib.compress(body, _STORED)


def expand(packed: bytes) -> bytes:
    """What was compressed; `Invalid` when it is too much, cut short, or followed by more."""
    size_max = _size_max(len(packed))
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(packed, size_max + 1)
    except zlib.error as fault:
        raise errors.Invalid("parcel-compression", f"not a zlib stream: {fault}") from None
    if len(body) > size_max:
        raise errors.Invalid(
            "parcel-bomb",
            f"{len(packed)} bytes expand to more than {size_max}, at most {RATIO_MAX} times as many"
            f" and {contents.BODY_BYTES_MAX} in all are taken",
            next_step="Tell the sender's operator: no node of this protocol makes such a parcel.",
        )
    if not stream.eof or stream.unused_data:
        raise errors.Invalid("parcel-compression", "the zlib stream is cut short, or more follows")
    return body


def _size_max(packed_bytes: int) -> int:
    return min(contents.BODY_BYTES_MAX, max(RATIO_FREE_BYTES, RATIO_MAX * packed_bytes))
