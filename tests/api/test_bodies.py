"""Request bodies within their bounds: whole or piece by piece, and never more than is taken."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from comity import errors
from comity.api import bodies
from tests.api.wire import GONE
from tests.world.world import refused

JSON = "application/json"


class Sender:
    """A sender whose body comes in pieces; a piece that is None never comes."""

    def __init__(self, pieces: Iterable[Any]) -> None:
        self.left = list(pieces)

    async def receive(self) -> dict[str, Any]:
        piece = self.left.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        if piece is GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(self.left)}


def whole(*pieces: Any, bytes_max: int = 10, **headers: str) -> bytes:
    """What `bodies.whole` gives for a body in these pieces."""
    sent = {b"content-type": b"application/json"}
    sent |= {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return asyncio.run(bodies.whole(sent, Sender(pieces).receive, JSON, bytes_max))


def streamed(sender: Sender, bytes_max: int = 10) -> list[bytes]:
    """The pieces that `bodies.pieces` gives to a worker thread."""

    async def run() -> list[bytes]:
        loop = asyncio.get_running_loop()
        pieces = bodies.pieces(sender.receive, loop, bytes_max)
        return await asyncio.to_thread(lambda: list(pieces))

    return asyncio.run(run())


@pytest.mark.parametrize("pieces", [(b"0123456789",), (b"01234", b"", b"56789"), (b"",)])
def test_a_body_comes_whole_however_it_is_cut(pieces: tuple[bytes, ...]) -> None:
    assert whole(*pieces) == b"".join(pieces)


@pytest.mark.parametrize("pieces", [(b"0" * 11,), (b"0" * 6, b"0" * 5), (b"", b"0" * 11, b"0")])
def test_a_body_over_its_bound_is_refused_though_it_states_no_length(
    pieces: tuple[bytes, ...],
) -> None:
    told = refused("body-too-large", lambda: whole(*pieces))
    assert "10 bytes" in told.message


def test_a_sender_of_too_much_is_not_listened_to_to_the_end() -> None:
    sender = Sender([b"0" * 6] * 50)
    sent = {b"content-type": b"application/json"}
    refused("body-too-large", lambda: asyncio.run(bodies.whole(sent, sender.receive, JSON, 10)))
    assert len(sender.left) == 48


@pytest.mark.parametrize("length", ["11", "99999999999999999999999999", "-1", "x", "1e3", "²"])
def test_a_length_that_is_too_large_or_no_length_is_refused_unread(length: str) -> None:
    refused("body-too-large", lambda: whole(content_length=length))


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_a_media_type_may_be_spelled_in_any_way(media: str) -> None:
    assert whole(b"{}", content_type=media) == b"{}"


@pytest.mark.parametrize("media", ["", "text/plain", "application/json5", "multipart/form-data"])
def test_another_media_type_is_refused_with_the_one_that_is_taken(media: str) -> None:
    told = refused("media-type", lambda: whole(b"{}", content_type=media))
    assert JSON in told.message
    assert JSON in told.next_step


def test_a_packed_body_is_refused() -> None:
    refused("media-type", lambda: whole(b"{}", content_encoding="gzip"))
    assert whole(b"{}", content_encoding="identity") == b"{}"


@pytest.mark.parametrize("pieces", [(GONE,), (b"01", GONE)])
def test_a_sender_that_goes_away_left_no_body(pieces: tuple[Any, ...]) -> None:
    told = refused("body-broken-off", lambda: whole(*pieces))
    assert "went away" in told.message


def test_a_body_that_does_not_come_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WHOLE_SECONDS", 0.02)
    told = refused("body-broken-off", lambda: whole(b"01", None))
    assert "0.02 seconds" in told.message


def test_a_streamed_body_is_given_on_as_it_comes() -> None:
    assert streamed(Sender([b"01", b"234", b""])) == [b"01", b"234", b""]


def test_a_streamed_body_over_its_bound_is_broken_off() -> None:
    sender = Sender([b"0" * 6] * 50)
    refused("body-too-large", lambda: streamed(sender))
    assert len(sender.left) == 48


def test_a_streamed_sender_that_goes_away_or_falls_silent_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused("body-broken-off", lambda: streamed(Sender([b"01", GONE])))
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.02)
    told = refused("body-broken-off", lambda: streamed(Sender([b"01", None])))
    assert "nothing came for 0.02 seconds" in told.message


def test_nobody_is_asked_for_more_than_is_worked_on() -> None:
    sender = Sender([b"0", b"1", b"2"])

    async def run() -> int:
        pieces = bodies.pieces(sender.receive, asyncio.get_running_loop(), 10)
        await asyncio.to_thread(lambda: next(pieces))
        return len(sender.left)

    assert asyncio.run(run()) == 2


def test_errors_of_bodies_are_of_one_kind() -> None:
    for call in (lambda: whole(b"0" * 11), lambda: whole(GONE)):
        with pytest.raises(errors.Invalid):
            call()
