"""A node at work: its listeners, its couriers, and the end of it.

Pages and API over HTTP, the same API on a Unix socket for the command line, peers over TLS 1.3. A
node that starts asks its peers what they saw of its ledger before it vouches for it again. It stops
within seconds when told to, and by itself, with an error, when its disk fails.
"""

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from comity import errors, node
from comity.api import app as api
from comity.api import local, peers, problems
from comity.desk import delivering, neighbours, starting
from comity.exchange import courier, https
from comity.records.ids import AuthorityId
from comity.web import site

GREETING_SECONDS = 5.0
"""How long a starting node waits for its peers; then it goes on without those that are silent."""
STOP_SECONDS = 3
"""How long a stopping node waits for requests under way."""
HEAD_BYTES_MAX = 65_536
HEAD_SECONDS = 20.0
_HEAD_END = b"\r\n\r\n"
KEEP_ALIVE_SECONDS = 30
CONNECTIONS_MAX = 1_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a node that runs is reached."""

    web: str
    peers: str


def _named(address: str) -> str:
    """This machine by its name: browsers bind passkeys to names, never to numbers."""
    return address.replace("http://127.0.0.1:", "http://localhost:", 1)


def run(found: node.Node, started: Callable[[Addresses], None] = lambda where: None) -> int:
    """Serve until a signal says stop; the exit code. `started` is told where, once all listens."""

    async def until_told() -> int:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stopping.set)
        return await serve(found, started, stopping)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(until_told())


async def serve(
    found: node.Node, started: Callable[[Addresses], None], stopping: asyncio.Event
) -> int:
    """The same on a loop that runs, until `stopping` is set. It is set here if the disk fails."""
    return await _Serving(found, stopping).run(started)


class _Serving:
    def __init__(self, found: node.Node, stopping: asyncio.Event) -> None:
        self._node = found
        self._own = found.tools
        self._loop = asyncio.get_running_loop()
        self._stopping = stopping
        self._code = 0
        self._met: frozenset[AuthorityId] = frozenset()
        self._greeter = starting.Greeter(
            self._own,
            delivering.Outbox(self._own, node.clock),
            clock=node.clock,
            begun=self._wake_all,
            failed=self._failed,
        )
        self._courier = courier.Courier(
            self._greeter,
            self._post,
            clock=self._loop.time,
            jitter=secrets.SystemRandom().random,
        )

    async def run(self, started: Callable[[Addresses], None]) -> int:
        """Listen, then talk, until something says stop."""
        settings = self._node.settings
        with contextlib.ExitStack() as opened:
            web = opened.enter_context(_bound(settings.web_host, settings.web_port))
            wire = opened.enter_context(_bound(settings.peer_host, settings.peer_port))
            inside = opened.enter_context(local.listen(settings.data))
            opened.callback(local.remove, settings.data)
            where = _addresses(web, wire)
            base_url = settings.web_url or _named(where.web)
            pages = self._pages(base_url)
            front = _Front(self._door(base_url, where), pages)
            listeners = [
                (_Listener(_config(front)), web),
                (_Listener(_config(local.Local(front))), inside),
                (_Listener(self._peers()), wire),
            ]
            self._own.wake.append(self._wake)
            opened.callback(self._own.wake.remove, self._wake)
            await self._work(listeners, pages, lambda: started(where))
        return self._code

    async def _work(
        self,
        listeners: list[tuple["_Listener", socket.socket]],
        pages: site.Pages,
        started: Callable[[], None],
    ) -> None:
        async with asyncio.TaskGroup() as tasks:
            for listener, bound in listeners:
                tasks.create_task(listener.serve(sockets=[bound]))
            tasks.create_task(self._courier.run())
            tasks.create_task(self._meet())
            for listener, _ in listeners:
                await listener.ready.wait()
            node.settle_in()
            started()
            await self._stopping.wait()
            self._courier.stop()
            # Pages that wait for news would be waited for; they are told that there is no more.
            await asyncio.to_thread(pages.close)
            for listener, _ in listeners:
                listener.should_exit = True

    async def _meet(self) -> None:
        """Greet, then show every listed peer this ledger's head from time to time."""
        self._meet_listed(await asyncio.to_thread(neighbours.listed, self._own))
        if not await self._stopped_within(GREETING_SECONDS):
            self._greeter.begin()
        while not await self._stopped_within(self._node.settings.gossip_seconds):
            self._meet_listed(await asyncio.to_thread(neighbours.listed, self._own))
            self._wake_all()

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    def _meet_listed(self, listed: frozenset[AuthorityId]) -> None:
        for peer in self._met - listed:
            self._courier.part(peer)
        for peer in listed:
            self._courier.meet(peer)
        self._met = listed

    def _wake(self, peer: AuthorityId) -> None:
        """Something waits for `peer`, who may have been listed just now. From any thread."""
        self._courier.meet(peer)
        self._courier.wake(peer)

    def _wake_all(self) -> None:
        for peer in self._met:
            self._courier.wake(peer)

    async def _post(self, peer: AuthorityId, data: bytes) -> bytes:
        found = await asyncio.to_thread(neighbours.address, self._own, peer)
        if found is None:
            raise errors.Unavailable("peer-not-listed", f"{peer} is not in the directory now")
        address, certificate = found
        return await https.post(address + peers.PARCELS, data, certificate=certificate)

    def _failed(self, fault: errors.ComityError) -> None:
        """Called from any thread, for every error: after one of the disk nothing goes on."""
        if fault.code == "storage-failed":
            _log.critical("storage failed, stopping: %s", fault.message)
            self._code = fault.exit_code
            self._loop.call_soon_threadsafe(self._stopping.set)

    def _door(self, base_url: str, where: Addresses) -> ASGIApp:
        named = (urlsplit(url).netloc for url in (base_url, where.web))
        return api.create(
            self._own,
            clock=node.clock,
            base_url=base_url.rstrip("/"),
            hosts=frozenset(named),
            page_rows=self._node.settings.page_rows,
            failed=self._failed,
        )

    def _pages(self, base_url: str) -> site.Pages:
        return site.create(
            self._own,
            clock=node.clock,
            address=base_url.rstrip("/"),
            page_rows=self._node.settings.page_rows,
            fetch=self._own.fetch,
        )

    def _peers(self) -> uvicorn.Config:
        tls = self._own.keys.tls
        config = _config(
            peers.create(self._own, clock=node.clock, failed=self._failed),
            ssl_certfile=tls.certificate,
            ssl_keyfile=tls.private_key,
            ssl_keyfile_password=tls.password,
        )
        config.load()
        assert config.ssl is not None
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        return config


