"""The first round with each peer: a greeting, before this node vouches for its ledger again.

It stands between the courier and the outbox. Nothing is sent to a peer that was not greeted since
the start, and nothing to anyone while the answers are awaited (docs/protocol/ledger.md, L11).
"""

import datetime
import threading
from collections.abc import Callable
from typing import Protocol

from comity import errors
from comity.desk import greeting, neighbours, tools
from comity.records.ids import AuthorityId


class Source(Protocol):
    """What the courier asks (`exchange.courier.Source`)."""

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        """The next sealed parcel for `peer`, if there is one now."""

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        """Take the peer's answer in."""

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        """A round did not succeed."""


class Greeter:
    """Greets each peer, judges the answers, then leaves the line to the outbox."""

    def __init__(
        self,
        own: tools.Tools,
        outbox: Source,
        *,
        clock: Callable[[], datetime.datetime],
        begun: Callable[[], None],
        failed: Callable[[errors.ComityError], None] = lambda fault: None,
    ) -> None:
        """`begun` is told once, when checkpoints may be released; `failed` of every error."""
        self._own = own
        self._outbox = outbox
        self._clock = clock
        self._begun = begun
        self._failed = failed
        self._greeted: set[AuthorityId] = set()
        self._lock = threading.Lock()
        own.halt.asking = bool(neighbours.listed(own))

    def begin(self) -> None:
        """Go on with the answers that came: every peer has answered, or the time is over."""
        with self._lock:
            first, self._own.halt.asking = self._own.halt.asking, False
        if first:
            self._begun()

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        """A greeting first; nothing while answers are awaited; then what the outbox has."""
        if peer not in self._greeted:
            return greeting.greet(self._own, peer, self._clock())
        if self._own.halt.asking or self._own.halt.reason:
            return None
        return self._outbox.next_parcel(peer)

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        """Judge what the peer remembers of this ledger, or give its receipt to the outbox."""
        if peer in self._greeted:
            self._outbox.accept_answer(peer, data)
            return
        greeting.judge(self._own, greeting.told(self._own, peer, data))
        with self._lock:
            self._greeted.add(peer)
            complete = self._greeted >= neighbours.listed(self._own)
        if complete:
            self.begin()

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        """Note it, and tell whoever watches."""
        self._failed(why)
        self._outbox.failed(peer, why)
