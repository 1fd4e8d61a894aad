"""The SQLite engine: one file in the data folder, for a node that is one process.

Write-ahead log, flushed at every commit; one connection writes, others read beside it. Every
PRAGMA is read back, since setting one can fail without a word. Libraries in which a checkpoint
can lose another connection's commit (3.7.0 to 3.51.2) are refused.
"""

import contextlib
import functools
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pysqlite3 import dbapi2  # type: ignore[import-untyped]  # it has no types
from sqlalchemy.pool import QueuePool, StaticPool

from comity import errors
from comity.ledger import tiles
from comity.records.ids import AuthorityId, RecordId
from comity.store import draft, durable, folder_lock, migrating, pen, queries, tables

FILE: Final = "store.db"
BUSY_MS: Final = 5_000
READERS_MAX: Final = 64
"""Connections that read; eight stay open."""

_ROWS: Final = (64, 16, 4, 1)
"""Rows that one statement inserts; few sizes, so that each stays prepared."""

_BACKPORTS: Final = ((3, 44, 6), (3, 50, 7))
"""Older branches that got the fix too."""

_ALWAYS: Final[Mapping[str, int | str]] = {
    "journal_mode": "wal",
    "busy_timeout": BUSY_MS,
    "mmap_size": 0,
}
WRITER_PRAGMAS: Final[Mapping[str, int | str]] = {
    **_ALWAYS,
    "synchronous": 2,  # FULL: the log is flushed before a commit returns.
    "foreign_keys": 1,
    "secure_delete": 1,  # What is erased is overwritten, not only unlinked.
    "wal_autocheckpoint": 4_000,  # Pages of 4 KiB.
    "journal_size_limit": 67_108_864,
}
READER_PRAGMAS: Final[Mapping[str, int | str]] = {**_ALWAYS, "query_only": 1}


def open_(folder: Path) -> durable.DurableStore:
    """Open the store in `folder`, making or migrating it first.

    1. Refuse an unsafe library, and a folder that another process has open.
    2. Open the connection that writes, and bring the schema up to date.
    3. Read the edge of the ledger, then let the pen and the readers start.
    """
    # (1)
    check_library(dbapi2.sqlite_version_info)
    lock = folder_lock.FolderLock(folder)
    try:
        # (2)
        writer = SqliteWriter(folder / FILE)
        try:
            migrating.bring_up_to_date(writer.connection, begin="BEGIN IMMEDIATE")
            _sync(folder)

            # (3)
            edge = queries.edge(writer.connection)
        except BaseException:
            writer.close()
            raise
        return _started(folder, lock, writer, edge)
    except BaseException:
        lock.release()
        raise


def _started(
    folder: Path, lock: folder_lock.FolderLock, writer: "SqliteWriter", edge: tiles.Edge
) -> durable.DurableStore:
    readers = _engine(
        folder / FILE,
        READER_PRAGMAS,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=READERS_MAX - 8,
    )
    return durable.DurableStore(
        pen.Pen(writer, edge), readers, released=lock.release, examine=examine
    )


def check_library(version: tuple[int, ...]) -> None:
    """Refuse a library with the WAL-reset fault (https://sqlite.org/wal.html, 2026)."""
    fixed = version >= (3, 51, 3) or any(
        version[:2] == backport[:2] and version >= backport for backport in _BACKPORTS
    )
    if not fixed:
        raise errors.Unavailable(
            "sqlite-unsafe",
            f"SQLite {'.'.join(map(str, version))} has the WAL-reset fault: a checkpoint can lose "
            "what another connection committed",
            next_step="Install a pysqlite3 that brings SQLite 3.51.3 or newer.",
        )


