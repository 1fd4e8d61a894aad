"""What is published about the kinds is what the registry says."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from comity.matters import subjects
from comity.records import record
from tools import kinds as published


def test_what_is_published_is_current() -> None:
    assert published.stale() == [], "python tools/kinds.py writes it anew"


@pytest.mark.parametrize("kind", subjects.REGISTRY.values(), ids=lambda kind: kind.name)
def test_each_kind_has_its_schema(kind: record.kinds.Kind) -> None:
    text = (published.FOLDER / published.file_name(kind)).read_text(encoding="utf-8")
    made = json.loads(text)
    jsonschema_rs.meta.validate(made)
    assert made["x-comity"]["kind"] == kind.name
    assert f"`{kind.name}`" in published.PAGE.read_text(encoding="utf-8")


def test_a_published_schema_takes_and_refuses_what_the_model_does() -> None:
    name = "request.filed/1"
    made = json.loads((published.FOLDER / "request.filed-1.schema.json").read_text())
    validator = jsonschema_rs.Draft202012Validator(made)
    good = {
        "to": "it-turin", "measure": "search", "basis": "Art. 5", "due_on": "2026-12-01",
        "ask": "a", "necessity": "n",
    }  # fmt: skip
    assert validator.is_valid(good)
    record.draft(subjects.REGISTRY[name], good)
    for wrong in ({"to": "Turin"}, {"measure": "arrest"}, {"ask": ""}, {"more": 1}):
        assert not validator.is_valid(good | wrong)
        with pytest.raises(record.errors.Invalid):
            record.draft(subjects.REGISTRY[name], good | wrong)


def test_what_is_stale_is_named_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, folder = tmp_path / "kinds.md", tmp_path / "kinds"
    page.write_text(f"before\n{published.BEGIN}\nold\n{published.END}\nafter\n")
    monkeypatch.setattr(published, "PAGE", page)
    monkeypatch.setattr(published, "FOLDER", folder)
    folder.mkdir()
    (folder / "gone.away-1.schema.json").write_text("{}")
    assert published.main(["check"]) == 1
    assert "gone.away-1.schema.json" in capsys.readouterr().out
    assert published.main([]) == 0
    assert published.main(["check"]) == 0
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert not (folder / "gone.away-1.schema.json").exists()
