"""The way of a request through an endpoint, as plain ASGI: bounded, known, worked, answered.

Few layers and one thread hop, because this path is what every act pays. A body that is large is
read only after its sender is known. What goes wrong becomes a problem here and nowhere else.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.types import Receive, Scope, Send

from comity import errors
from comity.api import answers, bodies, calls, local, problems, routes, workers
from comity.desk import tools

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all doors of one node share."""

    tools: tools.Tools
    clock: Callable[[], datetime]
    quick: workers.Workers
    slow: workers.Workers
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
        self._needed = frozenset(n for n, said in route.query.items() if said.get("x-required"))
        self._repeatable = route.method == "GET" or routes.REPEAT_KEY in route.headers
        self._workers = house.slow if route.slow else house.quick
        body = route.body
        self._early = body is not None and (body.streamed or body.bytes_max > routes.BODY_BYTES_MAX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            answer = await self._answer(scope, receive)
            await answer({**scope, answers.WORKERS: self._house.slow}, receive, send)
        except answers.BrokenOff:
            raise
        except errors.ComityError as fault:
            self._house.failed(fault)
            await problems.reply(fault)(scope, receive, send)
        # The last place: whatever is our fault is logged, and told without detail.
        except Exception:  # noqa: BLE001
            _log.exception("fault in %s", self.route.name)
            await problems.broken()(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> answers.Answer:
        sent = calls.headers(scope["headers"])
        here = local.is_local(scope)
        if not here:
            self._check_host(sent)
        desk = None
        if self._early:
            desk = await self._house.quick.run(lambda: self._desk(sent, here))
        body, chunks = await self._body(sent, receive)
        return await self._workers.run(lambda: self._work(scope, sent, here, desk, body, chunks))

    def _check_host(self, sent: Mapping[bytes, bytes]) -> None:
        named = sent.get(b"host", b"").lower()
        if self._house.hosts and named not in self._house.hosts:
            raise errors.Invalid(
                "wrong-host",
                f"this node is not {named.decode('latin-1')[:80]}",
                next_step="Use the address that its operator gave.",
            )

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
    ) -> answers.Answer | workers.Waiting[answers.Answer]:
        """Everything that may block, in one go."""
        if desk is None:
            desk = self._desk(sent, here)
        if not self._repeatable and routes.REPEAT_KEY.lower().encode() in sent:
            raise errors.Invalid(
                "idempotency-key",
                "here a request that is sent twice is done twice: no key is kept",
                next_step="Look whether it was done, then send it without the key.",
            )
        raw: bytes = scope["query_string"]
        call = calls.Call(
            desk=desk,
            url=scope["path"] + (f"?{raw.decode('latin-1')}" if raw else ""),
            path=scope.get("path_params", {}),
            query=calls.query(raw, self._known, self._needed),
            headers=sent,
            body=body,
            chunks=chunks,
        )
        return self.route.work(call)

    async def _body(
        self, sent: Mapping[bytes, bytes], receive: Receive
    ) -> tuple[bytes, Iterator[bytes]]:
        wanted = self.route.body
        if wanted is None:
            return b"", iter(())
        if wanted.streamed:
            bodies.check(sent, wanted.media, wanted.bytes_max)
            return b"", bodies.pieces(receive, asyncio.get_running_loop(), wanted.bytes_max)
        return await bodies.whole(sent, receive, wanted.media, wanted.bytes_max), iter(())