def examine(connection: sa.Connection) -> str:
    """What SQLite's own examination finds first; empty if it finds nothing."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    return "" if found == "ok" else str(found)


def apply(connection: Any, pragmas: Mapping[str, int | str]) -> None:
    """Set each PRAGMA of a driver's connection and read it back; `Unavailable` if one differs."""
    for name, wanted in pragmas.items():
        connection.execute(f"PRAGMA {name}={wanted}").fetchall()
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is None or row[0] != wanted:
            raise errors.Unavailable(
                "sqlite-setting",
                f"SQLite has {name}={row[0] if row else None} where {wanted} was set",
                next_step="Look at the disk and at the rights of the data folder, then try again.",
            )


def _engine(path: Path, pragmas: Mapping[str, int | str], **pool: Any) -> sa.Engine:
    def connect() -> Any:
        # isolation_level=None: the driver begins and commits nothing by itself.
        connection = dbapi2.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            apply(connection, pragmas)
        except BaseException:
            connection.close()
            raise
        return connection

    return sa.create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=connect,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        **pool,
    )


@functools.cache
def _insert(name: str, count: int) -> str:
    """The statement for `count` rows of a table, as `draft.WRITTEN` says."""
    table = tables.metadata.tables[name]
    names = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key]
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    taken = {
        "new": "",
        "keep": "ON CONFLICT DO NOTHING",
        "replace": f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {others}",
    }[draft.WRITTEN[name]]
    row = f"({', '.join('?' * len(names))})"
    rows = ", ".join([row] * count)
    # Only names of our own tables are in this text.
    return f"INSERT INTO {name} ({', '.join(names)}) VALUES {rows} {taken}"  # noqa: S608


class SqliteWriter:
    """The one connection that writes (`pen.Writer`)."""

    def __init__(self, path: Path) -> None:
        self._engine = _engine(path, WRITER_PRAGMAS, poolclass=StaticPool)
        self.connection = self._engine.connect()
        self._driver: Any = self.connection.connection.driver_connection

    def begin(self) -> None:
        """Take the write lock at once, so that nothing fails half-way for want of it."""
        self._driver.execute("BEGIN IMMEDIATE")

    def leaves_of(self, records: Collection[RecordId]) -> dict[RecordId, int]:
        """The leaves of those that are stored."""
        found = self._driver.execute(
            "SELECT id, leaf FROM records WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(records)),),
        )
        return dict(found.fetchall())

    def last_number(self, peer: AuthorityId) -> int:
        """The last number in a stream."""
        asked = self._driver.execute("SELECT max(number) FROM outbox WHERE peer = ?", (peer,))
        return asked.fetchone()[0] or 0

    def write(self, rows: draft.Rows) -> None:
        """Insert, table by table, many rows in one statement.

        The driver lets other threads run at every statement and must then wait for its turn.
        """
        for table, some in rows.items():
            at = 0
            for count in _ROWS:
                while len(some) - at >= count:
                    values = [value for row in some[at : at + count] for value in row]
                    self._driver.execute(_insert(table, count), values)
                    at += count

    def commit(self, rows: draft.Rows) -> None:
        """Insert and commit. A crash before COMMIT returns leaves all of it or nothing."""
        self.write(rows)
        self._driver.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction."""
        self._driver.execute("ROLLBACK")

    def savepoint(self) -> None:
        """A place to go back to."""
        self._driver.execute("SAVEPOINT job")

    def undo(self) -> None:
        """Go back to it."""
        self._driver.execute("ROLLBACK TO job")

    def refusal(self, fault: Exception) -> errors.ComityError | None:
        """A taken key or an unstorable value is the append's fault; all else is the store's."""
        if isinstance(fault, dbapi2.IntegrityError):
            text = str(fault)
            if "records.matter, records.seq" in text:
                return pen.matter_moved()
            if "answered.officer, answered.key" in text:
                return pen.key_used()
        if isinstance(fault, dbapi2.IntegrityError | dbapi2.DataError):
            return pen.malformed(fault)
        return None

    def close(self) -> None:
        """Close; SQLite undoes what was not committed."""
        # If the connection was lost before, there is nothing left to undo.
        with contextlib.suppress(sa.exc.DBAPIError):
            self.connection.close()
        self._engine.dispose()


def _sync(folder: Path) -> None:
    """Make the names of the database's files durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
