import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from comity import errors
from comity.api import answers
from comity.cli import inside

PIECE = b"x" * 1_000


async def _ask(app: ASGIApp, **given: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=inside.Inside(app), base_url="http://node") as client:
        return await client.post("/path/%41?q=1", **given)


def test_what_is_asked_arrives_as_it_was_sent() -> None:
    asked: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.update(scope)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        await answers.Reply(201, body[::-1], headers=((b"x-one", b"two"),))(scope, receive, send)

    async def sent() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    response = asyncio.run(_ask(app, content=sent(), headers={"X-Some": "Thing"}))
    assert (response.status_code, response.content) == (201, b"fedcba")
    assert response.headers["x-one"] == "two"
    assert (asked["method"], asked["path"], asked["query_string"]) == ("POST", "/path/A", b"q=1")
    assert (b"x-some", b"Thing") in asked["headers"]


def test_an_answer_is_made_no_faster_than_it_is_read() -> None:
    made = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal made
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            made += 1
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})

    async def read() -> int:
        transport = inside.Inside(app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://node") as client,
            client.stream("GET", "/") as response,
        ):
            pieces = response.aiter_raw()
            for _ in range(10):
                assert await anext(pieces) == PIECE
            await pieces.aclose()  # type: ignore[attr-defined]
        return made

    assert asyncio.run(read()) <= 13


def test_a_call_ends_with_its_answer() -> None:
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def leave() -> None:
        transport = inside.Inside(app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://node") as client,
            client.stream("GET", "/") as response,
        ):
            assert response.status_code == 200

    asyncio.run(leave())
    assert ended.is_set()


def test_what_breaks_off_is_the_error_that_broke_it() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        raise answers.BrokenOff from errors.Unverified("some-code", "it was altered")

    with pytest.raises(errors.Unverified, match="altered"):
        asyncio.run(_ask(app))


def test_a_fault_before_the_answer_is_not_swallowed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(_ask(app))
