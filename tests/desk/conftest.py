"""Worlds for the tests of the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.world import LYON, OSLO, TURIN, Member, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def three(world: World) -> list[Member]:
    """Lyon, Turin and Oslo in one directory."""
    return world.found(LYON, TURIN, OSLO)
