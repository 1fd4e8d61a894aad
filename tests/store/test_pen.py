"""The pen: batches, refusals, faults, and SIGKILL under load on each engine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
