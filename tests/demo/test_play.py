"""The demonstration, as `make demo` plays it: real nodes, real doors, every step verified."""

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_step_of_the_play_verifies_what_it_shows() -> None:
    command = [sys.executable, "-m", "comity", "demo", "--check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"]
    assert len(told["steps"]) == 11
    assert all(step["verified"] for step in told["steps"])
