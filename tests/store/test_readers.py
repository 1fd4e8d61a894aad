"""Connections that read: kept, bounded, and replaced when they break."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from comity import errors
from comity.store import readers
from tests.store.conftest import Place


def made(place: Place) -> tuple[readers.Readers, list[str]]:
    """Readers of a store, and a line for each connection that is taken from the pool."""
    engine = place.open()._readers._engine
    taken: list[str] = []
    event.listen(engine, "checkout", lambda *_: taken.append("taken"))
    return readers.Readers(engine), taken


def one(connection: sa.Connection) -> int:
    found: int = connection.exec_driver_sql("SELECT 1").scalar_one()
    return found


def test_one_connection_serves_one_read_after_the_other(place: Place) -> None:
    found, taken = made(place)
    assert [found.read(one) for _ in range(5)] == [1] * 5
    assert len(taken) == 1
    found.close()


def test_reads_at_the_same_time_have_connections_of_their_own_and_few_stay(place: Place) -> None:
    found, taken = made(place)
    together = Barrier(20)

    def slow(connection: sa.Connection) -> int:
        together.wait(10)
        return one(connection)

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(lambda _: found.read(slow), range(20))) == 20
    assert len(taken) == 20
    assert len(found._idle) == readers.IDLE_MAX
    found.close()
    assert not found._idle


def test_what_a_query_says_by_itself_goes_through_and_keeps_the_connection(place: Place) -> None:
    found, taken = made(place)

    def damaged(connection: sa.Connection) -> None:
        raise errors.Unverified("blob-damaged", "it is not what it was")

    with pytest.raises(errors.Unverified):
        found.read(damaged)
    assert found.read(one) == 1
    assert len(taken) == 1
    found.close()


def test_a_connection_on_which_a_read_failed_is_not_used_again(place: Place) -> None:
    found, taken = made(place)
    with pytest.raises(errors.Unavailable, match="cannot be read"):
        found.read(lambda connection: connection.exec_driver_sql("SELECT nothing"))
    assert found.read(one) == 1
    assert len(taken) == 2
    found.close()
