"""Challenges for passkeys: given without keeping anything, good once and for minutes.

A challenge carries its own end and a code that only this process can make, so that strangers who
ask for many fill nothing. Those that were used are remembered until they would have ended. A node
that starts again has given none.
"""

import datetime
import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LIFETIME = datetime.timedelta(minutes=5)
_RANDOM, _END, _CODE = 16, 6, 16


@dataclass(slots=True)
class Challenges:
    """Those of one process. Safe to share between threads."""

    _key: bytes = b""
    _used: dict[bytes, datetime.datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(
        self, random: Callable[[int], bytes], use: str, officer: str, now: datetime.datetime
    ) -> bytes:
        """A new challenge for one use by one officer; by whoever it may be, if that is empty."""
        with self._lock:
            self._key = self._key or random(32)
        end = int((now + LIFETIME).timestamp())
        body = random(_RANDOM) + end.to_bytes(_END, "big")
        return body + self._code(body, use, officer)

    def take(self, challenge: bytes, use: str, officer: str, now: datetime.datetime) -> bool:
        """Whether it was given for this, has not ended and was not used; it is used then."""
        body, code = challenge[: _RANDOM + _END], challenge[_RANDOM + _END :]
        if not self._key or not hmac.compare_digest(code, self._code(body, use, officer)):
            return False
        if now.timestamp() >= int.from_bytes(body[_RANDOM:], "big"):
            return False
        with self._lock:
            self._used = {one: at for one, at in self._used.items() if now - at < LIFETIME}
            fresh = challenge not in self._used
            self._used[challenge] = now
        return fresh

    def _code(self, body: bytes, use: str, officer: str) -> bytes:
        said = b"\0".join((use.encode(), officer.encode(), body))
        return hmac.new(self._key, said, hashlib.sha256).digest()[:_CODE]
