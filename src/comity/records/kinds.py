"""Record kinds as data: what may be said, in what form, and what it does to a matter.

A kind is `noun.past-participle/N`. Its statement is a frozen Pydantic model whose fields are open
or `Sealed`; its effect says where it stands in the life of a matter. Fields are never reordered,
renamed or removed once a kind was used; otherwise it is a new kind with the next number. From a
kind follow its form, its endpoint, its command and its JSON Schema (clauses R5).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from comity import errors
from comity.records.sealed import Sealed

NAME = r"^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*/[1-9][0-9]?$"
"""The form of a kind's name: `noun.past-participle/N`."""


def N_(text: str) -> str:  # noqa: N802  # the gettext convention for texts translated where shown
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


class Statement(BaseModel):
    """What one record says. Subclasses are the kinds' contents.

    What was signed is taken to the letter; only what an officer enters is tidied (`record.draft`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Genesis:
    """Begins a matter of type `matter`; its author is the first lead.

    `parties` names the open field that lists the other parties from the start.
    """

    matter: str
    parties: str = ""


ControlAct = Literal["add", "remove", "offer", "accept", "decline", "close", "ratify", "amend"]


@dataclass(frozen=True, slots=True)
class Control:
    """A link of the control chain, which only the lead writes, in the matter types `within`.

    `field` names the open field that holds the authority (or, to ratify, the records) meant.
    """

    within: frozenset[str]
    act: ControlAct
    field: str = ""


@dataclass(frozen=True, slots=True)
class Votes:
    """A party's voice on which branch of a control fork to keep; its field is `keep`."""

    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resolves:
    """Moves the control chain on past a fork, onto the branch that its field `keep` names."""

    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settles:
    """The lead's settling of a thing in conflict: fields `about` (the thing), `keep` (the act)."""

    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opens:
    """Begins a thing (`request`, `exhibit`) in status `status`."""

    within: frozenset[str]
    thing: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Moves a thing that its `field` names from one of `before` to `after`.

    `by` says who may: `author` (of the thing), `lead`, `party`, or the name of an open field of
    the thing's opening that holds an authority. `after` may be `field:NAME`: the status is then
    that field's value. `beats` are the statuses that this move wins against when two moves were
    said without knowledge of each other; any other such pair is a conflict.
    """

    within: frozenset[str]
    thing: str
    field: str
    before: frozenset[str]
    after: str
    by: str
    beats: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Says:
    """Stands for itself. With `register`, the newest statements in causal order are its value."""

    within: frozenset[str]
    register: str = ""
    by: str = "party"


Effect = Genesis | Control | Votes | Resolves | Settles | Opens | Moves | Says


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing that can be said."""

    name: str
    statement: type[Statement]
    effect: Effect
    title: str
    """As an instruction, in English: `File a request`."""
    done: str
    """As a timeline tells it, in English: `filed a request`."""
    family: Literal["casework", "governance", "access", "staff"] = "casework"
    needs: Literal["officer", "desk_head", "operator", "oversight", "node"] = "officer"
    """The least role whose hand it needs; `node` is said by the node itself."""
    coercive: bool = False
    gives_rights: bool = False
    """It gives a person of this authority a role or a right; field `officer` names the person."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Sealed fields that their author keeps back until the thing reaches a status: both consent."""

    @property
    def subject(self) -> str:
        """The noun of the name."""
        return self.name.partition(".")[0]


class Registry(Mapping[str, Kind]):
    """The kinds that this version knows, by name."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        found: dict[str, Kind] = {}
        for kind in kinds:
            if not re.fullmatch(NAME, kind.name) or kind.name in found:
                raise errors.Invalid("kind-name", f"{kind.name} is malformed or stands twice")
            found[kind.name] = kind
        self._kinds = MappingProxyType(found)

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    @cached_property
    def schemas(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of each kind's statement; sealed fields carry `x-sealed`."""
        return {name: schema(kind.statement) for name, kind in self.items()}


def schema(statement: type[Statement]) -> dict[str, Any]:
    """The JSON Schema of what an officer enters: sealed fields are required unless nullable."""
    made = statement.model_json_schema()
    required = set(made.get("required", ()))
    for name, by_element in sealed_fields(statement).items():
        if not by_element and not takes_none(statement, name):
            required.add(name)
    made["required"] = [name for name in made["properties"] if name in required]
    return made


def takes_none(statement: type[Statement], name: str) -> bool:
    """Whether a sealed field may be left out by its author."""
    inner = get_args(statement.model_fields[name].annotation)[0]
    return type(None) in get_args(inner)


@cache
def sealed_fields(statement: type[Statement]) -> Mapping[str, bool]:
    """The sealed fields of a statement: name, and whether it is a list sealed by element."""
    found = {}
    for name, info in statement.model_fields.items():
        origin, args = get_origin(info.annotation), get_args(info.annotation)
        if origin is Sealed:
            found[name] = False
        elif origin in (list, tuple) and args and get_origin(args[0]) is Sealed:
            found[name] = True
    return found
