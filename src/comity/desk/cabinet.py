"""The cabinet: matters as they stand, in memory, one lock each.

A matter is folded once and then extended by each new record, so that no page and no act folds it
again. It is the same fold as from the store: where the two may differ, because a write was refused
or broken off, it is read again before its next use. The directory and the staff are read without
any lock, so that whoever holds a matter never waits for another. Accounts of access are not kept
here.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from comity import errors
from comity.desk import pinning
from comity.matters import cases, directory, matter, reports, staff
from comity.policy import denials
from comity.records import envelope, kinds, record, sealed
from comity.records.ids import MatterId, RecordId
from comity.store import port

MATTERS_MAX = 512
"""Matters kept in memory; the one unused longest makes room."""
RECORDS_MAX = 100_000
"""Records in them all; beyond that too the one unused longest makes room."""

DIRECTORY_SETTING = "directory"
STAFF_SETTING = "staff"


Read = TypeVar("Read")


@dataclass(slots=True)
class Folder:
    """One matter with what the registry shows of it. Use it only under its lock."""

    matter: matter.Matter
    title: str = ""
    arrived: str = ""
    """The instant at which its last record came, as RFC 3339; empty where that is not known."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    stale: bool = True
    """Whether it must be read from the store before its next use."""
    depth: int = 0
    """How many uses of the thread that holds the lock are under way, one inside the other."""
    users: int = 0
    """Uses that are under way or wait for the lock. Changed under the cabinet's lock alone."""
    records: int = 0
    """Records that it had after its last use, as the cabinet counts them."""


