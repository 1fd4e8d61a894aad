"""Reads beside the pen."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from comity import errors
from comity.store import durable, port
from tests.store import acts
from tests.store.conftest import Place, pen_held


def test_reading_does_not_wait_for_the_pen(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    with pen_held(store):
        queued = store.append(acts.act(1, opening.matter))
        assert len(store.records(opening.matter)) == 1
        assert store.size == 1
        assert not queued.done()
    queued.result()
    assert len(store.records(opening.matter)) == 2


def test_many_readers_at_once(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda _: store.record(opening.id), range(400)))
    assert {one.leaf for one in found if one is not None} == {0}
    assert None not in found


def test_a_fault_of_reading_is_one_of_the_six_errors(place: Place) -> None:
    store = place.open()
    place.run("ALTER TABLE settings RENAME TO elsewhere")
    with pytest.raises(errors.Unavailable) as caught:
        store.setting("name")
    assert caught.value.code == "storage-unreadable"


def test_closing_twice_is_closing_once(place: Place) -> None:
    store = place.open()
    store.append(acts.act(0)).result()
    store.close()
    store.close()
    assert place.reopen().size == 1


def test_a_stream_that_is_not_read_to_its_end_holds_nothing(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    more = tuple(acts.record(n, opening.matter) for n in range(1, 700))
    store.append(port.Append(records=(opening, *more))).result()
    streams = [store.all_records() for _ in range(100)]
    assert [next(one).leaf for one in streams] == [0] * 100
    assert store.record(opening.id) is not None