class _Front:
    """The API below its prefix, pages everywhere else."""

    def __init__(self, door: ASGIApp, pages: ASGIApp) -> None:
        self._door = door
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI)."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/api/"):
            await self._door(scope, receive, send)
        elif not local.is_local(scope):
            await self._pages(scope, receive, send)
        else:
            nothing = errors.NotFound("path-unknown", "There is nothing at this path.")
            await problems.reply(nothing)(scope, receive, send)


class _Listener(uvicorn.Server):
    """One of several in a process: the process decides about signals, not each of them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class _Bounded(HttpToolsProtocol):
    """HTTP whose heads are bounded in bytes and in time."""

    _head_bytes = 0
    _head_end = b""
    """The last bytes received: the mark of a head's end may come in two pieces."""
    _in_body = False

    def connection_made(self, transport: Any) -> None:
        """Give the first head its time."""
        super().connection_made(transport)
        self.loop.call_later(HEAD_SECONDS, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Count what comes before a head is whole, and not the body that comes with it."""
        if not self._in_body:
            ended = (self._head_end + data).find(_HEAD_END)
            self._head_bytes += len(data) if ended < 0 else ended
            self._head_end = data[-len(_HEAD_END) + 1 :]
            if self._head_bytes > HEAD_BYTES_MAX:
                self.transport.close()
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next head begins."""
        super().on_message_complete()
        self._in_body, self._head_bytes, self._head_end = False, 0, b""

    def _give_up(self) -> None:
        cycle: Any = self.cycle
        if cycle is None and not self.transport.is_closing():
            self.transport.close()


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Bounded,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        **more,
    )


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as fault:
        raise errors.Unavailable(
            "address-taken",
            f"{host}:{port}: {fault.strerror or fault}",
            next_step="Stop what listens there, or set another port in comity.toml.",
        ) from None


def _addresses(web: socket.socket, wire: socket.socket) -> Addresses:
    def url(scheme: str, bound: socket.socket) -> str:
        host, port = bound.getsockname()[:2]
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    return Addresses(url("http", web), url("https", wire))
