"""Every module has its test where a reader looks for it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "comity"
TESTS = ROOT / "tests"

# Modules without a test file of their own, and where they are tested instead. An entry that is no
# longer true fails: take it out when its test file comes or its module goes.
EXCUSED: dict[str, str] = {
    # Written, and not yet tested by itself: this list may only shrink.
    "__main__.py": "demo/test_play.py runs it",
    "api/workers.py": "desk has no test of its own for it yet",
    "desk/knowing.py": "desk has no test of its own for it yet",
    "api/acts.py": "desk has no test of its own for it yet",
    "api/answers.py": "desk has no test of its own for it yet",
    "api/app.py": "desk has no test of its own for it yet",
    "api/archives.py": "desk has no test of its own for it yet",
    "api/bodies.py": "desk has no test of its own for it yet",
    "api/calls.py": "desk has no test of its own for it yet",
    "api/directory.py": "desk has no test of its own for it yet",
    "api/doors.py": "desk has no test of its own for it yet",
    "api/exhibits.py": "desk has no test of its own for it yet",
    "api/imports.py": "desk has no test of its own for it yet",
    "api/kinds.py": "desk has no test of its own for it yet",
    "api/ledger.py": "desk has no test of its own for it yet",
    "api/local.py": "desk has no test of its own for it yet",
    "api/matches.py": "desk has no test of its own for it yet",
    "api/matters.py": "desk has no test of its own for it yet",
    "api/officers.py": "desk has no test of its own for it yet",
    "api/openapi.py": "desk has no test of its own for it yet",
    "demo/stage.py": "demo/test_play.py plays on it",
    "demo/story.py": "demo/test_play.py plays it",
    "api/oversight.py": "desk has no test of its own for it yet",
    "api/parcels.py": "desk has no test of its own for it yet",
    "api/peers.py": "desk has no test of its own for it yet",
    "api/problems.py": "desk has no test of its own for it yet",
    "api/records.py": "desk has no test of its own for it yet",
    "api/routes.py": "desk has no test of its own for it yet",
    "api/shapes.py": "desk has no test of its own for it yet",
    "api/uploads.py": "desk has no test of its own for it yet",
    "config.py": "desk has no test of its own for it yet",
    "desk/cabinet.py": "desk has no test of its own for it yet",
    "desk/carrying.py": "desk has no test of its own for it yet",
    "desk/delivering.py": "desk has no test of its own for it yet",
    "desk/founding.py": "desk has no test of its own for it yet",
    "desk/greeting.py": "desk has no test of its own for it yet",
    "desk/halting.py": "desk has no test of its own for it yet",
    "desk/importing.py": "desk has no test of its own for it yet",
    "desk/ledgers.py": "desk has no test of its own for it yet",
    "desk/listing.py": "desk has no test of its own for it yet",
    "desk/neighbours.py": "desk has no test of its own for it yet",
    "desk/offering.py": "desk has no test of its own for it yet",
    "desk/permitting.py": "desk has no test of its own for it yet",
    "desk/publishing.py": "desk has no test of its own for it yet",
    "desk/reading.py": "desk has no test of its own for it yet",
    "desk/repeating.py": "desk has no test of its own for it yet",
    "desk/staff.py": "desk has no test of its own for it yet",
    "desk/starting.py": "desk has no test of its own for it yet",
    "desk/tools.py": "desk has no test of its own for it yet",
    "desk/writing.py": "desk has no test of its own for it yet",
    "errors.py": "desk has no test of its own for it yet",
    "matters/exported.py": "matters has no test of its own for it yet",
    "node.py": "world has no test of its own for it yet",
}


def modules() -> set[str]:
    """Every module of the package but the rooms' docstrings and numbered migrations."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.name != "__init__.py" and not {"migrations", "versions"} & set(path.parts)
    }


def mirror(module: str) -> Path:
    """`ledger/tree.py` is tested by `tests/ledger/test_tree.py`."""
    path = Path(module)
    return TESTS / path.parent / f"test_{path.name.strip('_')}"


def test_every_module_has_its_test_file_or_an_excuse() -> None:
    missing = {module for module in modules() - set(EXCUSED) if not mirror(module).exists()}
    assert not missing, f"write the test or excuse it in {Path(__file__).name}: {sorted(missing)}"


def test_every_excuse_is_for_a_module_that_exists() -> None:
    assert not set(EXCUSED) - modules()


def test_no_module_is_excused_that_has_its_test_file() -> None:
    assert not [module for module in EXCUSED if mirror(module).exists()]


def test_every_excuse_says_where_the_module_is_tested() -> None:
    unclear = [m for m, reason in EXCUSED.items() if not any(TESTS.glob(reason.split()[0]))]
    assert not unclear, f"begin the reason with a path under tests/ that exists: {unclear}"
