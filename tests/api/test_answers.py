"""Answers as ASGI: what every one of them says, and streams that are made while they are sent."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from comity import errors, serving
from comity.api import answers, workers
from tests.api import wire


def test_a_body_that_is_there_is_sent_with_its_length() -> None:
    heard = wire.ask(answers.Reply(201, b"abc", answers.TEXT, ((b"x-more", b"1"),)))
    assert (heard.status, heard.body, heard.ended) == (201, b"abc", True)
    assert heard.headers[b"content-length"] == b"3"
    assert heard.headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert heard.headers[b"x-more"] == b"1"


def test_what_is_not_modified_states_no_length_that_its_body_would_not_have() -> None:
    heard = wire.ask(answers.Reply(answers.NOT_MODIFIED, headers=(answers.etag("a"),)))
    assert (heard.status, heard.body) == (304, b"")
    assert heard.headers[b"etag"] == b'"a"'
    assert not {b"content-length", b"content-type"} & set(heard.headers)


def two() -> Iterator[bytes]:
    yield b"ab"
    yield b"c"


@pytest.mark.parametrize(
    "answer",
    [answers.Reply(200), answers.Reply(304), answers.json_reply({}), answers.Stream(two())],
)
def test_every_answer_is_neither_kept_nor_guessed_at(answer: answers.Answer) -> None:
    headers = wire.ask(answer).headers
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'")
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"cross-origin-resource-policy"] == b"same-origin"


def test_what_never_changes_may_be_kept() -> None:
    answer = answers.Reply(200, b"", answers.BYTES, (), answers.FOR_EVER)
    assert b"immutable" in wire.ask(answer).headers[b"cache-control"]


def test_json_is_compact_and_in_utf8() -> None:
    answer = answers.json_reply({"a": ["é", None, True]}, 202, (b"x-more", b"1"))
    assert answer.body == '{"a":["é",null,true]}'.encode()
    assert (answer.status, answer.media, answer.headers) == (
        202,
        "application/json",
        ((b"x-more", b"1"),),
    )


def test_json_never_holds_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        answers.json_reply({"a": float("nan")})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("disk.img", b"disk.img"),
        ('a"b\r\nset-cookie: x', b"a_b__set-cookie__x"),
        ("../../etc/passwd", b".._.._etc_passwd"),
        ("Ermittlungsübersicht.pdf", b"Ermittlungs_bersicht.pdf"),
        ("", b"file"),
        ("x" * 300, b"x" * 120),
    ],
)
def test_the_name_of_a_file_is_data_and_cannot_break_out(name: str, shown: bytes) -> None:
    assert answers.attachment(name) == (
        b"content-disposition",
        b'attachment; filename="' + shown + b'"',
    )


def test_a_stream_is_sent_piece_by_piece_and_ended() -> None:
    heard = wire.ask(answers.Stream(two(), headers=((b"x-more", b"1"),)))
    assert [one["body"] for one in heard.messages[1:]] == [b"ab", b"c", b""]
    assert heard.ended
    assert heard.headers[b"content-type"] == b"application/octet-stream"
    assert heard.headers[b"x-more"] == b"1"


def test_a_stream_of_nothing_is_an_answer() -> None:
    heard = wire.ask(answers.Stream(iter(())))
    assert (heard.status, heard.body, heard.ended) == (200, b"", True)


def test_pieces_are_made_off_the_loop_and_never_ahead() -> None:
    made: list[str] = []
    seen: list[int] = []

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            made.append(threading.current_thread().name)
            yield b"x"

    asyncio.run(wire.call(answers.Stream(pieces()), watch=lambda: seen.append(len(made))))
    assert set(made) == {"test-1"}
    # At the head one piece is made; after each piece that was sent, one more.
    assert seen == [1, 1, 2, 3, 4, 5, 5]


def test_what_fails_before_the_head_is_a_proper_error() -> None:
    def pieces() -> Iterator[bytes]:
        raise errors.NotFound("exhibit-elsewhere", "not here")
        yield b""

    heard = wire.Heard()
    with pytest.raises(errors.NotFound):
        asyncio.run(wire.call(answers.Stream(pieces()), heard=heard))
    assert heard.messages == []


def test_what_fails_on_the_way_never_passes_for_the_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the disk is gone")

    heard = wire.Heard()
    with pytest.raises(answers.BrokenOff) as broken:
        asyncio.run(wire.call(answers.Stream(pieces()), heard=heard))
    assert isinstance(broken.value.__cause__, OSError)
    assert heard.body == b"half"
    assert not heard.ended


# On the wire, as a node's own listener writes it


def broken() -> Iterator[bytes]:
    yield b"half"
    raise OSError("the disk is gone")


async def three(scope: Scope, receive: Receive, send: Send) -> None:
    """Something for each path."""
    made: dict[str, answers.Answer] = {
        "/known": answers.Reply(answers.NOT_MODIFIED, headers=(answers.etag("a"),)),
        "/whole": answers.Stream(two()),
        "/broken": answers.Stream(broken()),
    }
    crew = workers.Workers(1, "wire")
    await made[scope["path"]]({**scope, answers.WORKERS: crew}, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = serving._Listener(serving._config(three))
        running = threading.Thread(
            target=lambda: asyncio.run(listener.serve(sockets=[bound])), daemon=True
        )
        running.start()
        yield bound.getsockname()[1]
        listener.should_exit = True
        running.join(10)


def got(port: int, path: str) -> tuple[bytes, bytes]:
    """The head and the body that come back, to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while more := line.recv(65_536):
            found += more
    head, _, body = found.partition(b"\r\n\r\n")
    return head.lower(), body


def test_a_304_has_no_body_and_states_none(port: int) -> None:
    head, body = got(port, "/known")
    assert head.startswith(b"http/1.1 304")
    assert body == b""
    assert b"content-length" not in head
    assert b"transfer-encoding" not in head


def test_who_reads_a_stream_can_tell_its_end_from_its_breaking_off(port: int) -> None:
    end = b"0\r\n\r\n"
    assert got(port, "/whole")[1] == b"2\r\nab\r\n1\r\nc\r\n" + end
    assert got(port, "/broken")[1] == b"4\r\nhalf\r\n"
