import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.cli import output
from comity.cli.options import Options

COLUMNS = {"id": "Id", "title": "Title"}
ROWS = [{"id": "1", "title": "A shop"}, {"id": "2", "title": None}]


class Terminal(io.StringIO):
    """A place to write that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text())
def test_nothing_that_is_written_is_obeyed_by_a_terminal(text: str) -> None:
    said = output.plain(text)
    assert said.isprintable()
    assert not set(said) & output._TURNING
    assert len(said) == len(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"])))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert output.plain(text) == text


def test_json_for_programs_holds_no_byte_that_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    value = {"title": "\x9b31m \u202eevil \x1b[2J Zürich"}
    output.answer(Options(json=True), value, quiet=["no"], lines=["no"])
    said = capsys.readouterr().out
    assert said.isascii()
    assert "\x1b" not in said
    assert json.loads(said) == value


def test_quiet_says_ids_and_people_get_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    output.answer(Options(quiet=True), {}, quiet=["1", "2"], lines=["no"])
    assert capsys.readouterr().out == "1\n2\n"
    output.answer(Options(), {}, quiet=["no"], lines=["Done.", "Next: that"])
    assert capsys.readouterr().out == "Done.\nNext: that\n"


def test_rows_that_go_to_a_program_are_lines_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(Options(), {}, ROWS, COLUMNS, key="id", empty="None.")
    assert capsys.readouterr().out == "1\tA shop\n2\t\n"
    output.table(Options(quiet=True), {}, ROWS, COLUMNS, key="id", empty="None.")
    assert capsys.readouterr().out == "1\n2\n"
    output.table(Options(), {}, [], COLUMNS, key="id", empty="None.")
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    output.table(Options(), {}, ROWS, COLUMNS, key="id", empty="None.")
    assert "Title" in terminal.getvalue()
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    output.table(Options(), {}, [], COLUMNS, key="id", empty="There are none.")
    assert terminal.getvalue() == "There are none.\n"


def test_a_table_has_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", coloured := Terminal())
    output.table(Options(), {}, ROWS, COLUMNS, key="id", empty="")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", plain := Terminal())
    output.table(Options(), {}, ROWS, COLUMNS, key="id", empty="")
    assert "\x1b[3" not in plain.getvalue()
    assert "A shop" in plain.getvalue()
    assert "A shop" in coloured.getvalue()


def test_text_in_a_table_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    output.table(Options(), {}, [{"id": "1", "title": "[red]x[/red]"}], COLUMNS, key="id", empty="")
    assert "[red]x[/red]" in terminal.getvalue()


def test_a_problem_is_one_line_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    output.problem(errors.Refused("not-so", "no\nnever \x1b[1m", next_step="Ask someone."))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "not-so: no never \N{REPLACEMENT CHARACTER}[1m\n  Ask someone.\n"
