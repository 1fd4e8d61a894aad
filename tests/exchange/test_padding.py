import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.exchange import padding


def padme(size: int) -> int:
    """The definition of the paper, in floating point as it is printed there."""
    exponent = math.floor(math.log2(size))
    kept = math.floor(math.log2(exponent)) + 1
    last = exponent - kept
    mask = 2**last - 1
    return int((size + mask) & ~mask)


@given(st.integers(min_value=4_097, max_value=2**40))
def test_buckets_are_those_of_padme(size: int) -> None:
    assert padding.bucket(size) == padme(size)


@given(st.integers(min_value=4_097, max_value=2**40))
def test_a_bucket_holds_what_it_is_for_costs_at_most_12_percent_and_is_a_bucket_itself(
    size: int,
) -> None:
    found = padding.bucket(size)
    assert size <= found <= size * 1.12
    assert padding.bucket(found) == found


@pytest.mark.parametrize(
    ("size", "bucket"),
    [(0, 4_096), (1, 4_096), (4_096, 4_096), (4_097, 4_352), (10_000, 10_240), (65_536, 65_536),
     (65_537, 67_584), (1_000_000, 1_015_808), (67_108_864, 67_108_864)],
)  # fmt: skip
def test_the_buckets_of_the_document(size: int, bucket: int) -> None:
    assert padding.bucket(size) == bucket


@given(st.binary(max_size=9_000))
def test_what_was_padded_comes_back(data: bytes) -> None:
    padded = padding.pad(data)
    assert len(padded) == padding.bucket(len(data) + 8)
    assert padding.unpad(padded) == data


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(7),
        bytes(4_095),
        bytes(4_097),
        bytes(2 * 4_096),
        (4_089).to_bytes(8, "big") + bytes(4_088),
        (2**63).to_bytes(8, "big") + bytes(4_088),
        padding.pad(b"x")[:-1] + b"\1",
        padding.pad(b"x")[:9] + b"\1" + padding.pad(b"x")[10:],
    ],
)
def test_padding_has_one_form_only(padded: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        padding.unpad(padded)
    assert refused.value.code == "parcel-padding"