class Cabinet:
    """Every matter of this node, opened on demand."""

    def __init__(self, store: port.Store, registry: kinds.Registry) -> None:
        self._store = store
        self._registry = registry
        self._folders: OrderedDict[MatterId, Folder] = OrderedDict()
        self._lock = threading.Lock()
        self._records = 0
        """Of all folders. Changed under the lock alone."""
        self._directory = pinning.Pinned(DIRECTORY_SETTING, directory.directory)
        self._staff = pinning.Pinned(STAFF_SETTING, staff.staff)

    @contextmanager
    def holding(
        self, matter_id: MatterId, *, new: bool = False, begun: bool = False
    ) -> Iterator[Folder]:
        """The folder of a matter, for this thread alone; `NotFound` unless it exists or is `new`.

        With `begun` its first record was made just now, so that the store cannot hold it yet.
        The lock is held while a record is made and queued, never while its commit is awaited.
        """
        folder = self._taken(matter_id)
        try:
            with folder.lock:
                self._refresh(folder, begun)
                if not len(folder.matter) and not new:
                    # In the words for one that may not be known of, so that nobody can tell.
                    raise denials.unknown_matter()
                folder.depth += 1
                try:
                    yield folder
                finally:
                    folder.depth -= 1
                    self._after(folder)
        finally:
            self._left(folder)

    def directory(self) -> directory.Directory | None:
        """The pinned directory as it stands after the last use that is over. Waits for nobody."""
        return self._of(self._directory)

    def staff(self) -> staff.Staff | None:
        """The staff of this authority, in the same way; None before it was begun."""
        return self._of(self._staff)

    def _of(self, pinned: pinning.Pinned[Read]) -> Read | None:
        if pinned.id is None:
            found = self._store.setting(pinned.setting)
            if found is None:
                return None
            pinned.id = MatterId(found)
        if pinned.value is None:
            with self.holding(pinned.id, new=True):
                pass  # Leaving it keeps what is read.
        elif pinned.doubted:
            self._reread(pinned)
        return pinned.value

    def forget(self, matter_id: MatterId) -> None:
        """Read a matter from the store again before its next use. From any thread, at once."""
        with self._lock:
            folder = self._folders.get(matter_id)
            if folder is not None:
                folder.stale = True
            for pinned in (self._directory, self._staff):
                pinned.doubted |= matter_id == pinned.id

    # --- folders -------------------------------------------------------------------------------

    def _taken(self, matter_id: MatterId) -> Folder:
        """The one folder of a matter, kept for as long as anybody uses it: two could diverge."""
        with self._lock:
            folder = self._folders.get(matter_id)
            if folder is None:
                folder = self._folders[matter_id] = Folder(self._empty(matter_id))
                self._make_room()
            self._folders.move_to_end(matter_id)
            folder.users += 1
            return folder

    def _left(self, folder: Folder) -> None:
        found = folder.matter
        with self._lock:
            folder.users -= 1
            self._records += len(found) - folder.records
            folder.records = len(found)
            if not folder.users and found.opening is None and not found.waiting:
                # Whoever asks for matters that do not exist displaces none that does.
                self._folders.pop(found.id, None)

    def _make_room(self) -> None:
        if len(self._folders) <= MATTERS_MAX and self._records <= RECORDS_MAX:
            return
        # A little more than needed, so that not every new folder looks for one to drop.
        matters_max, records_max = (most - most // 16 for most in (MATTERS_MAX, RECORDS_MAX))
        for matter_id, folder in list(self._folders.items())[:-1]:
            if len(self._folders) <= matters_max and self._records <= records_max:
                return
            if not folder.users:
                self._records -= folder.records
                del self._folders[matter_id]

    def _empty(self, matter_id: MatterId) -> matter.Matter:
        return matter.Matter(matter_id, self._registry)

    def _refresh(self, folder: Folder, begun: bool) -> None:
        """Read what may differ from the store; not while this thread is in the middle of a use."""
        if not folder.stale or folder.depth:
            return
        # Before it is read: what is doubted meanwhile is read again after this use.
        folder.stale = False
        if begun:
            return
        try:
            folder.matter, folder.title = self._read(folder.matter.id)
            line = self._store.matter(folder.matter.id) if len(folder.matter) else None
            folder.arrived = line.changed_at if line is not None else ""
        except BaseException:
            folder.stale = True
            raise

    def _read(self, matter_id: MatterId) -> tuple[matter.Matter, str]:
        found = self._empty(matter_id)
        settle(self._store)
        first = self._store.record(RecordId(matter_id))
        kind = self._registry.get(first.kind) if first is not None else None
        if kind is not None and kind.family == "access":
            # It grows with every read and is never folded (see `accounting`).
            return found, ""
        stored = self._store.records(matter_id)
        # Ancestors first, so that none has to wait, and none that waited in vain before is missed.
        records = [read_stored(one, self._registry) for one in stored]
        for one in sorted(records, key=lambda one: one.lamport):
            found.admit(one)
        return found, self._title(found)

    def _title(self, found: matter.Matter) -> str:
        opening = found.opening
        if opening is None:
            return ""
        texts = self._store.disclosures([opening.id]).get(opening.id, [])
        return title_of(self._registry, opening, texts)

    # --- the directory and the staff ------------------------------------------------------------

    def _after(self, folder: Folder) -> None:
        """What the end of a use asks for, under the folder's lock."""
        if folder.matter.fold_again:
            folder.stale = True
        for pinned in (self._directory, self._staff):
            if folder.matter.id == pinned.id and not folder.stale:
                pinned.take(folder.matter)

    def _reread(self, pinned: pinning.Pinned[Read]) -> None:
        """Read a doubted one again, unless somebody uses it: then what is known must do."""
        assert pinned.id is not None
        folder = self._taken(pinned.id)
        try:
            if folder.lock.acquire(blocking=False):
                try:
                    with self.holding(pinned.id, new=True):
                        pinned.doubted = False
                finally:
                    folder.lock.release()
        finally:
            self._left(folder)


def settle(store: port.Store) -> None:
    """Wait for what is queued, so that a read sees it: it may be of a folder dropped since."""
    try:
        store.settle()
    except errors.Unavailable:
        # Nothing is written any more, so there is nothing to wait for. It can still be read.
        return


def read_stored(stored: port.StoredRecord, registry: kinds.Registry) -> record.Record:
    """A stored record; `Unverified` when its bytes no longer have its id."""
    signed = envelope.parse(stored.envelope)
    if signed.digest != stored.id:
        raise errors.Unverified(
            "record-damaged",
            f"what is stored as {stored.id} has digest {signed.digest}",
            next_step="Stop the node and restore the store from a backup or from a peer.",
        )
    return record.parse(signed.payload, signed.digest, registry)


def title_of(registry: kinds.Registry, opening: record.Record, texts: list[str]) -> str:
    """The title of a matter, as far as it was disclosed here."""
    return title_in(opened(registry, opening, texts))


def title_in(said: kinds.Statement | None) -> str:
    """The title that a matter's first statement gives it."""
    match said:
        case cases.CaseOpened() | reports.ReportFiled():
            return said.title.shown or ""
        case directory.DirectoryFounded():
            return said.name
        case _:
            return ""


def opened(
    registry: kinds.Registry, one: record.Record, texts: list[str]
) -> kinds.Statement | None:
    """What a record says with the disclosures that are here; None for an unknown kind."""
    kind = registry.get(one.kind)
    if kind is None:
        return None
    return record.statement(kind, one.open, sealed.usable(one.open, texts))


def status_of(found: matter.Matter) -> str:
    """The word that the registry shows for a matter."""
    membership = found.membership
    if membership.closed:
        return "closed"
    if found.point.frozen:
        return "frozen"
    if found.type in ("report", "match"):
        views = found.things()
        return views[0].status if views else "open"
    return "open"


def priority_of(found: matter.Matter) -> str:
    """The priority of a case: the newest setting, `conflict` if there are two, else as opened."""
    newest = {str(one.open.get("priority")) for one in found.register("priority")}
    if len(newest) > 1:
        return "conflict"
    opening = found.opening
    first = str(opening.open.get("priority", "routine")) if opening else "routine"
    return newest.pop() if newest else first


def changed_at(folder: Folder) -> str:
    """When a matter changed: the latest instant that a record claims, but none after the last came.

    An author may claim any year, and must not lead every list here for ever.
    """
    claimed = folder.matter.changed_at
    return min(claimed, folder.arrived) if folder.arrived else claimed


def row_of(folder: Folder) -> port.MatterRow:
    """The registry line of a matter."""
    found = folder.matter
    opening = found.opening
    assert opening is not None
    membership = found.membership
    return port.MatterRow(
        id=found.id,
        type=found.type,
        lead=membership.lead,
        status=status_of(found),
        priority=priority_of(found),
        opened_at=opening.said_at,
        changed_at=changed_at(folder),
        parties=tuple(sorted(membership.parties)),
        title=folder.title,
        records=len(found),
    )
