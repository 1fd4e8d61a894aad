"""What other nodes reach: parcels in, the ledger out, and nothing else.

No one signs in here. A parcel proves its sender by itself, and what is not a parcel for this node
costs little and learns nothing: bounds come first, and a refusal says no more than that it is one.
The ledger's tiles hold digests only; whoever knows the address may mirror and audit them.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from comity import errors
from comity.api import answers, bodies, calls, problems, workers
from comity.desk import carrying, publishing, receiving, tools

PARCELS = "/peer/parcels"
CHECKPOINT = "/ledger/checkpoint"
TILES = "/ledger/tile/"

AT_ONCE_EACH = 8
"""Requests of one address at the same time."""
AT_ONCE_ALL = 32

_TOLD = frozenset({"body-broken-off", "body-too-large", "media-type", "peer-busy", "path-unknown"})
_PUBLIC = (b"cache-control", b"public, max-age=31536000, immutable")
_log = logging.getLogger(__name__)


def create(
    own: tools.Tools,
    *,
    clock: Callable[[], datetime],
    failed: Callable[[errors.ComityError], None] = lambda fault: None,
) -> ASGIApp:
    """The application of the listener for peers. `failed` is told of every error."""
    return _Peers(own, clock, failed)


class _Peers:
    def __init__(
        self,
        own: tools.Tools,
        clock: Callable[[], datetime],
        failed: Callable[[errors.ComityError], None],
    ) -> None:
        self._own = own
        self._clock = clock
        self._failed = failed
        self._workers = workers.Workers(4, "comity-peers")
        self._here: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        who = str((scope.get("client") or ("",))[0])
        self._here[who] += 1
        try:
            if self._here[who] > AT_ONCE_EACH or self._here.total() > AT_ONCE_ALL:
                raise errors.Unavailable("peer-busy", "too many requests at once")
            answer = await self._answer(scope, receive)
        except errors.ComityError as fault:
            _log.warning("refused a peer's request: %s", fault.code)
            self._failed(fault)
            answer = _refusal(fault)
        # The last place: whatever is our fault is logged, and told without detail.
        except Exception:  # noqa: BLE001
            _log.exception("fault in a peer's request")
            answer = problems.broken()
        finally:
            self._here[who] -= 1
            if not self._here[who]:
                del self._here[who]
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> answers.Reply:
        method, path = scope["method"], scope["path"]
        if path == PARCELS and method == "POST":
            body = await bodies.whole(
                calls.headers(scope["headers"]), receive, answers.PARCEL, carrying.BYTES_MAX
            )
            return await self._workers.run(lambda: self._take(body))
        if path == CHECKPOINT and method == "GET":
            return await self._workers.run(self._checkpoint)
        if path.startswith(TILES) and method == "GET":
            return await self._workers.run(lambda: self._piece(path))
        if path in (PARCELS, CHECKPOINT) or path.startswith(TILES):
            raise errors.Invalid("method-not-allowed", f"{method} is not done here")
        raise errors.NotFound("path-unknown", "There is nothing at this path.")

    def _take(self, body: bytes) -> answers.Reply:
        return answers.Reply(200, receiving.receive(self._own, body, self._clock()), answers.PARCEL)

    def _checkpoint(self) -> answers.Reply:
        return answers.Reply(200, publishing.checkpoint(self._own), answers.TEXT)

    def _piece(self, path: str) -> answers.Reply:
        piece = publishing.piece(self._own, path.removeprefix("/ledger/"))
        keeping = _PUBLIC if piece.full else answers.NO_STORE
        return answers.Reply(200, piece.data, answers.BYTES, (), keeping)


def _refusal(fault: errors.ComityError) -> answers.Reply:
    """Why a parcel is not taken is for this node's log: a stranger learns that it is not."""
    if isinstance(fault, errors.Unavailable) or fault.code in _TOLD:
        return problems.bare(fault, problems.status_of(fault))
    if isinstance(fault, errors.NotFound) or fault.code == "method-not-allowed":
        return problems.bare(fault, problems.status_of(fault))
    return problems.bare(errors.Refused("parcel-not-taken", "it is not taken"), 400)
