"""Threads for work that may block, and the way back to the event loop.

A piece of work that ends in waiting for the disk gives its thread back at once: the loop is told
when the commit is durable, by the thread that wrote it. So few threads serve many callers, and the
loop is woken once for each request.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """What `then` makes of `until`, once that is done, however it ended. Runs on the loop."""

    until: Future[Any]
    then: Callable[[Future[Any]], T]


class Workers:
    """So many threads, started when the first work comes; they end with the process."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = threads
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._begun = 0

    async def run(self, work: Callable[[], T | Waiting[T]]) -> T:
        """What `work` gives, in a thread; the caller's loop goes on meanwhile.

        Work that has begun is not broken off: who is cancelled does not see its end, and that is
        all.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Any] = loop.create_future()

        def tell(value: Any, fault: BaseException | None) -> None:
            # A loop that is closed while the work ended has nobody to be told.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, outcome, value, fault)

        if self._begun < self._threads:
            self._begin()
        self._jobs.put(lambda: _work(work, tell))
        made = await outcome
        value: T = made.then(made.until) if isinstance(made, Waiting) else made
        return value

    def _begin(self) -> None:
        with self._lock:
            if self._begun < self._threads:
                self._begun += 1
                name = f"{self._name}-{self._begun}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._jobs.get()()


Tell = Callable[[Any, BaseException | None], None]


def _work(work: Callable[[], Any], tell: Tell) -> None:
    try:
        made = work()
    # Whatever it is, it belongs to the caller, and the thread must live on.
    except BaseException as fault:  # noqa: BLE001
        tell(None, fault)
        return
    if isinstance(made, Waiting):
        made.until.add_done_callback(lambda _: tell(made, None))
    else:
        tell(made, None)


def _settle(outcome: asyncio.Future[Any], value: Any, fault: BaseException | None) -> None:
    if outcome.cancelled():
        return
    if fault is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(fault)
