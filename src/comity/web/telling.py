"""Statements as pages tell them: each field with its label, sealed ones marked, withheld ones said.

It follows from the kind's model, so that a new kind is told without a line here.
"""

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from comity import errors
from comity.desk import showing
from comity.records import kinds, sealed
from comity.web import i18n, references, words
from comity.web.forms import shapes

Sort = Literal[
    "text", "long", "authority", "matter", "record", "date", "digest", "list", "parts", "withheld",
    "held", "unsure", "told",
]  # fmt: skip
"""`told` is a sentence of ours, in the reader's language."""
LONG = 400
"""Characters from which a text is folded away."""
_DIGEST_SIZE = 64
_OBVIOUS = ("cls", "value")
"""Parts that need no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One field of a statement."""

    label: str
    sort: Sort
    value: Any = None
    sealed: bool = False
    parts: tuple["Told", ...] = ()


def tell(
    kind: kinds.Kind, said: kinds.Statement, reader: i18n.Reader, *, digests: int = 0
) -> tuple[Told, ...]:
    """What is said, field by field; what its author left out is left out here.

    `digests` is how many sealed fields the record has, disclosed here or not; 0 for a statement
    that is not said yet, in which nothing is withheld.
    """
    hidden = kinds.sealed_fields(kind.statement)
    withheld = _withheld(kind, said, digests)
    found = []
    for name in type(said).model_fields:
        if for_the_node(kind, name):
            continue
        value = getattr(said, name)
        label = label_of(kind, name, reader)
        if name in withheld:
            sort: Sort = "held" if name in kind.held else withheld[name]
            found.append(Told(label=label, sort=sort, sealed=True))
        elif name in hidden and not hidden[name]:
            if value.shown is not None:
                found.append(_told(kind, name, label, value.shown, reader, sealed=True))
        elif value not in (None, [], (), ""):
            found.append(_told(kind, name, label, value, reader, sealed=name in hidden))
    return tuple(found)


def tell_line(line: showing.Line, reader: i18n.Reader) -> tuple[Told, ...]:
    """What a record says; nothing for a kind that this version does not know."""
    if line.kind is None or line.said is None:
        return ()
    digests = len(line.record.open.get(sealed.DIGESTS, ()))
    return tell(line.kind, line.said, reader, digests=digests)


def gist(kind: kinds.Kind, said: kinds.Statement | None, reader: i18n.Reader) -> str:
    """The first of a statement's open choices, in words: of a request, its measure."""
    for name, shape in _shapes(kind.statement).items():
        value = getattr(said, name, None)
        if shape.kind == "select" and shape.values and value is not None:
            return reader.gettext(shape.value_label(value))
    return ""


def label_of(kind: kinds.Kind, name: str, reader: i18n.Reader) -> str:
    """What pages call a field of a kind."""
    return reader.gettext(_labels(kind.statement).get(name, _plain(name)))


def _withheld(kind: kinds.Kind, said: kinds.Statement, digests: int) -> dict[str, Sort]:
    """Fields whose value is not here. One that may be left out and is not here is told apart from
    a withheld one by the digests that nothing opens, where they can tell."""
    named = [n for n, by_element in kinds.sealed_fields(kind.statement).items() if not by_element]
    missing = [name for name in named if getattr(said, name).withheld]
    unopened = digests - (len(named) - len(missing))
    needed = [name for name in missing if not kinds.takes_none(kind.statement, name)]
    spare = [name for name in missing if name not in needed]
    found: dict[str, Sort] = dict.fromkeys(needed, "withheld")
    if unopened >= len(missing):
        found.update(dict.fromkeys(spare, "withheld"))
    elif unopened > len(needed):
        found.update(dict.fromkeys(spare, "unsure"))
    return found


def _told(
    kind: kinds.Kind, name: str, label: str, value: Any, reader: i18n.Reader, *, sealed: bool
) -> Told:
    reference = references.of(kind.statement).get(name, "")
    if name == "classes" and isinstance(value, list):
        value = [words.identifier_class(reader, one) for one in value]
    shape = _shapes(kind.statement).get(name)
    if shape is not None and shape.values and not isinstance(value, list | tuple):
        words_of = reader.gettext(shape.value_label(value))
        return Told(label=label, sort="text", value=words_of, sealed=sealed)
    return _value(label, value, reader, reference, sealed=sealed)


def _value(
    label: str, value: Any, reader: i18n.Reader, reference: str = "", *, sealed: bool = False
) -> Told:
    match value:
        case list() | tuple():
            parts = tuple(_element(one, reader, reference) for one in value)
            return Told(label=label, sort="list", parts=parts, sealed=sealed)
        case dict():
            parts = tuple(_counted(key, one, reader) for key, one in value.items())
            return Told(label=label, sort="parts", parts=parts, sealed=sealed)
        case BaseModel():
            parts = tuple(_parts(value, reader))
            return Told(label=label, sort="parts", parts=parts, sealed=sealed)
        case datetime.date():
            return Told(label=label, sort="date", value=value, sealed=sealed)
        case _:
            return Told(label=label, sort=_sort(value, reference), value=str(value), sealed=sealed)


def _sort(value: Any, reference: str) -> Sort:
    match reference:
        case "authority":
            return "authority"
        case "matter":
            return "matter"
        case "record":
            return "record"
        case _:
            text = str(value)
            if len(text) == _DIGEST_SIZE and not set(text) - set("0123456789abcdef"):
                return "digest"
            return "long" if len(text) > LONG else "text"


def _element(one: Any, reader: i18n.Reader, reference: str) -> Told:
    if isinstance(one, sealed.Sealed):
        if one.withheld:
            return Told(label="", sort="withheld", sealed=True)
        one = one.shown
    return _value("", one, reader, reference)


def _counted(key: str, value: Any, reader: i18n.Reader) -> Told:
    return Told(label=words.identifier_class(reader, key), sort="text", value=str(value))


def _parts(value: BaseModel, reader: i18n.Reader) -> Iterator[Told]:
    labels = _labels(type(value))
    for name in type(value).model_fields:
        part = getattr(value, name)
        if part in (None, "", [], ()):
            continue
        if name == "cls":
            part = words.identifier_class(reader, part)
        if isinstance(part, int):
            part = _measured(name, part, reader)
        reference = references.of(type(value)).get(name, "")
        label = "" if name in _OBVIOUS else reader.gettext(labels.get(name, _plain(name)))
        yield _value(label, part, reader, reference)


def _measured(name: str, number: int, reader: i18n.Reader) -> str:
    """A number, with what it counts where its name says so."""
    text = reader.number(number)
    if name != "size":
        return text
    return reader.ngettext("%(num)s byte", "%(num)s bytes", number) % {"num": text}


def for_the_node(kind: kinds.Kind, name: str) -> bool:
    """Pieces of bytes and the keys that open them are for nodes; no page draws them."""
    return name == "key" or references.of(kind.statement).get(name) == "blob"


@functools.cache
def _shapes(statement: type[BaseModel]) -> Mapping[str, shapes.Shape]:
    """The shapes of the fields; none where a statement is for programs only."""
    try:
        return shapes.flat(shapes.read(statement.model_json_schema()))
    except errors.Invalid:
        return {}


@functools.cache
def _labels(statement: type[BaseModel]) -> Mapping[str, str]:
    known = {name: shape.label for name, shape in _shapes(statement).items()}
    titles = {name: info.title for name, info in statement.model_fields.items() if info.title}
    return titles | known


def _plain(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
