"""The page on settings lists every setting with its default and its words, as the code has them."""

import re
from pathlib import Path

from comity.config import Settings
from tests.docs import tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_setting_is_told_with_its_variable_and_its_default() -> None:
    wanted = [
        (
            f"`{name}`",
            f"`COMITY_{name.upper()}`",
            "" if one.default in ("", None) else f"`{one.default}`",
            one.description or "",
        )
        for name, one in Settings.model_fields.items()
    ]
    assert tables.missing(tables.rows(PAGE, "## Of a node"), wanted) == ""
    assert all(told for *_, told in wanted)


def test_every_variable_that_the_command_line_reads_is_told() -> None:
    told = {name.strip("`") for name, *_ in tables.rows(PAGE, "## Of the command line")}
    read = {
        name
        for path in (ROOT / "src" / "comity" / "cli").glob("*.py")
        for name in re.findall(r'"(COMITY_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert told == read | {"NO_COLOR"}
