import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from comity.api import local
from tests.cli import shell


def test_init_says_where_the_listing_is_and_what_comes_next(tmp_path: Path) -> None:
    made = shell.Shell("it-lone", tmp_path / "node")
    done = made.run(
        *("init", "it-lone", "--name", "Lone", "--country", "IT"),
        *("--address", "https://127.0.0.1:1", "--contact", "+39 000", "--role", "oversight"),
    )
    listing = tmp_path / "node" / "listing.json"
    said = json.loads(listing.read_bytes())
    assert (said["contact"], said["role"]) == ("+39 000", "oversight")
    assert str(listing) in done.text
    assert "comity directory found NAME" in done.text
    assert "comity directory join FILE --pin ID" in done.text


def test_a_node_serves_until_it_is_told_to_stop(lone: shell.Shell) -> None:
    command = [sys.executable, "-m", "comity", "serve", "--data", str(lone.data), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        web = process.stdout.readline().decode()
        assert web.startswith("http://127.0.0.1:")
        assert local.answers(lone.data)
        # In a process of its own: `serve` becomes the node's process.
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode in (5, 6), second.stderr
        assert second.stderr.startswith(("folder-held: ", "node-running: "))
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 0, process.stderr
    assert not local.answers(lone.data)
    assert not (lone.data / local.NAME).exists()


def test_the_demonstration_keeps_nothing_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    done = shell.run("demo", "--check", "--keep", tmp_path)
    assert (done.code, done.err.partition(":")[0]) == (5, "demo-folder")
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]
