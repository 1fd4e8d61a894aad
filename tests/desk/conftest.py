"""Worlds for the tests of the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import engines
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


@pytest.fixture(scope="session", params=engines.BOTH)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Lyon, Turin and Oslo in one directory, over each engine: for tests that keep to their own
    matters. Whoever changes the directory, the officers or the node itself makes a world."""
    made = engines.world(request, tmp_path_factory.mktemp(f"shared-{request.param}"))
    made.found(LYON, TURIN, OSLO)
    yield made
    made.close()


@pytest.fixture
def lyon(shared: World) -> Member:
    """The member of the shared world that leads the directory."""
    return shared.members[LYON]


@pytest.fixture
def turin(shared: World) -> Member:
    """Another member of the shared world."""
    return shared.members[TURIN]


@pytest.fixture
def oslo(shared: World) -> Member:
    """The third member of the shared world."""
    return shared.members[OSLO]
