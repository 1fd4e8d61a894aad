"""Two nodes that were set up by commands alone, and a case that both have."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.demo import stage
from tests.cli import shell


@dataclass(slots=True)
class Alliance:
    """North leads the directory; South joined it."""

    north: shell.Shell
    south: shell.Shell
    directory: str
    case: str
    stick: Path
    """A folder for what goes from one to the other."""


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    """Shared by tests that only add to it."""
    folder = tmp_path_factory.mktemp("alliance")
    north = shell.Shell("nl-north", folder / "north")
    south = shell.Shell("se-south", folder / "south")
    stick = folder / "stick"
    stick.mkdir()
    north.init(peer_port=stage.free_port())
    listing = south.init(peer_port=stage.free_port())
    directory = north.do("directory", "found", "Alliance of the tests")["directory"]
    north.do("directory", "admit", listing)
    north.do("directory", "export", stick / "directory.jsonl")
    south.do("directory", "join", stick / "directory.jsonl", "--pin", directory)
    north.hire()
    south.hire()
    case = north.open_case("se-south")
    shell.carry(north, south, stick)
    return Alliance(north, south, directory, case, stick)


@pytest.fixture
def lone(tmp_path: Path) -> shell.Shell:
    """A node that belongs to no directory yet."""
    made = shell.Shell("it-lone", tmp_path / "lone")
    made.init()
    return made
