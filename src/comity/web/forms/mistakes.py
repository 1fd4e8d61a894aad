"""What a model found wrong, in the reader's words, beside the fields where it can be put right."""

from collections.abc import Iterable, Mapping
from typing import Any

import pydantic

from comity.web import i18n
from comity.web.forms import entries, shapes
from comity.web.i18n import N_

_TEXTS: Mapping[str, str] = {
    "missing": entries.REQUIRED,
    "string_too_short": N_("This is too short: at least %(min_length)s characters."),
    "string_too_long": N_("This is too long: at most %(max_length)s characters."),
    "string_pattern_mismatch": N_("This does not have the form that is asked for."),
    "enum": N_("Choose one of the entries of the list."),
    "literal_error": N_("Choose one of the entries of the list."),
    "greater_than": N_("This must be more than %(gt)s."),
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than": N_("This must be less than %(lt)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "too_short": N_("Give at least %(min_length)s."),
    "too_long": N_("Give at most %(max_length)s."),
    "datetime_past": N_("This must lie in the past."),
    "datetime_future": N_("This must lie in the future."),
    "date_past": N_("This must lie in the past."),
    "date_future": N_("This must lie in the future."),
}
_OTHER = N_("This is not accepted here: %(reason)s")
_LINE = N_("Line %(line)s: %(mistake)s")
_ALIEN = ("is_instance_of",)
"""One half of a union that forms never mean."""


def of(
    fault: pydantic.ValidationError, known: Iterable[shapes.Shape], reader: i18n.Reader
) -> dict[str, str]:
    """A sentence for each field that the model refused; the first one where there are several.

    What belongs to no field comes under the empty name, for the head of the form.
    """
    by_name = shapes.flat(tuple(known))
    found: dict[str, str] = {}
    for error in fault.errors(include_url=False, include_input=False):
        if error["type"] in _ALIEN:
            continue
        name, line = _place(error["loc"], by_name)
        sentence = _sentence(error["type"], error.get("ctx") or {}, error["msg"], reader)
        if line is not None:
            sentence = reader.gettext(_LINE) % {"line": line, "mistake": sentence}
        found.setdefault(name, sentence)
    return found


def _place(
    location: tuple[int | str, ...], by_name: Mapping[str, shapes.Shape]
) -> tuple[str, int | None]:
    """The name of the field that a location leads to, and the line in it, counted from one."""
    name, plain, line = "", "", None
    for part in location:
        if isinstance(part, int):
            holder = by_name.get(plain)
            if holder is not None and holder.kind == "groups":
                name = f"{name}.{part}"
            elif holder is not None and holder.kind == "lines":
                line = part + 1
            continue
        longer = f"{plain}.{part}" if plain else part
        if longer not in by_name:
            continue  # the inside of a union, or a part that no form shows
        name, plain = f"{name}.{part}" if name else part, longer
    return name, line


def _sentence(kind: str, context: Mapping[str, Any], message: str, reader: i18n.Reader) -> str:
    text = _TEXTS.get(kind)
    if text is not None:
        return reader.gettext(text) % context
    reason = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return reader.gettext(_OTHER) % {"reason": reader.gettext(reason)}
