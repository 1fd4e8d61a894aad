"""The way of a request through an endpoint, as plain ASGI: bounded, known, worked, answered.

Few layers and one thread hop, because this path is what every act pays. A body that is large is
read only after its sender is known. What goes wrong becomes a problem here and nowhere else.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.types import Receive, Scope, Send

from comity import errors
from comity.api import answers, calls, local, problems, routes
from comity.desk import tools

BODY_SECONDS = 60.0
"""How long a body that is read whole may take to come."""
CHUNK_SECONDS = 60.0
"""How long each piece of a streamed body may take."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all doors of one node share."""

    tools: tools.Tools
    clock: Callable[[], datetime]
    quick: Executor
    slow: Executor
    hosts: frozenset[bytes] = frozenset()
    """The hosts by which this node is reached; any, if none is named."""
    failed: Callable[[errors.ComityError], None] = lambda fault: None
    """Told of every error, so that the node can stop when its disk failed."""


class Door:
    """One endpoint."""

    def __init__(self, route: routes.Route, house: House) -> None:
        self.route = route
        self._house = house
        self._known = frozenset(route.query)
        self._pool = house.slow if route.slow else house.quick
        body = route.body
        self._early = body is not None and (
            body.streamed or body.bytes_max > routes.BODY_BYTES_MAX
        )
        self._names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            answer = await self._answer(scope, receive)
            await answer({**scope, answers.POOL: self._house.slow}, receive, send)
        except answers.BrokenOff:
            raise
        except errors.ComityError as fault:
            self._house.failed(fault)
            await problems.reply(fault)(scope, receive, send)
        # The last place: whatever is our fault is logged, and told without detail.
        except Exception:
            _log.exception("fault in %s", self.route.name)
            await problems.broken()(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> answers.Answer:
        loop = asyncio.get_running_loop()
        sent = calls.headers(scope["headers"])
        here = local.is_local(scope)
        if not here:
            self._check_host(sent)
        desk = None
        if self._early:
            desk = await loop.run_in_executor(self._house.quick, self._desk, sent, here)
        body, chunks = await self._body(sent, receive, loop)
        made = await loop.run_in_executor(
            self._pool, self._work, scope, sent, here, desk, body, chunks
        )
        if isinstance(made, routes.Waiting):
            # Shielded: a client that goes away must not cancel what the pen is writing.
            return made.then(await asyncio.shield(asyncio.wrap_future(made.until)))
        return made

    def _check_host(self, sent: Mapping[bytes, bytes]) -> None:
        named = sent.get(b"host", b"").lower()
        if self._house.hosts and named not in self._house.hosts:
            raise errors.Invalid("wrong-host", f"this node is not {named.decode('latin-1')[:80]}")

    def _desk(self, sent: Mapping[bytes, bytes], here: bool) -> tools.Desk:
        return calls.caller(self._house.tools, sent, local=here, now=self._house.clock())

    def _work(
        self,
        scope: Scope,
        sent: Mapping[bytes, bytes],
        here: bool,
        desk: tools.Desk | None,
        body: bytes,
        chunks: Iterator[bytes],
    ) -> answers.Answer | routes.Waiting:
        """Everything that may block, in one go."""
        if desk is None:
            desk = self._desk(sent, here)
        raw: bytes = scope["query_string"]
        call = calls.Call(
            desk=desk,
            url=scope["path"] + (f"?{raw.decode('latin-1')}" if raw else ""),
            path=scope.get("path_params", {}),
            query=calls.query(raw, self._known),
            headers=sent,
            body=body,
            chunks=chunks,
        )
        return self.route.work(call)

    async def _body(
        self, sent: Mapping[bytes, bytes], receive: Receive, loop: asyncio.AbstractEventLoop
    ) -> tuple[bytes, Iterator[bytes]]:
        wanted = self.route.body
        if wanted is None:
            return b"", iter(())
        if sent.get(b"content-encoding", b"identity") != b"identity":
            raise errors.Invalid("media-type", "send the body unpacked")
        media = sent.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media != wanted.media.encode():
            raise errors.Invalid("media-type", f"the body must be {wanted.media}")
        if int(sent.get(b"content-length", b"0")) > wanted.bytes_max:
            raise _too_large(wanted.bytes_max)
        if wanted.streamed:
            return b"", _chunks(receive, loop, wanted.bytes_max)
        return await _whole(receive, wanted.bytes_max), iter(())


async def _whole(receive: Receive, bytes_max: int) -> bytes:
    message = await receive()
    body = _piece(message)
    if not message.get("more_body", False):
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
        return body
    held = bytearray(body)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while message.get("more_body", False):
                message = await receive()
                held += _piece(message)
                if len(held) > bytes_max:
                    raise _too_large(bytes_max)
    except TimeoutError:
        raise _broken_off(f"it took more than {BODY_SECONDS:g} seconds") from None
    return bytes(held)


def _chunks(
    receive: Receive, loop: asyncio.AbstractEventLoop, bytes_max: int
) -> Iterator[bytes]:
    """A body as it comes, for a worker thread; the sender waits while a piece is worked on."""

    async def following() -> dict[str, Any]:
        async with asyncio.timeout(CHUNK_SECONDS):
            return dict(await receive())

    size, more = 0, True
    while more:
        try:
            message = asyncio.run_coroutine_threadsafe(following(), loop).result()
        except TimeoutError:
            raise _broken_off(f"nothing came for {CHUNK_SECONDS:g} seconds") from None
        piece, more = _piece(message), message.get("more_body", False)
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        yield piece


def _piece(message: Mapping[str, Any]) -> bytes:
    if message["type"] == "http.disconnect":
        raise _broken_off("the sender went away")
    piece: bytes = message.get("body", b"")
    return piece


def _too_large(bytes_max: int) -> errors.Invalid:
    return errors.Invalid("body-too-large", f"at most {bytes_max} bytes are taken here")


def _broken_off(why: str) -> errors.Invalid:
    return errors.Invalid("body-broken-off", f"the body did not come whole: {why}")
