"""SIGKILL at random moments: no acknowledged act is lost, no half act is left.

`COMITY_KILLS=200` runs as many kills as the promise names; the default keeps the suite short.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from comity import node
from comity.config import Settings
from comity.records.ids import MatterId, RecordId
from comity.store import scrub
from tests.world.world import LYON, TURIN, World

KILLS = int(os.environ.get("COMITY_KILLS", "10"))  # noqa: TID251  # a knob of this test


@pytest.mark.slow
@pytest.mark.timeout(60 + KILLS * 10)
def test_a_killed_node_keeps_every_acknowledged_act_and_no_half_one(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.found(LYON, TURIN)
    world.close()
    folder = tmp_path / LYON
    chance = random.Random(20261124)
    acknowledged: dict[str, tuple[str, int]] = {}
    for turn in range(1, KILLS + 1):
        acknowledged |= run_until_killed(folder, chance.uniform(0.0, 0.4))
        # Every byte from time to time and at the end: it takes longer the more there is.
        check(folder, acknowledged, whole=turn % 10 == 0 or turn == KILLS)
    assert len(acknowledged) > 20 * KILLS


def run_until_killed(folder: Path, seconds: float) -> dict[str, tuple[str, int]]:
    """Start the node, let it act for `seconds` after its first act, kill it; what it told."""
    command = [sys.executable, "-m", "tests.durability.child", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        assert lines[0], "the node did not start"
        killer = threading.Timer(seconds, child.send_signal, (signal.SIGKILL,))
        killer.start()
        lines += child.stdout.readlines()
        killer.join()
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {record: (matter, int(leaf)) for record, matter, leaf in whole}


def check(folder: Path, acknowledged: dict[str, tuple[str, int]], *, whole: bool) -> None:
    """Everything that was acknowledged is there, and what came last fits together."""
    made = node.open_(Settings(data=folder))
    try:
        store = made.tools.store
        assert not whole or scrub.check(store) is None
        assert store.held(acknowledged) == set(acknowledged)
        for record, (_, leaf) in list(acknowledged.items())[-50:]:
            assert store.leaf(record) == leaf
        queued = {one.record for one in store.pending(TURIN, 10**6)}
        for matter in {MatterId(matter) for matter, _ in list(acknowledged.values())[-50:]}:
            check_matter(made, matter, queued)
    finally:
        made.close()


def check_matter(made: node.Node, matter: MatterId, queued: set[RecordId]) -> None:
    """No record without its disclosure, its registry line and its outgoing row."""
    store = made.tools.store
    with made.tools.cabinet.holding(matter) as folder:
        records = folder.matter.timeline()
        assert not folder.matter.waiting
        assert not folder.matter.rejections
    shown = store.disclosures([one.id for one in records])
    assert set(shown) == {one.id for one in records}
    line = store.matter(matter)
    assert line is not None
    assert line.records == len(records)
    assert {one.id for one in records} <= queued
