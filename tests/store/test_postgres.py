"""The PostgreSQL engine: one pen, and no server that may forget."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from comity import errors
from comity.store import opening, port, postgres, scrub
from tests.store import acts
from tests.store.acts import TURIN
from tests.store.conftest import Place

pytestmark = pytest.mark.postgres


def test_another_process_does_not_get_the_pen(
    postgres_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_WAIT_MS", 50)
    first = postgres_place.open()
    with pytest.raises(errors.Unavailable) as caught:
        postgres_place.open()
    assert caught.value.code == "pen-held"
    assert first.append(acts.act(0)).result().size == 1
    assert postgres_place.reopen().size == 1


def test_whoever_loses_the_connection_loses_the_pen_and_writes_nothing_more(
    postgres_place: Place,
) -> None:
    store = postgres_place.open()
    store.append(acts.act(0)).result()
    writer = store._pen._writer
    pid = writer.connection.connection.driver_connection.info.backend_pid
    postgres_place.run(f"SELECT pg_terminate_backend({pid}, 5000)")
    fault = store.append(acts.act(1)).exception()
    assert isinstance(fault, errors.Unavailable)
    assert fault.code == "storage-failed"
    # Another process may have the pen now; the first one stays closed for writing.
    postgres_place.close()
    other = postgres_place.open()
    assert other.size == 1
    late = store.append(acts.act(2)).exception()
    assert isinstance(late, errors.Unavailable)
    assert scrub.check(other) is None


def test_readers_come_back_when_the_server_does(postgres_place: Place) -> None:
    store = postgres_place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    assert store.record(opening.id) is not None
    writer = store._pen._writer.connection.connection.driver_connection.info.backend_pid
    postgres_place.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid NOT IN"
        f" ({writer}, pg_backend_pid()) AND backend_type = 'client backend'"
    )
    assert store.record(opening.id) is not None


def test_readers_cannot_write(postgres_place: Place) -> None:
    store = postgres_place.open()
    with pytest.raises(errors.Unavailable):
        store._read(lambda connection: connection.exec_driver_sql("DELETE FROM records"))


def test_commits_wait_for_the_disk(postgres_place: Place) -> None:
    with psycopg.connect(postgres_place.url, autocommit=True) as connection:
        connection.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
        try:
            writer = postgres_place.open()._pen._writer
            found = writer.connection.exec_driver_sql("SHOW synchronous_commit").scalar()
        finally:
            connection.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit")
    assert found == "on"


@pytest.mark.parametrize(("name", "wanted"), postgres.SETTINGS.items())
def test_a_server_that_may_forget_is_refused(
    postgres_place: Place, monkeypatch: pytest.MonkeyPatch, name: str, wanted: str
) -> None:
    # The server for tests flushes; so ask of it what it does not have.
    monkeypatch.setattr(postgres, "SETTINGS", {**postgres.SETTINGS, name: "something else"})
    with pytest.raises(errors.Unavailable) as caught:
        postgres_place.open()
    assert caught.value.code == "postgres-setting"
    assert f"{name}={wanted}" in caught.value.message


def test_an_old_server_is_refused(postgres_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "VERSION_MIN", 990_000)
    with pytest.raises(errors.Unavailable) as caught:
        postgres_place.open()
    assert caught.value.code == "postgres-old"


def test_a_server_that_is_not_there_is_one_of_the_six_errors() -> None:
    with pytest.raises(errors.Unavailable) as caught:
        postgres.open_("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert caught.value.code == "database-unreachable"


def test_a_schema_that_is_not_there_is_said(postgres_url: str, tmp_path: Path) -> None:
    joint = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{joint}options=-csearch_path%3Dno_such_schema"
    with pytest.raises(errors.Unavailable, match="no schema"):
        opening.open_store(url, folder=tmp_path)


def test_a_batch_takes_two_journeys_to_the_server(postgres_place: Place) -> None:
    """With the server far away, journeys are what an append costs."""
    store = postgres_place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    store.append(acts.act(1, opening.matter, peers=[TURIN])).result()
    counting = Counting(store._pen._writer._driver)
    store._pen._writer._driver = counting
    store.append(acts.act(2, opening.matter, peers=[TURIN])).result()
    assert counting.journeys == 2


class Counting:
    """A connection that counts how often it waits for the server."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._together = False
        self.journeys = 0

    @contextlib.contextmanager
    def pipeline(self) -> Iterator[None]:
        self.journeys += 1
        with self._driver.pipeline():
            self._together = True
            yield
            self._together = False

    def execute(self, *what: Any, **how: Any) -> Any:
        self.journeys += not self._together
        return self._driver.execute(*what, **how)


def test_the_lock_is_of_the_schema(postgres_place: Place) -> None:
    address = sa.make_url(postgres_place.url).set(drivername="postgresql+psycopg")
    one = postgres.PostgresWriter(address)
    other = postgres.PostgresWriter(address.set(query={**address.query, "options": ""}))
    other.close()
    one.close()
