"""The API in this process, as a transport of httpx2: each piece of an answer as it is made.

The transport that comes with httpx2 holds an answer whole, and an exhibit may be larger than
memory. What breaks off while an answer is made is raised as the error that broke it.
"""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx2
from starlette.types import ASGIApp

from comity import errors
from comity.api import answers

_Message = MutableMapping[str, Any]


class Inside(httpx2.AsyncBaseTransport):
    """Calls an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer; its body is made while it is read."""
        exchange = _Exchange(self._app, request)
        try:
            start = await exchange.message()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx2.Response(
            start["status"], headers=start["headers"], stream=exchange, request=request
        )


class _Exchange(httpx2.AsyncByteStream):
    """One call of the application. It waits while a piece of its answer is not read yet."""

    def __init__(self, app: ASGIApp, request: httpx2.Request) -> None:
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        self._sent = aiter(request.stream)
        self._told: asyncio.Queue[_Message | Exception] = asyncio.Queue(maxsize=1)
        # Held here, and ended by `aclose`: it cannot vanish, and nothing outlives the answer.
        self._task = asyncio.get_running_loop().create_task(self._run(app, _scope(request)))

    async def message(self) -> _Message:
        """What the application sends next, or the error that broke it off."""
        told = await self._told.get()
        if isinstance(told, answers.BrokenOff) and isinstance(told.__cause__, errors.ComityError):
            raise told.__cause__
        if isinstance(told, Exception):
            raise told
        return told

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self.message()
            more = message.get("more_body", False)
            yield message.get("body", b"")

    async def aclose(self) -> None:
        """End the call, also where its answer was not read to the end."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._told.put)
        # Whatever it is, it belongs to whoever reads the answer.
        except Exception as fault:  # noqa: BLE001
            await self._told.put(fault)

    async def _receive(self) -> _Message:
        async for piece in self._sent:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}


def _scope(request: httpx2.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": None,
        "root_path": "",
    }
