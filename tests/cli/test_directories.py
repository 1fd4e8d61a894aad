import json
from pathlib import Path

import pytest

from tests.cli import conftest, shell


def test_members_know_each_other_by_the_same_directory(alliance: conftest.Alliance) -> None:
    north, south = (one.do("directory", "show") for one in (alliance.north, alliance.south))
    assert north == south
    assert north["directory"] == alliance.directory
    assert [one["authority"] for one in north["authorities"]] == ["nl-north", "se-south"]
    assert alliance.south.run("directory", "show", "-q").lines == ["nl-north", "se-south"]


def test_the_directory_goes_to_a_new_file(alliance: conftest.Alliance, tmp_path: Path) -> None:
    said = alliance.south.do("directory", "export", tmp_path / "directory.jsonl")
    data = (tmp_path / "directory.jsonl").read_bytes()
    assert said["bytes"] == len(data)
    alliance.north.do("directory", "export", tmp_path / "same.jsonl")
    assert (tmp_path / "same.jsonl").read_bytes() == data
    assert alliance.north.run("directory", "export", tmp_path / "directory.jsonl").code == 5


def test_a_directory_with_another_id_is_not_joined(
    alliance: conftest.Alliance, lone: shell.Shell, tmp_path: Path
) -> None:
    alliance.north.do("directory", "export", tmp_path / "file")
    done = lone.run("directory", "join", tmp_path / "file", "--pin", "0" * 64)
    assert (done.code, done.err.partition(":")[0]) == (7, "directory-not-pinned")


def test_a_node_that_is_not_listed_does_not_join(
    alliance: conftest.Alliance, lone: shell.Shell, tmp_path: Path
) -> None:
    alliance.north.do("directory", "export", tmp_path / "file")
    done = lone.run("directory", "join", tmp_path / "file", "--pin", alliance.directory)
    assert (done.code, done.err.partition(":")[0]) == (4, "not-listed")


def test_a_node_belongs_to_one_directory(alliance: conftest.Alliance) -> None:
    done = alliance.south.run("directory", "found", "Another alliance")
    assert (done.code, done.err.partition(":")[0]) == (5, "directory-pinned")


@pytest.mark.parametrize("listing", [b"", b"[]", b"{}", b'{"authority": "it-lone"}', b"\xff"])
def test_what_is_no_listing_is_not_admitted(
    alliance: conftest.Alliance, tmp_path: Path, listing: bytes
) -> None:
    (tmp_path / "listing.json").write_bytes(listing)
    done = alliance.north.run("directory", "admit", tmp_path / "listing.json")
    assert done.code == 2, done.err


def test_a_founder_may_name_another_listing(lone: shell.Shell, tmp_path: Path) -> None:
    listing = json.loads((lone.data / "listing.json").read_bytes())
    (tmp_path / "mine.json").write_text(json.dumps(listing | {"contact": "+39 111"}))
    lone.do("directory", "found", "Alone", "--listing", tmp_path / "mine.json")
    assert lone.do("directory", "show")["authorities"][0]["contact"] == "+39 111"


def test_the_peers_are_the_others(alliance: conftest.Alliance) -> None:
    said = alliance.south.do("peer", "list")["peers"]
    assert [(one["authority"], one["role"]) for one in said] == [("nl-north", "member")]
    assert alliance.south.run("peer", "list").lines[0].startswith("nl-north\t")
