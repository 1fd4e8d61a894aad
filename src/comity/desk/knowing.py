"""Who a secret names, remembered for seconds, so that not every request asks the store.

A change of an officer or the end of a secret made at this node forgets everything at once. What is
changed behind the node's back is noticed after `SECONDS`, as long as a permit holds.
"""

import datetime
import threading
from dataclasses import dataclass, field

from comity.store import port

SECONDS = 5
SECRETS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a secret names, and what is kept of the secret."""

    officer: port.Officer
    credential: port.Credential


@dataclass(frozen=True, slots=True)
class _Known:
    holder: Holder
    asked_at: datetime.datetime


@dataclass(slots=True)
class Known:
    """Officers by the digests of their secrets. Safe to share between threads."""

    _found: dict[bytes, _Known] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    turn: int = 0
    """Goes up whenever everything is forgotten: what was asked before that is not kept after it."""

    def holder(self, digest: bytes, now: datetime.datetime) -> Holder | None:
        """Whom the secret names, if that was asked within the last seconds."""
        found = self._found.get(digest)
        if found is None or not found.asked_at <= now < found.holder.credential.expires_at:
            return None
        return found.holder if (now - found.asked_at).total_seconds() < SECONDS else None

    def keep(self, holder: Holder, now: datetime.datetime, turn: int) -> None:
        """Remember what the store told, which was asked in `turn`."""
        with self._lock:
            if turn != self.turn:
                # Somebody was kept out while the store was asked: perhaps this one.
                return
            if len(self._found) >= SECRETS_MAX:
                self._found.clear()
            self._found[holder.credential.digest] = _Known(holder, now)

    def forget(self) -> None:
        """Ask the store again about everyone."""
        with self._lock:
            self.turn += 1
            self._found.clear()
