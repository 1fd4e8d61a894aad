"""The map shows every room, in the order that the contracts hold, and stays short."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LAYERS: list[str] = next(
    contract["layers"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    if contract["id"] == "rooms"
)
ROOMS = [room.strip("() ") for layer in LAYERS for room in layer.split("|")]


def test_the_map_is_shorter_than_250_lines() -> None:
    assert len(MAP.splitlines()) < 250


def test_the_map_draws_the_layers_that_are_held() -> None:
    assert "\n".join(layer.strip("()") for layer in LAYERS) in MAP


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_place_on_the_map_with_what_stays_true(room: str) -> None:
    heading = rf"^#+ .*`{room}(?:/|\.py)`.*?(?=^#+ |\Z)"
    section = re.search(heading, MAP, re.MULTILINE | re.DOTALL)
    assert section, f"ARCHITECTURE.md has no section for {room}"
    assert "**Invariant:**" in section[0] or "**Boundary:**" in section[0]


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_a_page_links_to_files_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^):]+)\)", text)]
    assert not [link for link in links if link and not (ROOT / link).exists()]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_a_page_names_only_commands_that_make_knows(name: str) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= targets
    assert named
