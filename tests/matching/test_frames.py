import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matching import frames

POINTS = [bytes([2 + place % 2]) + place.to_bytes(32, "big") for place in range(64)]
ASCENDING = sorted(POINTS)
REQUEST = frames.write_request(POINTS)
RESPONSE = frames.write_response(ASCENDING, POINTS)


def read_response(frame: bytes) -> None:
    frames.read_response(frame, count_max=128)


def read_request(frame: bytes) -> None:
    frames.read_request(frame, count_max=128)


def test_what_is_written_is_read() -> None:
    assert frames.read_request(REQUEST, count_max=64) == POINTS
    assert frames.read_response(RESPONSE, count_max=64) == (ASCENDING, POINTS)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (b"", "does not begin"),
        (RESPONSE, "does not begin"),
        (REQUEST[:-1], "ends after"),
        (REQUEST + b"\0", "follow"),
        (frames.REQUEST, "no size class"),
        (frames.write_request(POINTS[:63]), "no size class"),
        (frames.REQUEST + (256).to_bytes(4, "big"), "up to 128"),
        (frames.REQUEST + b"\xff" * 4, "up to 128"),
        (frames.write_request([*POINTS[:63], POINTS[0]]), "twice"),
        (frames.write_request([*POINTS[:63], b"\4" + bytes(32)]), "not compressed"),
    ],
)
def test_a_request_of_another_form_is_refused(frame: bytes, why: str) -> None:
    with pytest.raises(errors.Invalid, match=why) as refused:
        read_request(frame)
    assert refused.value.code == "matching-frame"


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (REQUEST, "does not begin"),
        (frames.write_response(POINTS[::-1], POINTS), "not ascending"),
        (RESPONSE[: len(frames.RESPONSE) + 4 + 64 * 33], "no size class"),
        (RESPONSE + b"\0", "follow"),
    ],
)
def test_a_response_of_another_form_is_refused(frame: bytes, why: str) -> None:
    with pytest.raises(errors.Invalid, match=why):
        read_response(frame)


@given(st.binary(max_size=300), st.sampled_from([b"", frames.REQUEST, frames.RESPONSE]))
def test_any_bytes_are_read_or_refused(tail: bytes, head: bytes) -> None:
    for read in (read_request, read_response):
        with pytest.raises(errors.Invalid):
            read(head + tail)
