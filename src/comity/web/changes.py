"""Who waits for what to change: the numbers behind `live`, kept in this process.

`changed` may be called from any thread, after a commit. Numbers only grow, also over a restart if
the start is taken from the clock: then a page that was drawn before is told at once.
"""

import asyncio
import threading
from collections import defaultdict


class Counts:
    """Counts changes by topic and wakes those who wait; see `live.Changes` for its promises."""

    def __init__(self, start: int) -> None:
        """`start` must be above every number given before: milliseconds since 1970 will do."""
        self._lock = threading.Lock()
        self._start = self._last = start
        self._numbers: dict[str, int] = {}
        self._waiting: defaultdict[str, set[_Bell]] = defaultdict(set)
        self._closed = False

    def changed(self, topic: str) -> None:
        """Count a change of `topic` and wake everyone who waits for it."""
        with self._lock:
            self._last += 1
            self._numbers[topic] = self._last
            for bell in self._waiting.get(topic, ()):
                bell.ring()

    def number(self, topic: str) -> int:
        """The number of the topic's last change; the start if it has not changed since."""
        with self._lock:
            return self._numbers.get(topic, self._start)

    async def wait(self, topic: str, since: int) -> int | None:
        """The topic's number as soon as it is above `since`; None when closed."""
        bell = _Bell()
        with self._lock:
            self._waiting[topic].add(bell)
        try:
            while not self._closed:
                number = self.number(topic)
                if number > since:
                    return number
                await bell.rung()
            return None
        finally:
            with self._lock:
                self._waiting[topic].discard(bell)
                if not self._waiting[topic]:
                    del self._waiting[topic]

    def close(self) -> None:
        """Send everyone away; from now on nobody waits."""
        with self._lock:
            self._closed = True
            for bells in self._waiting.values():
                for bell in bells:
                    bell.ring()


class _Bell:
    """An event of the loop that waits for it, which other threads may set."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._loop.call_soon_threadsafe(self._event.set)

    async def rung(self) -> None:
        await self._event.wait()
        self._event.clear()
