"""ASGI spoken by hand, for what a client library would not send."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from comity.api import answers, workers

GONE = object()
"""In the place of a piece: the sender goes away."""


@dataclass(slots=True)
class Heard:
    """Everything that an application sent."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.messages[1:])

    @property
    def ended(self) -> bool:
        return not self.messages[-1].get("more_body", False)


async def call(
    app: ASGIApp,
    method: str = "GET",
    path: str = "/",
    *,
    query: bytes = b"",
    headers: Mapping[str, str] | Iterable[tuple[bytes, bytes]] = (),
    pieces: Iterable[Any] = (b"",),
    client: tuple[str, int] | None = ("127.0.0.1", 1),
    heard: Heard | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Heard:
    """What `app` answers to a request whose body comes in `pieces`; `watch` sees each sending.

    An event among the pieces is waited for before the next one comes.
    """
    heard = heard or Heard()
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        while isinstance(piece := left.pop(0), asyncio.Event):
            await piece.wait()
        if piece is GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:
        watch()
        heard.messages.append(dict(message))

    named = (
        [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        if isinstance(headers, Mapping)
        else list(headers)
    )
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": named,
        "client": client,
        "server": ("node.test", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        answers.WORKERS: workers.Workers(1, "test"),
    }
    await app(scope, receive, send)
    return heard


def ask(app: ASGIApp, method: str = "GET", path: str = "/", **given: Any) -> Heard:
    """The same, on a loop of its own."""
    return asyncio.run(call(app, method, path, **given))
