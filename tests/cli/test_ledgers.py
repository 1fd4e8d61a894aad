import subprocess
import sys
from collections.abc import Iterator
from typing import Self

import pytest

from comity import errors
from comity.cli import ledgers
from comity.cli.options import Options
from comity.demo import stage
from tests.cli import conftest


@pytest.fixture
def served(alliance: conftest.Alliance) -> Iterator[conftest.Alliance]:
    """The alliance while South runs."""
    command = [sys.executable, "-m", "comity", "serve", "-q", "--data", str(alliance.south.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b"http://")
            yield alliance
        finally:
            process.terminate()
            process.wait(20)


def test_the_ledger_of_a_member_is_rebuilt_and_holds(served: conftest.Alliance) -> None:
    # A node that starts shows its ledger to nobody before it heard what its peers saw of it.
    stage.wait(30, "South", lambda: served.north.run("ledger", "audit", "se-south").code == 0)
    said = served.north.do("ledger", "audit", "se-south")
    assert (said["authority"], said["fault"]) == ("se-south", "")
    assert said["size"] > 0
    assert len(said["root"]) == 64


def test_a_member_that_is_silent_is_not_reachable(alliance: conftest.Alliance) -> None:
    done = alliance.north.run("ledger", "audit", "se-south")
    assert (done.code, done.err.partition(":")[0]) == (6, "peer-unreachable")
    assert alliance.north.run("ledger", "audit", "xx-nobody").code == 3
    assert alliance.north.run("ledger", "audit", "Nobody!").code == 2


def test_a_ledger_that_does_not_hold_ends_with_code_7(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {
        "authority": "se-south",
        "size": 3,
        "root": "00" * 32,
        "fault": "tile 0/0 differs",
        "witnesses": [],
        "seen_size": 2,
    }

    class Node:
        def __init__(self, options: Options) -> None:
            pass

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def post(self, path: str) -> object:
            return found

    monkeypatch.setattr("comity.cli.client.Client", Node)
    assert ledgers.audit("se-south") == errors.Unverified.exit_code
    assert "WRONG: tile 0/0 differs" in capsys.readouterr().out
