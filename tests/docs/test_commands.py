"""The page on commands lists every command with all that it takes, as the code has them."""

import re
from pathlib import Path

import pytest

from comity import errors
from comity.cli import app
from tests.docs import commanding, tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = list(commanding.every())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.usage)
def test_every_command_is_told_as_it_tells_itself(command: commanding.Command) -> None:
    heading = f"### `{command.usage}`"
    assert f"\n{heading}\n\n{command.told}\n" in PAGE
    assert tables.missing(tables.rows(PAGE, heading), command.rows) == ""


def test_no_command_is_told_that_there_is_not() -> None:
    told = re.findall(r"^### `(comity .*?)`$", PAGE, re.MULTILINE)
    assert told == [command.usage for command in COMMANDS]


def test_what_every_command_takes_is_told_once() -> None:
    told = tables.rows(PAGE, "## What every command takes")
    assert tables.missing(told, commanding.common()) == ""
    assert len(told) == 5


def test_every_option_says_what_it_is() -> None:
    silent = [f"{one.usage} {takes}" for one in COMMANDS for takes, told in one.rows if not told]
    assert not silent


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code, _ in tables.rows(PAGE, "## Answers")}
    ways = {one.exit_code for one in errors.ComityError.__subclasses__()}
    assert told == ways | {0, 1, app.USAGE, app.INTERRUPTED}


def test_examples_are_commands_that_there_are() -> None:
    words = {command.usage.split(" -")[0] for command in COMMANDS}
    known = {" ".join(word for word in usage.split() if word.islower()) for usage in words}
    examples = re.findall(r"^comity ((?:[a-z]\S* ?)+)", PAGE, re.MULTILINE)
    assert len(examples) > 10
    for example in examples:
        said = f"comity {example}"
        assert any(f"{said} ".startswith(f"{one} ") for one in known), said
