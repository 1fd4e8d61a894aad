"""Sizes in buckets, so that the length of a parcel tells little about what is in it.

Padmé (Nikitin and others, *Reducing Metadata Leakage from Encrypted Files and Communication with
PURBs*, 2019) rounds to a number whose low bits are zero: it costs at most 12 % and leaks only
O(log log size) bits. Below the smallest bucket everything looks alike.
"""

from comity import errors

BUCKET_MIN = 4_096
_LENGTH_BYTES = 8


def bucket(size: int) -> int:
    """The bytes that `size` bytes take when padded."""
    if size <= BUCKET_MIN:
        return BUCKET_MIN
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (size + mask) & ~mask


def pad(data: bytes) -> bytes:
    """The length in 8 bytes (big-endian), the data, and zeros up to the bucket."""
    framed = len(data).to_bytes(_LENGTH_BYTES, "big") + data
    return framed + bytes(bucket(len(framed)) - len(framed))


def unpad(padded: bytes) -> bytes:
    """What was padded; `Invalid` unless it is exactly as `pad` makes it."""
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if len(padded) < _LENGTH_BYTES or bucket(end) != len(padded):
        raise errors.Invalid("parcel-padding", f"{len(padded)} bytes are no bucket for {end}")
    if padded.count(0, end) != len(padded) - end:
        raise errors.Invalid("parcel-padding", "the padding holds something other than zeros")
    return padded[_LENGTH_BYTES:end]
