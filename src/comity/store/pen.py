"""The pen: one thread that writes, so that leaves and streams have one order and no gaps.

It takes everything that is queued, writes it in one transaction, and answers after the commit:
one flush of the disk serves all who wait. An append that cannot be written as it is (somebody was
faster, it is malformed) fails alone. Any other fault ends the pen: what a disk says after a
failed flush is not to be believed, so nothing is tried again, and nothing is written after it.
"""

import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from comity import errors
from comity.ledger import tiles, tree
from comity.records.ids import AuthorityId, RecordId
from comity.store import draft, port

BATCH_JOBS_MAX: Final = 512
BATCH_RECORDS_MAX: Final = 4096
"""With one transaction's worth of them queued, what comes later waits for the next."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Writer(Protocol):
    """One engine's only connection that writes. Used by the pen's thread alone."""

    @property
    def connection(self) -> Connection:
        """For small changes inside the transaction that `begin` began."""

    def begin(self) -> None:
        """Begin a transaction; a crash before `commit` leaves nothing of it."""

    def leaves_of(self, records: Collection[RecordId]) -> dict[RecordId, int]:
        """The leaves of those records that are stored."""

    def last_number(self, peer: AuthorityId) -> int:
        """The last number in the stream of a peer; 0 if it has none."""

    def write(self, rows: draft.Rows) -> None:
        """Insert rows, as `draft.WRITTEN` says."""

    def commit(self, rows: draft.Rows) -> None:
        """Insert rows and commit: durable on return."""

    def rollback(self) -> None:
        """Undo the transaction."""

    def savepoint(self) -> None:
        """From here on `undo` goes back to here."""

    def undo(self) -> None:
        """Undo what was written since the last savepoint."""

    def refusal(self, fault: Exception) -> errors.ComityError | None:
        """What to tell the caller whose rows are at fault; None if it is the store that is."""

    def close(self) -> None:
        """Close the connection; an open transaction is undone."""


@dataclass(frozen=True, slots=True)
class _Writing:
    what: port.Append
    future: Future[port.Appended]


@dataclass(frozen=True, slots=True)
class _Changing:
    change: Callable[[Connection], Any]
    future: Future[Any]


_Job = _Writing | _Changing


@dataclass(slots=True)
class _Batch:
    """One transaction while it is written."""

    draft: draft.Draft
    answers: list[tuple[_Job, Any]]
    """What each job gets if the commit holds; for an append, the leaves of its records."""
    refused: list[tuple[_Job, errors.ComityError]]


class Pen:
    """Takes appends and small changes from any thread and writes them in the order they came."""

    def __init__(self, writer: Writer, edge: tiles.Edge) -> None:
        self._writer = writer
        self._edge = edge
        self._size = edge.size
        self._numbers: dict[AuthorityId, int] = {}
        self._listeners: list[Callable[[port.Appended], None]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unsettled = 0
        """Jobs that are queued or under way. Changed under the lock alone."""
        self._closed: errors.ComityError | None = None
        self.failed = ""
        """Why nothing is written any more; empty while all is well."""
        self._thread = threading.Thread(target=self._run, name="comity-pen", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """Leaves that are durable."""
        return self._size

    def append(self, what: port.Append) -> Future[port.Appended]:
        """Queue an append."""
        future: Future[port.Appended] = Future()
        return self._queue(_Writing(what, future), future)

    def change(self, change: Callable[[Connection], T]) -> Future[T]:
        """Queue a small change; `change` runs in the pen's thread, inside its transaction."""
        future: Future[T] = Future()
        return self._queue(_Changing(change, future), future)

    def settle(self) -> None:
        """Wait until what was queued before is durable or refused; at once if nothing is.

        Whatever is counted is counted under the lock before its caller goes on, and until it is
        committed: who finds no job here reads all that was ever queued. `Unavailable` if the store
        failed.
        """
        with self._lock:
            if not self._unsettled:
                return
        self.append(port.Append()).result()

    def on_commit(self, tell: Callable[[port.Appended], None]) -> None:
        """Call `tell` after every commit that holds an append."""
        self._listeners.append(tell)

    def close(self) -> None:
        """Write what is queued, then stop. A second call does nothing."""
        with self._lock:
            if self._closed is None:
                self._closed = errors.Unavailable("store-closed", "the store was closed")
                self._jobs.put(None)
        self._thread.join()
        self._writer.close()

    def _queue(self, job: _Job, future: Future[T]) -> Future[T]:
        # From here on nobody can cancel it: who queued it counts on its being written.
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed is None:
                self._unsettled += 1
                self._jobs.put(job)
                return future
        future.set_exception(self._closed)
        return future

    def _run(self) -> None:
        while jobs := self._take():
            try:
                batch = self._write(jobs)
            except Exception as fault:  # noqa: BLE001 - whatever it was, all who wait must be told
                self._fail(fault, jobs)
                return
            with self._lock:
                self._unsettled -= len(jobs)
            self._answer(batch)

    def _take(self) -> list[_Job]:
        """What is queued, at least one job; nothing once the pen is to stop."""
        job = self._jobs.get()
        jobs: list[_Job] = []
        records = 0
        while job is not None:
            jobs.append(job)
            records += len(job.what.records) if isinstance(job, _Writing) else 0
            if len(jobs) >= BATCH_JOBS_MAX or records >= BATCH_RECORDS_MAX:
                return jobs
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs
        if jobs:
            # These first; the sign to stop is found again by the next call.
            self._jobs.put(None)
        return jobs

    def _write(self, jobs: Sequence[_Job]) -> _Batch:
        """One transaction with all of `jobs`; if one of them is refused, each by itself in it."""
        self._writer.begin()
        try:
            batch = self._together(jobs)
            edge, rows = self._grown(batch)
            self._writer.commit(rows)
        except Exception as fault:
            if self._refusal(fault) is None:
                raise
            self._writer.rollback()
            self._writer.begin()
            batch = self._one_by_one(jobs)
            edge, rows = self._grown(batch)
            self._writer.commit(rows)
        # Durable from here on. A crash now loses only the answers: whoever asks again finds it.
        self._edge, self._size, self._numbers = edge, edge.size, batch.draft.numbers
        return batch

    def _begun(self) -> _Batch:
        return _Batch(draft.Draft(self._size, self._numbers, self._writer.last_number), [], [])

    def _together(self, jobs: Sequence[_Job]) -> _Batch:
        """The fast way: all rows of neighbouring appends in one go."""
        batch = self._begun()
        for kind, group in groupby(jobs, type):
            if kind is _Writing:
                self._draft(batch, [job for job in group if isinstance(job, _Writing)])
                continue
            # What a change reads must be there.
            self._writer.write(batch.draft.take())
            for job in group:
                assert isinstance(job, _Changing)
                batch.answers.append((job, job.change(self._writer.connection)))
        return batch

    def _draft(self, batch: _Batch, jobs: Sequence[_Writing]) -> None:
        batch.draft.know(self._writer.leaves_of(draft.referred(job.what for job in jobs)))
        batch.answers += [(job, batch.draft.add(job.what)) for job in jobs]

    def _one_by_one(self, jobs: Sequence[_Job]) -> _Batch:
        """The slow way: each job behind a savepoint, so that a refused one leaves no trace."""
        batch = self._begun()
        for job in jobs:
            self._writer.savepoint()
            before, count = batch.draft, len(batch.answers)
            batch.draft = draft.Draft(before.size, before.numbers, self._writer.last_number)
            try:
                if isinstance(job, _Writing):
                    self._draft(batch, [job])
                    self._writer.write(batch.draft.take())
                else:
                    batch.answers.append((job, job.change(self._writer.connection)))
            except Exception as fault:
                refusal = self._refusal(fault)
                if refusal is None:
                    raise
                self._writer.undo()
                batch.draft = before
                del batch.answers[count:]
                batch.refused.append((job, refusal))
            else:
                batch.draft.ids = before.ids + batch.draft.ids
        return batch

    def _refusal(self, fault: Exception) -> errors.ComityError | None:
        if isinstance(fault, _Damaged):
            return None
        if isinstance(fault, errors.ComityError):
            return fault
        if isinstance(fault, (ValueError, TypeError, OverflowError)):
            return malformed(fault)
        return self._writer.refusal(fault)

    def _grown(self, batch: _Batch) -> tuple[tiles.Edge, draft.Rows]:
        """The ledger's edge with the new leaves, and the rows that are still to be written."""
        rows = batch.draft.take()
        if not batch.draft.ids:
            return self._edge, rows
        hashes = [tree.leaf_hash(bytes.fromhex(one)) for one in batch.draft.ids]
        _, changed, edge = tiles.extend(self._size, self._edge, hashes)
        check_leaves(self._size, batch.draft.ids, changed)
        full = [(level, number, tile) for (level, number), tile in sorted(changed.items())]
        return edge, {**rows, "tiles": full}

    def _answer(self, batch: _Batch) -> None:
        told = False
        leaves: list[int] = []
        for job, answer in batch.answers:
            if isinstance(job, _Writing):
                told = True
                leaves += answer
                job.future.set_result(port.Appended(answer, self._size))
            else:
                job.future.set_result(answer)
        for refused, why in batch.refused:
            refused.future.set_exception(why)
        if told:
            self._tell(port.Appended(tuple(leaves), self._size))

    def _tell(self, appended: port.Appended) -> None:
        for tell in self._listeners:
            try:
                tell(appended)
            except Exception:  # noqa: BLE001 - a listener's fault must not stop the pen
                _log.exception("a listener failed after a commit")

    def _fail(self, fault: Exception, jobs: Sequence[_Job]) -> None:
        """Tell everybody that nothing is written any more. What is durable stays readable."""
        _log.critical("the store failed and writes nothing any more", exc_info=fault)
        why = errors.Unavailable(
            "storage-failed",
            f"the store failed: {type(fault).__name__}: {fault}",
            next_step="Stop the node, look at the disk or the database server, then start again.",
        )
        with self._lock:
            self._closed = why
            self.failed = why.message
        waiting: list[_Job] = list(jobs)
        while not self._jobs.empty():
            job = self._jobs.get()
            waiting += [job] if job is not None else []
        for job in waiting:
            job.future.set_exception(why)


