"""The PostgreSQL engine (15 or newer), for a node whose readers are several processes.

One connection writes. It holds an advisory lock for as long as it lives, so that the lock and the
right to write end together. Commits are flushed (`synchronous_commit`), and a server that does
not flush at all is refused. Connect to the server itself: a pool between that shares sessions
(PgBouncer's transaction mode) would lose the lock.
"""

import contextlib
from collections.abc import Collection
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import errors as pg
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import NullPool, QueuePool

from comity import errors
from comity.records.ids import AuthorityId, RecordId
from comity.store import draft, durable, migrating, pen, queries, tables

VERSION_MIN: Final = 150_000
READERS_MAX: Final = 40
"""Connections that read; eight stay open."""

SETTINGS: Final = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
"""What the writing connection must have; only the first can be set from here."""

LOCK_WAIT_MS: Final = 2_000
"""How long the pen is waited for: the server may not know yet that its last holder is dead."""

_LOCK: Final = "SELECT pg_advisory_lock(hashtextextended('comity pen ' || current_schema(), 0))"


def open_(url: str) -> durable.DurableStore:
    """Open the store in the database at `url`, making or migrating it first.

    1. Open the connection that writes and take the lock.
    2. Check the server, and bring the schema up to date.
    3. Read the edge of the ledger, then let the pen and the readers start.
    """
    # (1)
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    writer = PostgresWriter(address)
    try:
        # (2)
        check_server(writer.connection)
        migrating.bring_up_to_date(writer.connection, begin="BEGIN")

        # (3)
        edge = queries.edge(writer.connection)
    except BaseException:
        writer.close()
        raise
    return durable.DurableStore(pen.Pen(writer, edge), _readers(address), examine=examine)


def check_server(connection: sa.Connection) -> None:
    """`Unavailable` if the server is too old or may lose what it acknowledged."""
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if version < VERSION_MIN:
        raise errors.Unavailable(
            "postgres-old", f"the server has version {version}, {VERSION_MIN} or newer is needed"
        )
    for name, wanted in SETTINGS.items():
        found = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
        if found != wanted:
            raise errors.Unavailable(
                "postgres-setting",
                f"the server has {name}={found}, where {wanted} is needed to lose nothing",
                next_step="Change postgresql.conf and restart the server.",
            )


def examine(connection: sa.Connection) -> str:
    """PostgreSQL has no examination that needs no extension: nothing is found here."""
    return ""


def _readers(address: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=READERS_MAX - 8,
        pool_pre_ping=True,
        pool_reset_on_return=None,
    )

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.execute("SET default_transaction_read_only = on")

    return engine


