"""What commands write: JSON for programs, tables for people, nothing that a terminal obeys.

Texts come from many authorities. Control characters in them are made visible, so that no title can
move a cursor, hide a line or change a window.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comity import errors
from comity.cli.options import Options

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: object) -> str:
    """One line, with every character visible."""
    return "".join(
        _REPLACED if not character.isprintable() or character in _TURNING else character
        for character in str(text).replace("\n", " ")
    )


def answer(options: Options, value: Any, *, quiet: Iterable[object], lines: Iterable[str]) -> None:
    """An answer: `value` as JSON, or the ids in `quiet`, or `lines` for people."""
    if options.json:
        # ASCII, so that no text in it is obeyed by a terminal; programs read it all the same.
        print(json.dumps(value, indent=2))
        return
    for line in quiet if options.quiet else lines:
        print(plain(line))


def table(
    options: Options,
    value: Any,
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    key: str,
    empty: str,
) -> None:
    """Rows: a table on a terminal, else one line each with tabs between the columns.

    `columns` is name to heading; `key` is what `--quiet` writes.
    """
    if options.json or options.quiet:
        answer(options, value, quiet=[row[key] for row in rows], lines=())
    elif not sys.stdout.isatty():
        for row in rows:
            print("\t".join(plain(_cell(row[name])) for name in columns))
    elif not rows:
        print(empty)
    else:
        _draw(rows, columns)


def problem(fault: errors.ComityError) -> None:
    """An error, for people."""
    print(f"{fault.code}: {plain(fault.message)}", file=sys.stderr)
    if fault.next_step:
        print(f"  {plain(fault.next_step)}", file=sys.stderr)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _draw(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in columns.values():
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(plain(_cell(row[name]))) for name in columns))
    Console(highlight=False).print(drawn)