def matter_moved() -> errors.Conflict:
    """Another own record has this place in its matter."""
    return errors.Conflict(
        "matter-moved",
        "another record of this authority took this place in the matter meanwhile",
        next_step="Read the matter again, then decide.",
    )


def key_used() -> errors.Conflict:
    """Another request with the same idempotency key was answered."""
    return errors.Conflict(
        "key-used",
        "a request with this idempotency key was carried out meanwhile",
        next_step="Send the same request again to get its answer, or choose another key.",
    )


def malformed(fault: Exception) -> errors.Invalid:
    """The database takes no such value."""
    return errors.Invalid("append-malformed", f"this cannot be stored: {fault}")


class _Damaged(Exception):
    """A leaf's hash came out differently the second time."""


def check_leaves(
    size: int, records: Sequence[RecordId], changed: dict[tiles.TileKey, bytes]
) -> None:
    """Hash each new leaf again, from its own copy of the id, and compare with its tile.

    One flipped bit in a leaf's hash made a public ledger contradict its own checkpoints for ever
    (Yeti 2022). Nothing is committed before both agree.
    """
    sha256, prefix = hashlib.sha256, tree.LEAF_PREFIX
    for leaf, record in enumerate(records, size):
        tile = changed[0, leaf >> tiles.HEIGHT]
        at = (leaf & 0xFF) * tree.HASH_SIZE
        if tile[at : at + tree.HASH_SIZE] != sha256(prefix + bytes.fromhex(record)).digest():
            raise _Damaged(f"leaf {leaf} of record {record} does not hash to what its tile holds")
