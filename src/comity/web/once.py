"""What a form does is done once, however often its button was pressed.

A form that acts carries a ticket drawn when its page was drawn. The first post with a ticket does
the work; a later one is told where the first one led, also while that is still under way. Kept in
this process, for as long as people press buttons twice: what was done stays done over a restart.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

FIELD = "ticket"
KEPT_MAX = 4_096


class Once:
    """Remembers the newest tickets. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Future[str]] = OrderedDict()

    def run(self, officer: str, ticket: str, work: Callable[[], str]) -> str:
        """The path that `work` leads to; `work` is called unless this ticket was seen before.

        What `work` raises, everyone who waits gets; then the ticket may be tried again.
        """
        mine: Future[str] = Future()
        with self._lock:
            path = self._known.setdefault((officer, ticket), mine)
            while len(self._known) > KEPT_MAX:
                self._known.popitem(last=False)
        if path is not mine:
            return path.result()
        try:
            mine.set_result(work())
        except BaseException as fault:
            with self._lock:
                self._known.pop((officer, ticket), None)
            mine.set_exception(fault)
            raise
        return mine.result()


def ticket() -> str:
    """A new ticket: 128 random bits."""
    return secrets.token_urlsafe(16)
