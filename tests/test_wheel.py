"""The wheel holds everything that a node needs, and nothing else."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import assets

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "comity"

# What is not code and would be missed first at run time: what it is → where, as a pattern.
NEEDED = {
    "the mark that types are there": r"comity/py\.typed",
    "page templates": r"comity/web/templates/.+\.html",
    "our own styles": r"comity/web/static/.+\.css",
    "licences of the web assets": r"comity/web/static/vendor/THIRD_PARTY\.md",
    "compiled translations": r"comity/web/locale/.+\.mo",
    "policies": r"comity/policy/.+\.cedar",
    "migrations": r"comity/store/.*(migrations|versions)/.+",
    "demo data": r"comity/.*demo.*\.(csv|json|jsonl|toml|gz)",
}


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in a wheel built from the tree as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=110)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.slow
@pytest.mark.parametrize("what", NEEDED)
def test_the_wheel_has_what_a_node_needs(listing: set[str], what: str) -> None:
    assert any(re.fullmatch(NEEDED[what], name) for name in listing)


@pytest.mark.slow
def test_every_file_of_the_package_is_in_the_wheel(listing: set[str]) -> None:
    here = {
        path.relative_to(SOURCE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in listing if name.startswith("comity/")}
    assert here == inside


@pytest.mark.slow
def test_every_pinned_web_asset_and_its_licence_is_in_the_wheel(listing: set[str]) -> None:
    pinned = {
        f"comity/web/static/vendor/{package.folder}/{name}"
        for package in assets.read_lock(assets.LOCK.read_text(encoding="utf-8"))
        if package.place == "web"
        for name in (*package.files, "LICENSE")
    }
    assert pinned <= listing


@pytest.mark.slow
def test_every_translation_is_in_the_wheel_compiled(listing: set[str]) -> None:
    sources = {path.relative_to(SOURCE).as_posix() for path in PACKAGE.rglob("*.po")}
    assert {source.removesuffix(".po") + ".mo" for source in sources} <= listing


@pytest.mark.slow
def test_the_licence_and_the_notice_travel_with_the_wheel(listing: set[str]) -> None:
    names = {Path(name).name for name in listing if ".dist-info/" in name}
    assert {"LICENSE", "NOTICE"} <= names


@pytest.mark.slow
def test_no_test_tool_or_asset_of_tests_is_in_the_wheel(listing: set[str]) -> None:
    tops = {name.split("/")[0] for name in listing}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"comity"}
    assert not [name for name in listing if "axe" in Path(name).name]
