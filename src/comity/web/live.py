"""Pages that stay fresh: a stream of server-sent events that says only "changed".

No content travels in the stream: the page asks for its fragment again, through every check that
the fragment has. Numbers make it lossless: a page knows the number at which it was drawn, so a
change between drawing and listening is told at once. Without JavaScript the page has a link.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

BEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000


class Changes(Protocol):
    """Counts the changes of topics. A topic is opaque; who may follow it, its page decides."""

    def number(self, topic: str) -> int:
        """How often `topic` has changed so far."""

    async def wait(self, topic: str, since: int) -> int | None:
        """The topic's number as soon as it is above `since`; None when the node closes.

        Must be safe to cancel, and must answer None at once to everyone who waits when the node
        closes: a server waits for its open streams before it stops.
        """


class Stream(Response):
    """The answer to a page that listens. Ends with the session, the browser or the node."""

    media_type = "text/event-stream"

    def __init__(
        self,
        changes: Changes,
        topic: str,
        *,
        since: int,
        still: Callable[[], bool],
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        """`still` says (blocking, asked at every beat) whether the viewer may go on listening."""
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._changes, self._topic, self._since = changes, topic, since
        self._still, self._beat_seconds = still, beat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until one side ends it (ASGI)."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        await _chunk(send, f"retry: {RETRY_MILLISECONDS}\n\n")
        async with anyio.create_task_group() as group:

            async def first(work: Awaitable[None]) -> None:
                await work
                group.cancel_scope.cancel()

            group.start_soon(first, self._tell(send))
            await first(_left(receive))

    async def _tell(self, send: Send) -> None:
        """One event for each change, a comment at each beat, until the viewer or the node goes."""
        seen = self._since
        while True:
            try:
                async with asyncio.timeout(self._beat_seconds):
                    number = await self._changes.wait(self._topic, seen)
            except TimeoutError:
                if not await run_in_threadpool(self._still):
                    await _chunk(send, "event: ended\ndata: session\n\n")
                    break
                await _chunk(send, ": beat\n\n")
                continue
            if number is None:
                break
            seen = number
            await _chunk(send, f"id: {seen}\nevent: changed\ndata: {seen}\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def since(request: Request) -> int:
    """Where this listener stands: the last event it saw, else the number its page was drawn at."""
    for stated in (request.headers.get("last-event-id"), request.query_params.get("since")):
        if stated and stated.isascii() and stated.isdigit() and len(stated) < 16:
            return int(stated)
    return 0


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
