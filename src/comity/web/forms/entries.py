"""What a browser sent, as values for a model.

`parse` never raises on what came: it gives the values it could read and, for each field it could
not, a sentence for the officer. Whether the values are *right* is the model's word, not this
module's. `filling.fill` is its inverse.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from starlette.datastructures import FormData

from comity import errors
from comity.web import i18n
from comity.web.forms.shapes import Shape
from comity.web.i18n import N_

ZONE = "@zone"
"""An instant has two entries: its local time, and under `NAME@zone` the zone it is told in."""
GROUPS_MAX = 100
LINES_MAX = 1_000
_INTEGER = re.compile(r"[+-]?[0-9]{1,16}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,16})?")

REQUIRED = N_("Fill this in.")
_CHOOSE = N_("Choose at least one.")
_UNSHOWN = N_("This contains characters that cannot be shown. Type it again.")
_WHOLE = N_("Write a whole number in digits, such as 12.")
_NUMBER = N_("Write a number in digits, with a point before decimals, such as 1.5.")
_DATE = N_("Give a day that exists, as year-month-day, such as 2026-03-31.")
_TIME = N_("Give a day and a time that exist, such as 2026-03-31 14:05.")
_GAP = N_("This time does not exist on that day: clocks go forward over it.")
_TWICE = N_("This time comes twice that night, because clocks go back. Give it in UTC.")
_ZONE = N_("Choose the time zone of this time.")


@dataclass(frozen=True, slots=True)
class Entered:
    """What a form said: values for the model, and a sentence for each field that was not read."""

    values: dict[str, Any]
    mistakes: dict[str, str]


class _Blank(Exception):
    """Nothing was entered."""


class _Mistake(Exception):
    """What was entered cannot be read; the argument is the sentence to show, not yet translated."""


def parse(shapes: Iterable[Shape], form: FormData, reader: i18n.Reader) -> Entered:
    """Read the entries of a form for these shapes."""
    entered = Entered({}, {})
    for shape in shapes:
        _take(shape, shape.name, form, reader, entered)
    return entered


def text(form: FormData, name: str) -> str:
    """One entry as text: files and what is missing are empty; line ends are LF; no space around."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> list[str]:
    """Every entry of this name that is text and not empty."""
    return [value for value in form.getlist(name) if isinstance(value, str) and value]


def rows(form: FormData, name: str) -> list[int]:
    """The numbers of the groups that a form has entries for under `name`."""
    found = set()
    for key in form:
        first, _, rest = key.removeprefix(f"{name}.").partition(".")
        counted = first.isascii() and first.isdigit() and len(first) <= 3
        if key.startswith(f"{name}.") and rest and counted and int(first) < GROUPS_MAX:
            found.add(int(first))
    return sorted(found)


