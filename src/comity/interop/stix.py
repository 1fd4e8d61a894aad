"""STIX bundles: observables, and indicators whose pattern says `is` and nothing harder.

Written for 2.1; the observables that 2.0 puts inside observed-data are read too. An indicator with
any other comparison (MATCHES, LIKE, NOT, ranges in time) is a fault, since half a pattern is
another pattern. A pattern is read as the values that it names, whatever joins them.
"""

import re
from collections.abc import Iterator
from typing import Any

from comity.interop import addresses, found
from comity.matching import identifiers

FORMAT = "stix"

_CLASS = identifiers.IdentifierClass
_VALUES = {
    "ipv4-addr": "host", "ipv6-addr": "host", "domain-name": "host",
    "url": _CLASS.URL, "email-addr": _CLASS.EMAIL,
}  # fmt: skip
_DIGESTS = {"md5": _CLASS.MD5, "sha1": _CLASS.SHA1, "sha256": _CLASS.SHA256}
_ID = re.compile(r"[a-z0-9-]+--[0-9a-f-]{36}")
_COMPARISON = re.compile(
    r"\s*(?P<type>[a-z0-9-]+):(?P<path>(?:'[^']*'|[^\s='\[\]()])+)\s*=\s*"
    r"'(?P<value>(?:[^'\\]|\\.)*)'\s*"
)
_JOIN = re.compile(r"(?:AND|OR)(?=[\s\[])")


def fits(value: Any) -> bool:
    """Whether `value` is a bundle or a single object of STIX."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    return isinstance(value.get("type"), str) and _ID.fullmatch(value["id"]) is not None


def read(value: Any, *, name: str) -> found.Found:
    """The identifiers of every object in `value`."""
    bundle = value["type"] == "bundle"
    objects = value.get("objects", []) if bundle else [value]
    harvest = found.Harvest(title=name, source_format=FORMAT)
    if not isinstance(objects, list):
        harvest.fault("objects", "stix-not-a-list", f"{type(objects).__name__} where a list stands")
        return harvest.found()
    seen = _observed(objects)
    for number, thing in enumerate(objects):
        place = f"objects[{number}]" if bundle else "object"
        if not isinstance(thing, dict) or not isinstance(thing.get("type"), str):
            harvest.fault(place, "stix-object", "is no object with a type")
            continue
        if harvest.title == name and thing["type"] in {"report", "grouping"} and thing.get("name"):
            harvest.title = found.shortened(str(thing["name"])) or name
        _object(harvest, place, thing, seen.get(str(thing.get("id"))))
    return harvest.found()


def _object(harvest: found.Harvest, place: str, thing: dict[str, Any], last_seen: Any) -> None:
    match thing:
        case {"type": "indicator", "pattern": str(pattern)}:
            if thing.get("pattern_type", "stix") == "stix":
                _pattern(harvest, f"{place}.pattern", pattern, thing.get("name"))
            else:
                harvest.left_out[f"pattern {thing['pattern_type']}"] += 1
        case {"type": "observed-data", "objects": dict(inside)}:
            for key, observable in inside.items():
                if isinstance(observable, dict):
                    below = f"{place}.objects.{key}"
                    _observable(harvest, below, observable, thing.get("last_observed"))
        case {"type": "observed-data"}:
            pass  # Its observables are objects of the bundle.
        case _:
            _observable(harvest, place, thing, last_seen)


def _observable(harvest: found.Harvest, place: str, thing: dict[str, Any], last_seen: Any) -> None:
    before = len(harvest.rows) + len(harvest.faults)
    type_ = str(thing.get("type"))
    for path, value in _fields(thing):
        if isinstance(value, str):
            _take(harvest, f"{place}.{path}", type_, path, value, last_seen=last_seen)
    if len(harvest.rows) + len(harvest.faults) == before:
        harvest.left_out[type_] += 1


def _fields(thing: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties that may hold an identifier, by the paths that patterns use for them."""
    yield "value", thing.get("value")
    if isinstance(hashes := thing.get("hashes"), dict):
        for algorithm, digest in hashes.items():
            yield f"hashes.{algorithm}", digest
    if thing.get("account_type") and thing.get("account_login"):
        yield "account_login", f"{thing['account_type']}:{thing['account_login']}"


def _pattern(harvest: found.Harvest, place: str, pattern: str, context: Any) -> None:
    comparisons = _comparisons(pattern)
    if comparisons is None:
        harvest.fault(
            place, "stix-pattern", f"says more than which values are equal: {pattern[:100]!r}"
        )
        return
    said = context if isinstance(context, str) else None
    for type_, path, value in comparisons:
        if not _take(harvest, place, type_, path, value, context=said):
            harvest.left_out[f"{type_}:{path}"] += 1


def _comparisons(pattern: str) -> list[tuple[str, str, str]] | None:
    """What a simple pattern compares; None for any other."""
    found_: list[tuple[str, str, str]] = []
    rest = pattern.strip()
    while rest.startswith("["):
        rest = rest[1:]
        while (comparison := _COMPARISON.match(rest)) is not None:
            value = re.sub(r"\\(.)", r"\1", comparison.group("value"))
            found_.append((comparison.group("type"), comparison.group("path"), value))
            rest = _after_join(rest[comparison.end() :])
        if not rest.startswith("]"):
            return None
        rest = _after_join(rest[1:].lstrip())
    return found_ if found_ and not rest else None


def _after_join(rest: str) -> str:
    join = _JOIN.match(rest)
    return rest[join.end() :].lstrip() if join else rest


def _take(
    harvest: found.Harvest,
    place: str,
    type_: str,
    path: str,
    value: str,
    *,
    context: str | None = None,
    last_seen: Any = None,
) -> bool:
    """Keep the value or its fault; False if Comity has no class for it."""
    cls: identifiers.IdentifierClass | str | None = None
    if path == "value":
        cls = _VALUES.get(type_)
    elif path == "account_login" and ":" in value:
        cls = _CLASS.HANDLE
    elif path.startswith("hashes."):
        cls = _DIGESTS.get(path.removeprefix("hashes.").strip("'").replace("-", "").lower())
    if cls is None:
        return False
    exact = addresses.class_of(value) if cls == "host" else _CLASS(cls)
    seen_on = harvest.date(place, last_seen)
    harvest.take(place, exact, value, context=context, seen_on=seen_on)
    return True


def _observed(objects: list[Any]) -> dict[str, Any]:
    """When each observable was last observed, by its id."""
    seen: dict[str, Any] = {}
    for thing in objects:
        if isinstance(thing, dict) and thing.get("type") == "observed-data":
            references = thing.get("object_refs")
            for reference in references if isinstance(references, list) else []:
                if isinstance(reference, str):
                    seen[reference] = thing.get("last_observed")
    return seen
