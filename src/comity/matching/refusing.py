"""How an identifier is refused: with a code, the value as it was given, and why."""

from typing import NoReturn

from comity import errors

_SHOWN_MAX = 100
CHECK_IT = "Check it against its source, character by character."


def refuse(code: str, text: str, why: str, next_step: str = CHECK_IT) -> NoReturn:
    """Raise `Invalid`: `text` is no identifier of the class asked for, because `why`."""
    shown = text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
    raise errors.Invalid(f"identifier-{code}", f"{shown!r}: {why}", next_step=next_step)
