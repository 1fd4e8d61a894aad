"""The two messages of a blinded comparison as bytes: a name, counts, and points of P-256.

A frame has one spelling: points in compressed form (SEC 1, 2.3.3), each once, counts that are size
classes, the answerer's set ascending, nothing after the end. Whether a point lies on the curve is
found out by whoever calculates with it.
"""

from collections.abc import Sequence
from typing import NoReturn

from comity import errors
from comity.matching import sizes

REQUEST = b"comity/psi/1 request\n"
RESPONSE = b"comity/psi/1 response\n"
POINT_BYTES = 33
ASK_AGAIN = "Ask the other authority to make this message again."


def write_request(points: Sequence[bytes]) -> bytes:
    """The asker's points in its own order."""
    return REQUEST + _list(points)


def read_request(frame: bytes, *, count_max: int) -> list[bytes]:
    """The points of a request, or `Invalid`."""
    points, rest = _read_list(_after(REQUEST, frame), "request", count_max)
    _end(rest, "request")
    return points


def write_response(held: Sequence[bytes], answered: Sequence[bytes]) -> bytes:
    """The answerer's set, ascending, and the asker's points in the asker's order."""
    return RESPONSE + _list(held) + _list(answered)


def read_response(frame: bytes, *, count_max: int) -> tuple[list[bytes], list[bytes]]:
    """The answerer's set and the answered points, or `Invalid`."""
    held, rest = _read_list(_after(RESPONSE, frame), "response", count_max)
    if held != sorted(held):
        _refuse("the response's set is not ascending")
    answered, rest = _read_list(rest, "response", count_max)
    _end(rest, "response")
    return held, answered


def _list(points: Sequence[bytes]) -> bytes:
    return len(points).to_bytes(4, "big") + b"".join(points)


def _after(name: bytes, frame: bytes) -> bytes:
    if not frame.startswith(name):
        _refuse(f"the message does not begin with {name.decode().strip()!r}")
    return frame[len(name) :]


def _read_list(data: bytes, name: str, count_max: int) -> tuple[list[bytes], bytes]:
    count = int.from_bytes(data[:4], "big")
    if len(data) < 4 or not sizes.is_size_class(count) or count > count_max:
        _refuse(f"the {name} says {count} points, which is no size class up to {count_max}")
    end = 4 + count * POINT_BYTES
    if len(data) < end:
        _refuse(f"the {name} ends after {len(data)} bytes where {end} are announced")
    points = [data[start : start + POINT_BYTES] for start in range(4, end, POINT_BYTES)]
    if any(point[0] not in {2, 3} for point in points):
        _refuse(f"the {name} holds a point that is not compressed")
    if len(set(points)) != count:
        _refuse(f"the {name} holds a point twice")
    return points, data[end:]


def _end(rest: bytes, name: str) -> None:
    if rest:
        _refuse(f"{len(rest)} bytes follow the {name}")


def _refuse(why: str) -> NoReturn:
    raise errors.Invalid("matching-frame", why, next_step=ASK_AGAIN)
