"""The listeners of a node: what they bound, and what they must let pass."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from comity import serving


async def count(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with how many bytes the body had."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
def port() -> Iterator[int]:
    """A listener as a node starts it, on a port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = serving._Listener(serving._config(count))
        running = threading.Thread(
            target=lambda: asyncio.run(listener.serve(sockets=[bound])), daemon=True
        )
        running.start()
        yield bound.getsockname()[1]
        listener.should_exit = True
        running.join(10)


def answer(port: int, *pieces: bytes) -> bytes:
    """What comes back for these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for piece in pieces:
            line.sendall(piece)
        found = b""
        try:
            while not found.endswith(b"$") and (more := line.recv(65_536)):
                found += more
                if b"\r\n\r\n" in found:
                    return found
        except ConnectionResetError:
            pass
        return found


def posted(size: int, head: bytes = b"") -> tuple[bytes, bytes]:
    start = b"POST / HTTP/1.1\r\nHost: x\r\n" + head
    return start + b"Content-Length: %d\r\n\r\n" % size, b"b" * size


@pytest.mark.parametrize("size", [0, 70_000, 300_000, 2_000_000])
def test_a_body_that_comes_with_its_head_is_no_part_of_it(port: int, size: int) -> None:
    head, body = posted(size)
    assert answer(port, head + body).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_the_end_of_a_head_may_come_in_two_pieces(port: int, cut: int) -> None:
    head, body = posted(300_000)
    assert answer(port, head[:-cut], head[-cut:] + body).startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_cut_off(port: int) -> None:
    head, _ = posted(0, b"X: " + b"y" * 100_000 + b"\r\n")
    assert answer(port, head) == b""