def _insert(table: sa.Table) -> str:
    """The statement for any number of rows of `table`, a list for each column."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # it has no types
    names = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key]
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    taken = {
        "new": "",
        "keep": "ON CONFLICT DO NOTHING",
        "replace": f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {others}",
    }[draft.WRITTEN[table.name]]
    kinds = [column.type.compile(dialect).partition(" COLLATE")[0] for column in table.columns]
    lists = ", ".join(f"%b::{kind}[]" for kind in kinds)
    # Only names of our own tables are in this text.
    return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({lists}) {taken}"  # noqa: S608


class PostgresWriter:
    """The one connection that writes (`pen.Writer`).

    Statements go out together and their answers are read together (pipeline), so that a batch
    takes two journeys to the server.
    """

    def __init__(self, address: sa.URL) -> None:
        self._engine = sa.create_engine(
            address, isolation_level="AUTOCOMMIT", poolclass=NullPool, pool_reset_on_return=None
        )
        try:
            self.connection = self._engine.connect()
        except sa.exc.OperationalError as fault:
            raise errors.Unavailable(
                "database-unreachable",
                f"the database does not answer: {fault.orig}",
                next_step="Check the address in the settings and that the server runs.",
            ) from fault
        try:
            self._lock()
        except BaseException:
            self.close()
            raise
        self.connection.exec_driver_sql("SET synchronous_commit = on")
        driver = self.connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        self._driver: psycopg.Connection[Any] = driver
        self._inserts = {name: _insert(tables.metadata.tables[name]) for name in draft.WRITTEN}
        self._begun = True

    def _lock(self) -> None:
        """Take the lock, which lasts as long as the connection."""
        self.connection.exec_driver_sql(f"SET lock_timeout = {LOCK_WAIT_MS}")
        try:
            self.connection.exec_driver_sql(_LOCK)
        except sa.exc.OperationalError as fault:
            if not isinstance(fault.orig, pg.LockNotAvailable):
                raise
            raise errors.Unavailable(
                "pen-held",
                "another process writes to this database",
                next_step="Stop it first: one ledger has one writer.",
            ) from None
        self.connection.exec_driver_sql("SET lock_timeout = 0")

    def begin(self) -> None:
        """BEGIN goes out with the next statement."""
        self._begun = False

    def _start(self) -> None:
        if not self._begun:
            self._driver.execute("BEGIN")
            self._begun = True

    def leaves_of(self, records: Collection[RecordId]) -> dict[RecordId, int]:
        """The leaves of those that are stored."""
        with self._driver.pipeline():
            self._start()
            found = self._driver.execute(
                "SELECT id, leaf FROM records WHERE id = ANY(%b)", (list(records),), binary=True
            )
        return dict(found.fetchall())

    def last_number(self, peer: AuthorityId) -> int:
        """The last number in a stream."""
        asked = self._driver.execute("SELECT max(number) FROM outbox WHERE peer = %b", (peer,))
        row = asked.fetchone()
        return row[0] or 0 if row else 0

    def write(self, rows: draft.Rows) -> None:
        """Insert, a statement for each table."""
        self._send(rows)

    def commit(self, rows: draft.Rows) -> None:
        """Insert and commit. A crash before COMMIT is answered leaves all of it or nothing."""
        self._send(rows, "COMMIT")

    def _send(self, rows: draft.Rows, end: str = "") -> None:
        """In one journey. After an error the server passes over all that was sent behind it."""
        first: psycopg.Error | None = None
        try:
            with self._driver.pipeline():
                try:
                    self._insert_all(rows, end)
                except psycopg.Error as fault:
                    # The pipeline's own end would raise another, which says nothing.
                    first = fault
        except psycopg.Error as fault:
            raise first or fault from None
        if first is not None:
            raise first

    def _insert_all(self, rows: draft.Rows, end: str) -> None:
        self._start()
        for table, some in rows.items():
            if some:
                columns = [list(column) for column in zip(*some, strict=True)]
                self._driver.execute(self._inserts[table], columns)
        if end:
            self._driver.execute(end)

    def rollback(self) -> None:
        """Undo the transaction."""
        self._driver.execute("ROLLBACK")

    def savepoint(self) -> None:
        """A place to go back to."""
        self._start()
        self._driver.execute("SAVEPOINT job")

    def undo(self) -> None:
        """Go back to it."""
        self._driver.execute("ROLLBACK TO job")

    def refusal(self, fault: Exception) -> errors.ComityError | None:
        """A taken key or an unstorable value is the append's fault; all else is the store's."""
        if isinstance(fault, pg.UniqueViolation):
            name = fault.diag.constraint_name
            if name == "records_own":
                return pen.matter_moved()
            if name == "answered_pkey":
                return pen.key_used()
        # An index takes no more than 2,704 bytes: ProgramLimitExceeded.
        if isinstance(fault, psycopg.IntegrityError | psycopg.DataError | pg.ProgramLimitExceeded):
            return pen.malformed(fault)
        return None

    def close(self) -> None:
        """Close: the server undoes what was not committed and frees the lock."""
        # If the connection was lost before, there is nothing left to undo or to free.
        with contextlib.suppress(sa.exc.DBAPIError, sa.exc.InvalidRequestError):
            # By hand too: the server hears of the end of a connection a moment later.
            self.connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        with contextlib.suppress(sa.exc.DBAPIError):
            self.connection.close()
        self._engine.dispose()
