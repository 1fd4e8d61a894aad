from pathlib import Path

import pytest

from comity import errors
from comity.cli.options import Options
from tests.world import world


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "TOKEN", "TOKEN_FILE", "PURPOSE"):
        monkeypatch.delenv(f"COMITY_{name}", raising=False)


def test_without_a_word_the_operator_acts_in_the_usual_folder() -> None:
    plain = Options()
    assert plain.folder == Path("comity-data")
    assert plain.token() is None
    assert plain.stated_purpose == ""


def test_the_environment_says_it_and_an_option_says_it_louder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMITY_DATA", "/srv/node")
    monkeypatch.setenv("COMITY_PURPOSE", "prosecution")
    assert Options().folder == Path("/srv/node")
    assert Options(data=tmp_path).folder == tmp_path
    assert Options().stated_purpose == "prosecution"
    assert Options(purpose="exercise").stated_purpose == "exercise"


def test_a_token_comes_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("cmt_token_first\n")
    second.write_text("  cmt_token_second\n\n")
    monkeypatch.setenv("COMITY_TOKEN", "cmt_token_plain\n")
    assert Options().token() == "cmt_token_plain"
    monkeypatch.setenv("COMITY_TOKEN_FILE", str(first))
    assert Options().token() == "cmt_token_first"
    assert Options(token_file=second).token() == "cmt_token_second"


def test_a_token_file_that_cannot_be_read_does_not_make_an_operator(tmp_path: Path) -> None:
    world.refused("file-unreadable", Options(token_file=tmp_path / "none").token)
    (tmp_path / "large").write_bytes(b"x" * 5_000)
    fault = world.refused("file-too-large", Options(token_file=tmp_path / "large").token)
    assert isinstance(fault, errors.Invalid)


def test_an_empty_token_file_does_not_make_an_operator(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert Options(token_file=tmp_path / "empty").token() == ""
