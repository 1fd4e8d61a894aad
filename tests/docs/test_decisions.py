"""Every decision is in the index and honest about what it costs."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_names_its_options_and_its_costs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]}: ", text)
    assert re.search(r"^- Status: (proposed|accepted|replaced by \d{4})$", text, re.MULTILINE)
    assert re.search(r"^## Options\n\n1\. .*?^2\. ", text, re.MULTILINE | re.DOTALL)
    assert re.search(r"^Negative:\n\n- \w", text, re.MULTILINE)


def test_numbers_run_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_index_lists_every_decision_and_no_other() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[\d{4}\]\((.*?)\)", index, re.MULTILINE)
    assert listed == [path.name for path in DECISIONS]
