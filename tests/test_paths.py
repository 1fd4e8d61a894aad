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
    "demo/stage.py": "demo/test_play.py plays on it",
    "demo/story.py": "demo/test_play.py plays it",
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
