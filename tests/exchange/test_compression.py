import os
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.exchange import compression, contents


@given(st.binary(max_size=5_000))
def test_what_was_compressed_comes_back(body: bytes) -> None:
    assert compression.expand(compression.compress(body)) == body


@pytest.mark.parametrize("body", [bytes(5 * 2**20), os.urandom(3 * 2**20)], ids=["zeros", "noise"])
def test_what_breaks_the_ratio_or_does_not_shrink_can_be_sent_all_the_same(body: bytes) -> None:
    packed = compression.compress(body)
    assert len(packed) < len(body) + 2**16
    assert compression.expand(packed) == body


def test_a_bomb_is_refused_and_costs_no_more_than_its_bound() -> None:
    bomb = zlib.compress(bytes(200 * 2**20), 9)
    tracemalloc.start()
    try:
        with pytest.raises(errors.Invalid) as refused:
            compression.expand(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "parcel-bomb"
    assert peak < 3 * compression.RATIO_MAX * len(bomb)


def test_nothing_expands_beyond_the_largest_body() -> None:
    packed = zlib.compress(bytes(65 * 2**20), 0)
    with pytest.raises(errors.Invalid, match=str(contents.BODY_BYTES_MAX)):
        compression.expand(packed)


@pytest.mark.parametrize(
    "packed",
    [b"", b"no zlib", zlib.compress(b"x")[:-1], zlib.compress(b"x") + b"y"],
    ids=["nothing", "other bytes", "cut short", "more follows"],
)
def test_what_is_not_one_whole_stream_is_invalid(packed: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        compression.expand(packed)
    assert refused.value.code == "parcel-compression"
