"""A world for each story, over each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import engines
from tests.world.world import World


@pytest.fixture(params=engines.BOTH)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    made = engines.world(request, tmp_path)
    yield made
    made.close()