def written(value: Any) -> str:
    """One value as a browser sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and math.isfinite(value):
        return str(int(value))
    return str(value)


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def _take(shape: Shape, name: str, form: FormData, reader: i18n.Reader, entered: Entered) -> None:
    """Read one shape, entered under `name`, into `entered`."""
    key = last(shape.name)
    try:
        match shape.kind:
            case "group":
                value: Any = _group(shape, name, form, reader, entered)
            case "groups":
                value = _groups(shape, name, form, reader, entered)
            case _:
                value = _value(shape, name, form)
    except _Blank:
        if shape.required:
            chosen = shape.kind in ("choices", "groups")
            entered.mistakes[name] = reader.gettext(_CHOOSE if chosen else REQUIRED)
        elif shape.default not in (None, []):
            # Left empty on purpose where the model would put its default.
            if shape.kind in ("choices", "lines", "groups"):
                entered.values[key] = []
            elif shape.nullable:
                entered.values[key] = None
    except _Mistake as mistake:
        entered.mistakes[name] = reader.gettext(str(mistake))
    else:
        entered.values[key] = value


def _value(shape: Shape, name: str, form: FormData) -> Any:
    match shape.kind:
        case "fixed":
            return shape.values[0]
        case "check":
            return text(form, name) != ""
        case "choices":
            chosen = [_chosen(shape, value) for value in texts(form, name)]
            return list(dict.fromkeys(chosen)) or _blank()
        case "lines":
            lines = [line.strip() for line in _shown(text(form, name)).split("\n")]
            found = [_scalar(shape, line) for line in lines[:LINES_MAX] if line]
            return found or _blank()
        case _:
            return _single(shape, name, form, text(form, name) or _blank())


def _single(shape: Shape, name: str, form: FormData, given: str) -> Any:
    match shape.kind:
        case "select":
            return _chosen(shape, given)
        case "date":
            return _day(given)
        case "instant":
            return _instant(given, text(form, name + ZONE))
        case "text":
            return _shown(given.replace("\n", " "))
        case "long":
            return _shown(given)
        case _:
            return _scalar(shape, given)


def _group(
    shape: Shape, name: str, form: FormData, reader: i18n.Reader, entered: Entered
) -> dict[str, Any]:
    inner = Entered({}, {})
    for part in shape.parts:
        _take(part, f"{name}.{last(part.name)}", form, reader, inner)
    if not shape.required and _untouched(shape, name, form):
        raise _Blank
    entered.mistakes.update(inner.mistakes)
    return inner.values


def _groups(
    shape: Shape, name: str, form: FormData, reader: i18n.Reader, entered: Entered
) -> list[dict[str, Any]]:
    """Every group that has something in it; an empty one is one that was not needed."""
    found = [
        _group(shape, f"{name}.{row}", form, reader, entered)
        for row in rows(form, name)
        if not _untouched(shape, f"{name}.{row}", form)
    ]
    return found or _blank()


def _untouched(shape: Shape, name: str, form: FormData) -> bool:
    for part in shape.parts:
        inner = f"{name}.{last(part.name)}"
        match part.kind:
            case "group":
                touched = not _untouched(part, inner, form)
            case "groups":
                touched = any(
                    not _untouched(part, f"{inner}.{row}", form) for row in rows(form, inner)
                )
            case "fixed":
                touched = False
            case _:
                touched = bool(texts(form, inner)) and text(form, inner) != ""
        if touched:
            return False
    return True


def _scalar(shape: Shape, given: str) -> Any:
    if not shape.numeric:
        return given
    if shape.whole:
        if not _INTEGER.fullmatch(given):
            raise _Mistake(_WHOLE)
        return int(given)
    if not _DECIMAL.fullmatch(given):
        raise _Mistake(_NUMBER)
    return float(given)


def _chosen(shape: Shape, given: str) -> Any:
    """The value of the schema that is written so; else the text itself, for the model to refuse."""
    for value in shape.values:
        if written(value) == given:
            return value
    return _shown(given)


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise _Mistake(_DATE) from None


def _instant(given: str, zone_name: str) -> str:
    """The instant as RFC 3339 with its zone's offset; no time that is not exactly one instant."""
    try:
        local = datetime.fromisoformat(given)
    except ValueError:
        raise _Mistake(_TIME) from None
    try:
        zone = UTC if zone_name == "UTC" else i18n.zone(zone_name)
    except errors.Invalid:
        raise _Mistake(_ZONE) from None
    if local.tzinfo is not None:
        raise _Mistake(_TIME)
    try:
        first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
        back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise _Mistake(_TIME) from None
    if back != local:
        raise _Mistake(_GAP)
    if first.utcoffset() != second.utcoffset():
        raise _Mistake(_TWICE)
    return first.isoformat()


def _shown(given: str) -> str:
    """The text, unless it has control signs that no officer typed."""
    if any((ord(sign) < 32 and sign not in "\n\t") or 127 <= ord(sign) < 160 for sign in given):
        raise _Mistake(_UNSHOWN)
    return given


def _blank() -> Any:
    raise _Blank
