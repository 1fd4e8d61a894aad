import os
from pathlib import Path

from tests.cli import conftest, shell


def _found(done: shell.Done) -> dict[str, bool]:
    return {one["check"]: one["ok"] for one in done.json["checks"]}


def test_a_member_is_in_order(alliance: conftest.Alliance) -> None:
    done = alliance.south.run("doctor", "--json")
    assert done.code == 0, done.text
    assert done.json["ok"]
    wanted = {"folder", "room", "clock", "settings", "process", "keys", "store"}
    assert set(_found(done)) == wanted | {"directory", "peers", "staff"}
    assert alliance.south.run("doctor", "-q").text == ""


def test_a_node_without_a_directory_is_told_what_to_do(lone: shell.Shell) -> None:
    done = lone.run("doctor")
    assert done.code == 1
    assert "comity directory join" in done.text
    assert lone.run("doctor", "-q").lines == ["directory"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = shell.run("doctor", "--json", COMITY_DATA=str(tmp_path / "none"))
    assert (done.code, _found(done)) == (1, {"folder": False})


def test_a_folder_that_others_can_read_is_told(lone: shell.Shell) -> None:
    lone.data.chmod(0o755)
    assert not _found(lone.run("doctor", "--json"))["folder"]


def test_settings_that_cannot_be_read_are_told(lone: shell.Shell) -> None:
    (lone.data / "comity.toml").write_text("web_prt = 1\n")
    done = lone.run("doctor", "--json")
    assert not _found(done)["settings"]
    assert "web_prt" in done.text


def test_keys_that_are_damaged_are_told(lone: shell.Shell) -> None:
    (lone.data / "keys" / "card.json").write_text("{}")
    found = _found(lone.run("doctor", "--json"))
    assert not found["keys"]
    assert "store" not in found


def test_a_store_that_does_not_open_is_told(lone: shell.Shell) -> None:
    (lone.data / "store.db").write_bytes(b"no database at all" * 1_000)
    assert not _found(lone.run("doctor", "--json"))["store"]


def test_a_clock_that_went_back_is_told(lone: shell.Shell) -> None:
    later = 4_000_000_000
    os.utime(lone.data / "listing.json", (later, later))
    done = lone.run("doctor", "--json")
    assert not _found(done)["clock"]
    assert "before the last change here" in done.text
