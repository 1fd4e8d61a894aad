"""Connections that read, beside the pen's.

A pool gives them out; the few that were used last stay open here between two reads, for handing
one back to the pool and taking it again costs more than a small query. Each read is a transaction
of its own. Where the server went away, what was open is dropped and the read is tried once more.
"""

import contextlib
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from comity import errors

P = ParamSpec("P")
T = TypeVar("T")

IDLE_MAX: Final = 8
"""Connections that stay open while nobody reads."""


class Readers:
    """Reads for any thread, each with a connection of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._idle: list[sa.Connection] = []
        """The one used last stands last. Appending and popping are atomic."""

    def read(
        self,
        query: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """What `query` finds; `Unavailable` if the store cannot be read."""
        try:
            try:
                return self._with(self._taken(), query, *args, **named)
            except DBAPIError as fault:
                if not fault.connection_invalidated:
                    raise
                # What was opened before the server went away is of no use now that it may be back.
                self._drop()
            return self._with(self._engine.connect(), query, *args, **named)
        except SQLAlchemyError as fault:
            raise errors.Unavailable(
                "storage-unreadable",
                f"the store cannot be read: {type(fault).__name__}: {fault}",
                next_step="Look at the disk or the database server; if it goes on, run a check.",
            ) from fault

    def _taken(self) -> sa.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def _with(
        self,
        connection: sa.Connection,
        query: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        try:
            return query(connection, *args, **named)
        except SQLAlchemyError:
            connection.invalidate()
            raise
        finally:
            if connection.invalidated or len(self._idle) >= IDLE_MAX:
                connection.close()
            else:
                self._idle.append(connection)

    def _drop(self) -> None:
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()

    def close(self) -> None:
        """Close what nobody reads with."""
        self._drop()
        self._engine.dispose()
