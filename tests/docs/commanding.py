"""What the commands say of themselves, as docs/commands.md tells it."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import cyclopts

from comity.cli import app
from comity.cli.options import Options

_COMMON = "Every command"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words and what must be given, what it does, what it takes."""

    usage: str
    told: str
    rows: list[Row]


def every() -> Iterator[Command]:
    """Every command, in the order of the help."""
    for words, one in walk(app.create(), ("comity",)):
        collection = [a for a in _arguments(one) if not _is_common(a)]
        needed = [_needed(a) for a in collection if a.required]
        document = inspect.getdoc(one.default_command) or ""
        told = document.partition("\n\nParameters\n")[0]
        yield Command(
            " ".join([*words, *needed]), " ".join(told.split()), [_row(a) for a in collection]
        )


def common() -> list[Row]:
    """What every command takes."""
    _, one = next(walk(app.create()))
    return [_row(a) for a in _arguments(one) if _is_common(a)]


def walk(
    found: cyclopts.App, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], cyclopts.App]]:
    """Every command below `found` that does something, with its words."""
    names = [name for name in found if not name.startswith("-")]
    if not names:
        yield words, found
    for name in names:
        yield from walk(found[name], (*words, name))


def _arguments(one: cyclopts.App) -> list[cyclopts.Argument]:
    return [
        a
        for a in one.assemble_argument_collection(parse_docstring=True)
        if a.field_info.annotation is not Options
    ]


def _is_common(argument: cyclopts.Argument) -> bool:
    groups = argument.parameter.group or ()
    return any(getattr(group, "name", group) == _COMMON for group in groups)


def _is_placed(argument: cyclopts.Argument) -> bool:
    kind = argument.field_info.kind
    return kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _word(argument: cyclopts.Argument) -> str:
    return argument.names[0].removeprefix("--").upper()


def _needed(argument: cyclopts.Argument) -> str:
    return _word(argument) if _is_placed(argument) else f"{argument.names[0]} {_word(argument)}"


def _row(argument: cyclopts.Argument) -> Row:
    names = [_word(argument)] if _is_placed(argument) else list(argument.names)
    takes = ", ".join(f"`{name}`" for name in names)
    told = " ".join((argument.parameter.help or "").split())
    choices = argument.get_choices()
    if choices:
        told += " One of " + ", ".join(f"`{one}`" for one in choices) + "."
    return takes, told
