"""What kind of field each part of a JSON Schema (2020-12, as Pydantic writes it) becomes.

Beside the standard it understands: `x-sealed` (only those entitled see the value), `x-choices`
(the name of a list that the page gives, such as `authorities`), `x-labels` (a text for each value
of an `enum`) and `x-long` (text of several lines). A schema that no form can show is `Invalid`:
a test over all kinds finds it before an officer does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from comity import errors
from comity.web.i18n import N_

Kind = Literal[
    "text", "long", "number", "date", "instant", "check", "select", "choices", "lines", "group",
    "groups", "fixed",
]  # fmt: skip
"""`choices` is a list of boxes, `lines` one entry a line, `groups` the same group several times."""

LONG_TEXT = 200
"""Text that may have more characters than this gets several lines."""
DEPTH_MAX = 4
YES, NO = N_("Yes"), N_("No")

_ABSENT = object()
_SPELLED = {
    "csv": "CSV",
    "id": "ID",
    "ip": "IP",
    "misp": "MISP",
    "sha256": "SHA-256",
    "stix": "STIX",
    "url": "URL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One property of a schema, read."""

    name: str
    kind: Kind
    label: str
    hint: str
    required: bool
    nullable: bool
    sealed: bool
    default: Any = None
    whole: bool = False
    """Numbers: without decimals. Lines and choices: whole numbers."""
    numeric: bool = False
    length_max: int | None = None
    values: tuple[Any, ...] = ()
    """What a `select` or `choices` may hold, where the schema says so; `fixed`: its value."""
    labels: Mapping[str, str]
    choices: str = ""
    parts: tuple["Shape", ...] = ()

    def value_label(self, value: Any) -> str:
        """One of `values` as a choice shows it, in English."""
        if isinstance(value, bool):
            return YES if value else NO
        words = self.labels.get(str(value)) or str(value)
        return _sentence(words) if words == str(value) else words


def read(
    schema: Mapping[str, Any],
    *,
    lists: Mapping[str, str] | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> tuple[Shape, ...]:
    """The shapes of an object schema's properties, in its order.

    `lists` says for which fields the page has a list to choose from, by the list's name, as
    `x-choices` does. `fixed` are values that the page knows, and nobody is asked for.
    """
    lists, fixed, defs = lists or {}, fixed or {}, schema.get("$defs", {})
    shapes = _parts(_plain("the schema", schema, defs)[0], defs, "", 0)
    return tuple(_known(shape, lists, fixed) for shape in shapes)


def _known(shape: Shape, lists: Mapping[str, str], fixed: Mapping[str, Any]) -> Shape:
    if shape.name in fixed:
        return replace(shape, kind="fixed", values=(fixed[shape.name],), parts=())
    if shape.name in lists:
        several: Kind = "choices" if shape.kind in ("lines", "choices") else "select"
        return replace(shape, kind=several, choices=lists[shape.name])
    return shape


def flat(shapes: tuple[Shape, ...]) -> dict[str, Shape]:
    """Every shape by its name, groups and their parts too."""
    found: dict[str, Shape] = {}
    for shape in shapes:
        found[shape.name] = shape
        found |= flat(shape.parts)
    return found


def _parts(
    schema: Mapping[str, Any], defs: Mapping[str, Any], prefix: str, depth: int
) -> tuple[Shape, ...]:
    if depth > DEPTH_MAX:
        raise errors.Invalid("form-shape", f"{prefix or 'the schema'} nests too deep for a form")
    required = schema.get("required", ())
    return tuple(
        _shape(prefix + name, part, defs, depth, required=name in required)
        for name, part in schema.get("properties", {}).items()
    )


def _shape(
    name: str, schema: Mapping[str, Any], defs: Mapping[str, Any], depth: int, *, required: bool
) -> Shape:
    plain, nullable = _plain(name, schema, defs)
    element = _plain(name, plain["items"], defs)[0] if "items" in plain else {}
    last = name.rpartition(".")[2]
    title = plain.get("title", "")
    default = plain.get("default", _ABSENT)
    kind = _kind(name, plain, element, nullable=nullable)
    parts: tuple[Shape, ...] = ()
    if kind in ("group", "groups"):
        parts = _parts(element or plain, defs, f"{name}.", depth + 1)
        title = schema.get("title", "")
    source = element or plain
    return Shape(
        name=name,
        kind=kind,
        label=_sentence(last) if title in ("", last.replace("_", " ").title()) else title,
        hint=plain.get("description") or "",
        required=required,
        nullable=nullable or default is None,
        sealed=bool(plain.get("x-sealed") or element.get("x-sealed")),
        default=None if default is _ABSENT else default,
        whole=source.get("type") == "integer",
        numeric=source.get("type") in ("integer", "number"),
        length_max=plain.get("maxLength"),
        values=tuple(_values(source)),
        labels=source.get("x-labels") or {},
        choices=plain.get("x-choices") or element.get("x-choices") or "",
        parts=parts,
    )


def _plain(
    name: str, schema: Mapping[str, Any], defs: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """The schema with references followed and `null` taken out of a union; whether it was there.

    What stands beside a reference (a title, a mark) holds over what is referred to.
    """
    merged, nullable = dict(schema), False
    for _ in range(8):
        if "$ref" in merged:
            target = defs.get(merged.pop("$ref").removeprefix("#/$defs/"))
            if target is None:
                raise errors.Invalid("form-shape", f"{name} refers to nothing")
            merged = {**target, **merged}
        elif "anyOf" in merged:
            union = merged.pop("anyOf")
            kept = [one for one in union if one.get("type") != "null"]
            nullable = nullable or len(kept) < len(union)
            if len(kept) != 1:
                raise errors.Invalid("form-shape", f"{name} may be several things: {union}")
            merged = {**kept[0], **merged}
        elif len(merged.get("allOf", ())) == 1:
            merged = {**merged.pop("allOf")[0], **merged}
        else:
            return merged, nullable
    raise errors.Invalid("form-shape", f"{name} refers to itself")


def _kind(
    name: str, schema: Mapping[str, Any], element: Mapping[str, Any], *, nullable: bool
) -> Kind:
    match schema:
        case {"const": _}:
            return "fixed"
        case {"type": "array"} if element.get("type") == "object":
            return "groups"
        case {"type": "array"} if _chosen(schema) or _chosen(element):
            return "choices"
        case {"type": "array"} if element.get("type") in ("string", "integer", "number"):
            return "lines"
        case {"type": "object", "properties": _}:
            return "group"
        case _ if _chosen(schema):
            return "select"
        case {"type": "boolean"}:
            return "select" if nullable else "check"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": "string"}:
            return _text(schema)
        case _:
            raise errors.Invalid("form-shape", f"no field can show {name}: {dict(schema)}")


def _text(schema: Mapping[str, Any]) -> Kind:
    match schema.get("format"):
        case "date":
            return "date"
        case "date-time":
            return "instant"
        case _:
            long = schema.get("x-long") or schema.get("maxLength", 0) > LONG_TEXT
            return "long" if long else "text"


def _chosen(schema: Mapping[str, Any]) -> bool:
    return "enum" in schema or "x-choices" in schema


def _values(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    if "const" in schema:
        return (schema["const"],)
    if schema.get("type") == "boolean":
        return (True, False)
    return tuple(schema.get("enum", ()))


def _sentence(name: str) -> str:
    """`said_at` as a label: `Said at`."""
    words = name.replace("_", " ").replace("-", " ").split()
    text = " ".join(_SPELLED.get(word, word) for word in words)
    return text[:1].upper() + text[1:]
