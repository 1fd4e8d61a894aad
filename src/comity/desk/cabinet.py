"""The cabinet: matters as they stand, in memory, one lock each.

A matter is folded once and then extended by each new record, so that no page and no act folds it
again. It is the same fold as from the store; after a failed write the node stops, so memory is
never ahead of what a restart would find except for acts that nobody was told of.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from comity import errors
from comity.matters import cases, directory, matter, reports
from comity.records import envelope, kinds, record, sealed
from comity.records.ids import MatterId
from comity.store import port

MATTERS_MAX = 512
"""Matters kept in memory; the one unused longest makes room."""

DIRECTORY_SETTING = "directory"


@dataclass(slots=True)
class Folder:
    """One matter with what the registry shows of it. Use it only under its lock."""

    matter: matter.Matter
    title: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)


class Cabinet:
    """Every matter of this node, opened on demand."""

    def __init__(self, store: port.Store, registry: kinds.Registry) -> None:
        self._store = store
        self._registry = registry
        self._folders: OrderedDict[MatterId, Folder] = OrderedDict()
        self._lock = threading.Lock()
        self._directory: tuple[int, directory.Directory] | None = None

    @contextmanager
    def holding(
        self, matter_id: MatterId, *, new: bool = False, begun: bool = False
    ) -> Iterator[Folder]:
        """The folder of a matter, for this thread alone; `NotFound` unless it exists or is `new`.

        With `begun` its first record was made just now, so that the store cannot hold it yet.
        The lock is held while a record is made and queued, never while its commit is awaited.
        """
        folder = self._get(matter_id, begun)
        with folder.lock:
            if not len(folder.matter) and not new:
                raise errors.NotFound("matter-unknown", f"there is no matter {matter_id} here")
            yield folder

    def _get(self, matter_id: MatterId, begun: bool) -> Folder:
        with self._lock:
            folder = self._folders.get(matter_id)
            if folder is not None:
                self._folders.move_to_end(matter_id)
                return folder
            folder = self._folders[matter_id] = Folder(matter.Matter(matter_id, self._registry))
            # Taken before anyone else can see it, so that nobody finds it half filled.
            folder.lock.acquire()
            self._make_room()
        try:
            if not begun:
                self._fill(folder)
        finally:
            folder.lock.release()
        return folder

    def _make_room(self) -> None:
        if len(self._folders) <= MATTERS_MAX:
            return
        for matter_id in list(self._folders):
            if len(self._folders) <= MATTERS_MAX - MATTERS_MAX // 16:
                return
            folder = self._folders[matter_id]
            if folder.lock.acquire(blocking=False):
                # A folder that is being used stays: dropping it could let two folds diverge.
                folder.lock.release()
                del self._folders[matter_id]

    def _fill(self, folder: Folder) -> None:
        stored = self._store.records(folder.matter.id)
        found = [read_stored(one, self._registry) for one in stored]
        # Ancestors first, so that none has to wait, and none that waited in vain before is missed.
        for one in sorted(found, key=lambda one: one.lamport):
            folder.matter.admit(one)
        if folder.matter.opening is not None:
            folder.title = self._title(folder.matter)

    def _title(self, found: matter.Matter) -> str:
        opening = found.opening
        assert opening is not None
        texts = self._store.disclosures([opening.id]).get(opening.id, [])
        return title_of(self._registry, opening, texts)

    def directory(self) -> directory.Directory | None:
        """The pinned directory as it stands, read again only when it grew."""
        pinned = self._store.setting(DIRECTORY_SETTING) if self._directory is None else None
        matter_id = self._directory[1].matter.id if self._directory else pinned
        if matter_id is None:
            return None
        with self.holding(MatterId(matter_id), new=True) as folder:
            size = len(folder.matter)
            if self._directory is None or self._directory[0] != size:
                self._directory = (size, directory.directory(folder.matter))
            return self._directory[1]

    def forget(self, matter_id: MatterId) -> None:
        """Drop a folder, so that the next use reads it from the store."""
        with self._lock:
            self._folders.pop(matter_id, None)


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
        changed_at=found.changed_at,
        parties=tuple(sorted(membership.parties)),
        title=folder.title,
        records=len(found),
    )
