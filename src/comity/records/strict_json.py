"""JSON as the protocol reads it: one text, one meaning.

Refused, each with its place: duplicate keys, NaN and infinities, integers beyond 2^53, lone
surrogates, the character U+0000, a byte order mark, anything after the value, too deep, too large.
Two readers that keep this contract see the same value in the same bytes (RFC 8259 leaves all of
these open). The time taken grows with the size of the text and no faster (clauses R1).
"""

import json
import math
import re
from typing import Any, NoReturn

from comity import errors

SIZE_MAX = 65_536
DEPTH_MAX = 32
INTEGER_MAX = 2**53

# Possessive, so that a text of nothing but quotes and backslashes is gone through once.
_NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NULL = r"\u0000"


def loads(data: bytes, *, size_max: int = SIZE_MAX, depth_max: int = DEPTH_MAX) -> Any:
    """The one value in `data`, or `Invalid` with the line and column of the fault."""
    if len(data) > size_max:
        _refuse("json-too-large", f"{len(data)} bytes where at most {size_max} are taken")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        _refuse("json-not-utf8", f"byte {fault.start} is not UTF-8")
    if text.count("{") + text.count("[") > depth_max:
        _bound_depth(text, depth_max)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as fault:
        _refuse("json-syntax", f"line {fault.lineno} column {fault.colno}: {fault.msg}")
    except RecursionError:
        _refuse("json-too-deep", f"deeper than {depth_max} levels")
    # A character that must not be in a string can only have come as an escape; without one of
    # these in the text, the values need not be looked at.
    if _NULL in text or _SURROGATE.search(text):
        _bar_characters(value)
    return value


def dumps(value: Any) -> bytes:
    """Compact UTF-8 with sorted keys, for building. What was signed is never encoded again."""
    return _ENCODER.encode(value).encode()


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)


def _refuse(code: str, message: str) -> NoReturn:
    raise errors.Invalid(code, message, next_step="Ask the sender for a corrected document.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _refuse("json-duplicate-key", f"the key {key[:60]!r} stands twice in one object")
            seen.add(key)
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > INTEGER_MAX:
        _refuse("json-integer-range", f"the integer {text[:24]} is beyond 2^53")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _refuse("json-not-finite", f"the number {text[:24]} is not finite")
    return value


def _constant(text: str) -> NoReturn:
    _refuse("json-not-finite", f"{text} is not a number of JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _bound_depth(text: str, depth_max: int) -> None:
    depth = 0
    for token in _NESTING.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
            if depth > depth_max:
                _refuse("json-too-deep", f"deeper than {depth_max} levels at {token.start()}")
        elif mark in "]}":
            depth -= 1


def _bar_characters(value: Any) -> None:
    """Refuse U+0000, which databases and C programs cut texts at, and lone surrogates."""
    for text in _texts(value):
        if "\0" in text:
            _refuse("json-null-character", f"U+0000 stands in {text[:24]!r}")
        try:
            text.encode()
        except UnicodeEncodeError as fault:
            found = f"half of a surrogate pair: {text[fault.start]!r}"
            _refuse("json-lone-surrogate", found)


def _texts(value: Any) -> list[str]:
    """Every string in `value`, keys too."""
    found: list[str] = []
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            found.extend(one)
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return found
