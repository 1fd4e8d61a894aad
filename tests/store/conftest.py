"""A place for a store, once in SQLite and once in PostgreSQL."""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from comity.store import durable, opening, sqlite

_numbers = itertools.count()


@dataclass
class Place:
    """Where a store is; what was opened there is closed at the end of the test."""

    url: str
    folder: Path
    run: Callable[[str], None]
    """Run a statement in the database, behind the store's back."""
    opened: list[durable.DurableStore] = field(default_factory=list)

    def cut(self, store: durable.DurableStore) -> None:
        """Close the connection under the pen, as a lost disk or server does."""
        store._pen._writer.connection.connection.driver_connection.close()

    def open(self) -> durable.DurableStore:
        store = opening.open_store(self.url, folder=self.folder)
        self.opened.append(store)
        return store

    def reopen(self) -> durable.DurableStore:
        self.close()
        return self.open()

    def close(self) -> None:
        for store in self.opened:
            store.close()
        self.opened.clear()


@contextlib.contextmanager
def pen_held(store: durable.DurableStore) -> Iterator[None]:
    """While this lasts the pen takes nothing: what is queued meanwhile is taken together."""
    taken, gate = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        taken.set()
        assert gate.wait(30)

    store._pen.change(hold)
    assert taken.wait(30)
    yield
    gate.set()


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    """A data folder."""

    def run(statement: str) -> None:
        connection = sqlite.dbapi2.connect(str(tmp_path / sqlite.FILE), isolation_level=None)
        connection.executescript(statement)
        connection.close()

    place = Place("", tmp_path, run)
    yield place
    place.close()


@pytest.fixture
def postgres_place(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    """A schema of the server for tests."""
    name = f"store_{next(_numbers)}"
    joint = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{joint}options=-csearch_path%3D{name}"

    def run(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {name}".encode())
    place = Place(url, tmp_path, run)
    yield place
    place.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> Place:
    """Each engine in turn."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def store(place: Place) -> durable.DurableStore:
    """An empty store of each engine."""
    return place.open()
