"""The pen: batches, refusals, faults, and SIGKILL under load on each engine."""

import dataclasses
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from comity import errors
from comity.ledger import tiles, tree
from comity.records.ids import RecordId
from comity.store import durable, pen, port
from tests.store import acts
from tests.store.acts import TURIN
from tests.store.conftest import Place, pen_held

ROOT = Path(__file__).resolve().parents[2]


def test_a_leaf_whose_tile_says_otherwise_is_found() -> None:
    ids = [acts.record(n).id for n in range(300)]
    hashes = [tree.leaf_hash(bytes.fromhex(one)) for one in ids]
    _, changed, edge = tiles.extend(0, tiles.EMPTY_EDGE, hashes)
    pen.check_leaves(0, ids, changed)
    for leaf in (0, 255, 256, 299):
        tile = bytearray(changed[0, leaf >> 8])
        tile[(leaf & 255) * 32 + 31] ^= 0x80
        with pytest.raises(Exception, match=f"leaf {leaf} "):
            pen.check_leaves(0, ids, {**changed, (0, leaf >> 8): bytes(tile)})
    with pytest.raises(Exception, match="leaf 3 "):
        pen.check_leaves(0, [*ids[:3], RecordId("0" * 64), *ids[4:]], changed)
    assert edge.size == 300


def test_what_waits_while_a_commit_goes_on_is_one_transaction(
    store: durable.DurableStore,
) -> None:
    commits: list[port.Appended] = []
    store.on_commit(commits.append)
    opening = acts.record(0)
    more = [acts.act(n, opening.matter) for n in range(1, 700)]
    with pen_held(store):
        first = store.append(port.Append(records=(opening,)))
        futures = [store.append(one) for one in more]
    assert [one.result().leaves for one in (first, *futures)] == [(n,) for n in range(700)]
    store.save_setting("x", "y")
    # 512 at most, so that nobody waits without end.
    assert [len(one.leaves) for one in commits] == [512, 188]


def test_changes_and_appends_keep_their_order_within_a_batch(
    store: durable.DurableStore,
) -> None:
    opening = acts.record(0)
    with pen_held(store):
        store.append(port.Append(records=(opening,)))
        one = store.append(acts.act(1, opening.matter, peers=[TURIN]))
        seen = store._pen.change(
            lambda connection: connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar()
        )
        two = store.append(acts.act(2, opening.matter, peers=[TURIN]))
    assert seen.result() == 1
    assert one.result().size == two.result().size == 3


def test_a_refusal_in_a_large_batch_costs_nobody_else_anything(
    store: durable.DurableStore,
) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    stray = port.Append(outgoing=(port.Outgoing(TURIN, RecordId("f" * 64)),))
    with pen_held(store):
        pairs = [
            (
                store.append(acts.act(n, opening.matter, peers=[TURIN])),
                store.append(stray),
                store._pen.change(lambda found: found.exec_driver_sql("SELECT 7").scalar()),
            )
            for n in range(1, 40)
        ]
    assert [good.result().leaves for good, _, _ in pairs] == [(n,) for n in range(1, 40)]
    assert all(bad.exception() is not None for _, bad, _ in pairs)
    assert [seven.result() for _, _, seven in pairs] == [7] * 39
    assert [row.number for row in store.pending(TURIN, 99)] == list(range(1, 40))


def test_settling_waits_for_what_is_queued_or_under_way(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    settled = threading.Event()

    def settle() -> None:
        store.settle()
        settled.set()

    with pen_held(store):
        # The change that holds the pen is under way, the append is queued behind it.
        queued = store.append(port.Append(records=(opening,)))
        thread = threading.Thread(target=settle)
        thread.start()
        assert not settled.wait(0.05)
    assert settled.wait(10)
    thread.join()
    assert queued.done()
    assert store.held([opening.id]) == {opening.id}


def test_settling_costs_nothing_while_nothing_is_queued(store: durable.DurableStore) -> None:
    commits: list[port.Appended] = []
    store.on_commit(commits.append)
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    stray = store.append(port.Append(outgoing=(port.Outgoing(TURIN, RecordId("f" * 64)),)))
    assert stray.exception() is not None
    store.save_setting("x", "y")
    for _ in range(3):
        store.settle()
    # The writer's thread tells of commits in their order.
    store.save_setting("x", "z")
    assert [one.leaves for one in commits] == [(0,)]


def test_settling_a_store_that_failed_says_so(place: Place) -> None:
    store = place.open()
    place.cut(store)
    assert store.append(port.Append(records=(acts.record(0),))).exception(10) is not None
    with pytest.raises(errors.Unavailable, match="failed"):
        store.settle()


def standing(n: int, *ancestors: port.NewRecord) -> port.NewRecord:
    """The n-th own record of the matter of its ancestors."""
    made = acts.record(n, ancestors[0].matter)
    return dataclasses.replace(made, after=tuple(one.id for one in ancestors))


@pytest.mark.parametrize("together", [True, False])
def test_what_stands_on_a_refused_record_is_refused_with_it(
    store: durable.DurableStore, together: bool
) -> None:
    """Stored, it would wait for ever, here and wherever it is sent."""
    opening = acts.record(0)
    taken = standing(1, opening)
    store.append(port.Append(records=(opening,))).result()
    store.append(port.Append(records=(taken,))).result()
    late = dataclasses.replace(standing(1, opening), id=RecordId("a" * 64))
    chain = [late, standing(2, late), standing(3, standing(2, late))]
    futures = []
    for row in (chain,) if together else ([one] for one in chain):
        with pen_held(store):
            futures += [store.append(port.Append(records=(one,))) for one in row]
            good = store.append(port.Append(records=(acts.record(0, by=TURIN, own=False),)))
        assert good.exception(10) is None
    for future in futures:
        fault = future.exception(10)
        assert isinstance(fault, errors.Conflict)
        assert fault.code == "matter-moved"
    assert store.held([one.id for one in chain]) == set()
    after = standing(2, taken)
    assert store.append(port.Append(records=(after,))).result().leaves == (3,)


def test_a_foreign_record_may_wait_for_what_is_not_here(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    late = acts.record(1, opening.matter, own=False, by=TURIN)
    assert store.append(port.Append(records=(late,))).result().leaves == (0,)


def test_what_stands_on_a_record_of_the_same_append_is_taken(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    both = (opening, standing(1, opening))
    assert store.append(port.Append(records=both)).result().leaves == (0, 1)


@pytest.mark.slow
def test_what_was_acknowledged_survives_sigkill_at_any_moment(place: Place) -> None:
    """Fifteen kills; the child of each appends from six threads and prints after each answer."""
    command = [sys.executable, "-m", "tests.store.killing", place.url, str(place.folder), "15"]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},  # noqa: TID251 - where to find the code
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.split()
    assert words[:2] == ["15", "kills"]
    assert int(words[2]) > 150, "too few acknowledged to prove anything"
