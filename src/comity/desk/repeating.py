"""Requests that may be sent again: one effect, and the same answer each time.

What was answered is stored in the transaction of the act itself, so that there is never an act
without its answer. Two of the same at once are one: the second waits for the first.
"""

import dataclasses
import hashlib
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future

from comity import errors
from comity.desk import performing, tools
from comity.store import port

CREATED = 201
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def digest(*parts: bytes) -> str:
    """What tells two requests apart: SHA-256 over their parts, each with its length."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


class Repeats:
    """The repeatable requests that are under way at one node."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], tuple[str, Future[port.Answered]]] = {}

    def say(
        self,
        desk: tools.Desk,
        act: performing.Act,
        body: Callable[[performing.Said], bytes],
        *,
        key: str,
        request: str,
    ) -> Future[port.Answered]:
        """Say `act`, unless it was said before; the answer, when it is durable.

        `request` is the digest of the request. `Invalid` if the key was used for another one.
        """
        if not _KEY.fullmatch(key):
            raise errors.Invalid("idempotency-key", "a key is 1 to 200 visible characters of ASCII")
        place = (desk.officer.id, key)
        mine: Future[port.Answered] = Future()
        with self._lock:
            known, answer = self._under_way.setdefault(place, (request, mine))
        if answer is not mine:
            _bar_other(known, request)
            return answer
        try:
            self._begin(desk, act, body, place, request, mine)
        except BaseException as fault:
            self._settle(place, mine, None, fault)
            raise
        return mine

    def _begin(
        self,
        desk: tools.Desk,
        act: performing.Act,
        body: Callable[[performing.Said], bytes],
        place: tuple[str, str],
        request: str,
        mine: Future[port.Answered],
    ) -> None:
        known = desk.tools.store.answered(*place)
        if known is not None:
            _bar_other(known.request_digest, request)
            self._settle(place, mine, known, None)
            return

        made: list[port.Answered] = []

        def answer(said: performing.Said) -> port.Answered:
            made.append(port.Answered(*place, request, CREATED, body(said), desk.now))
            return made[0]

        _, queued = performing.say(desk, dataclasses.replace(act, answer=answer))

        def ended(_: Future[port.Appended]) -> None:
            try:
                performing.finish(queued)
            # It runs where nobody would see it, and whoever waits must be told of it.
            except BaseException as fault:  # noqa: BLE001
                self._settle(place, mine, None, fault)
            else:
                self._settle(place, mine, made[0], None)

        queued.future.add_done_callback(ended)

    def _settle(
        self,
        place: tuple[str, str],
        mine: Future[port.Answered],
        given: port.Answered | None,
        fault: BaseException | None,
    ) -> None:
        # Taken off the list before anyone is told: who comes later finds the stored answer.
        with self._lock:
            self._under_way.pop(place, None)
        if fault is not None:
            mine.set_exception(fault)
        else:
            assert given is not None
            mine.set_result(given)


def _bar_other(known: str, request: str) -> None:
    if known != request:
        raise errors.Invalid(
            "idempotency-key-reused",
            "this Idempotency-Key was used for another request",
            next_step="Use a new key for a new request.",
        )
