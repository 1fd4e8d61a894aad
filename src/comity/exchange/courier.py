"""The courier: one loop for each peer, from the outbox to the peer's answer and back.

It decides nothing itself: `session` says when, a `Source` says what, a carrier moves it. A round
that fails is told to the source and tried again later, for ever; one peer's trouble never slows
another. A crash or a stop in the middle of a round loses nothing, because rows are marked delivered
only by a receipt: the round is repeated, and repeating has no effect.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from comity import errors
from comity.exchange import session
from comity.records.ids import AuthorityId

STOP_SECONDS = 5.0
"""How long a stop waits for rounds under way before it breaks them off."""

Post = Callable[[AuthorityId, bytes], Awaitable[bytes]]
"""Brings a parcel to a peer and its answer back; `Unavailable` when it cannot."""

InThread = Callable[..., Awaitable[Any]]
"""Runs a blocking call elsewhere: `asyncio.to_thread`, or a direct call in a simulation."""


class Source(Protocol):
    """Where parcels come from and answers go. Called from other threads, one call a peer."""

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        """The next sealed parcel for `peer`, or None when there is nothing to say now."""

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        """Take the peer's answer in; what it acknowledges is durable on return."""

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        """A round did not succeed; it will be tried again."""


@dataclass(slots=True)
class _Talk:
    state: session.PeerState = field(default_factory=session.PeerState)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Courier:
    """Talks to every peer that it met until it parts from it or stops.

    `meet`, `part`, `wake` and `stop` may be called before `run`, and from any thread while it runs.
    """

    def __init__(
        self,
        source: Source,
        post: Post,
        *,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        in_thread: InThread = asyncio.to_thread,
    ) -> None:
        """`clock` gives seconds and never goes back; `jitter` a random number from 0 up to 1."""
        self._source = source
        self._post = post
        self._clock = clock
        self._jitter = jitter
        self._in_thread = in_thread
        self._talks: dict[AuthorityId, _Talk] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Talk until `stop`. Then let the rounds under way end, for `STOP_SECONDS` at most."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for peer, talk in self._talks.items():
                    self._begin(peer, talk)
                await self._stopped.wait()
                await self._finish()
        finally:
            self._loop = self._tasks = None

    async def _finish(self) -> None:
        under_way = [talk.task for talk in self._talks.values() if talk.task is not None]
        for talk in self._talks.values():
            talk.bell.set()
        if under_way:
            await asyncio.wait(under_way, timeout=STOP_SECONDS)
        for task in under_way:
            # Broken off here, the peer may hold a parcel whose receipt we never read. It is sent
            # again at the next start, and answered the same way.
            task.cancel()

    def meet(self, peer: AuthorityId) -> None:
        """Begin to talk to `peer`, if not already."""
        self._call(self._meet, peer)

    def part(self, peer: AuthorityId) -> None:
        """Stop talking to `peer` at once."""
        self._call(self._part, peer)

    def wake(self, peer: AuthorityId) -> None:
        """Something new waits for `peer`. Unknown peers are ignored."""
        self._call(self._wake, peer)

    def stop(self) -> None:
        """Make `run` return."""
        self._call(self._stopped.set)

    def _call(self, act: Callable[..., None], *given: AuthorityId) -> None:
        if self._loop is None:
            act(*given)
        else:
            self._loop.call_soon_threadsafe(act, *given)

    def _meet(self, peer: AuthorityId) -> None:
        if peer not in self._talks and not self._stopped.is_set():
            self._talks[peer] = _Talk()
            if self._tasks is not None:
                self._begin(peer, self._talks[peer])

    def _part(self, peer: AuthorityId) -> None:
        talk = self._talks.pop(peer, None)
        if talk is not None and talk.task is not None:
            talk.task.cancel()

    def _wake(self, peer: AuthorityId) -> None:
        talk = self._talks.get(peer)
        if talk is not None:
            talk.state = session.wake(talk.state)
            talk.bell.set()

    def _begin(self, peer: AuthorityId, talk: _Talk) -> None:
        assert self._tasks is not None
        talk.task = self._tasks.create_task(self._talk(peer, talk), name=f"courier {peer}")

    async def _talk(self, peer: AuthorityId, talk: _Talk) -> None:
        while not self._stopped.is_set():
            talk.bell.clear()
            now = self._clock()
            match session.decide(talk.state, now=now):
                case session.Wait(until):
                    await _pause(talk.bell, until - now)
                case session.Send():
                    talk.state = session.started(talk.state)
                    # The next state is made from what `talk.state` is by then: a wake-up may
                    # have come during the round.
                    settle = await self._round(peer)
                    talk.state = settle(talk.state)

    async def _round(self, peer: AuthorityId) -> Callable[[session.PeerState], session.PeerState]:
        """One parcel there and its answer back; what follows for the peer's state."""
        try:
            data = await self._in_thread(self._source.next_parcel, peer)
            if data is None:
                return lambda state: session.silent(state, now=self._clock())
            answer = await self._post(peer, data)
            await self._in_thread(self._source.accept_answer, peer, answer)
        except errors.ComityError as fault:
            await self._in_thread(self._source.failed, peer, fault)
        except Exception as fault:  # noqa: BLE001
            # A fault of ours in one round must not end the exchange with this peer in silence: it
            # is reported like any other, and tried again ever more rarely.
            broken = errors.Unavailable("round-broken", f"{type(fault).__name__}: {fault}")
            broken.__cause__ = fault
            await self._in_thread(self._source.failed, peer, broken)
        else:
            return lambda state: session.answered(state, now=self._clock())
        return lambda state: session.failed(state, now=self._clock(), jitter=self._jitter())


async def _pause(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        pass
