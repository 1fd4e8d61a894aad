"""What reading a foreign file gives: rows to look at, faults to repair, and what was left out.

Good rows are kept while bad ones are listed: an import is never all or nothing, and never silent.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from comity import errors
from comity.matching import identifiers

CONTEXT_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One identifier, where it stood (`line 7`, `Event.Attribute[3]`) and what was said of it."""

    place: str
    identifier: identifiers.Identifier
    context: str | None = None
    seen_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that could not be read: where, a code for programs, and the reason."""

    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in one file. `left_out` counts what the format holds and Comity has no class
    for, by the format's own names."""

    title: str
    source_format: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    left_out: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Harvest:
    """Rows, faults and counts while a file is read. The only thing here that changes."""

    title: str
    source_format: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def take(
        self,
        place: str,
        cls: identifiers.IdentifierClass,
        text: str,
        *,
        context: str | None = None,
        seen_on: date | None = None,
        region: str | None = None,
    ) -> None:
        """Keep `text` as an identifier of `cls`, or its fault. A URL brings its host with it."""
        try:
            identifier = identifiers.normalise(cls, text, region=region)
        except errors.Invalid as fault:
            self.fault(place, fault.code, fault.message)
            return
        self.keep(place, identifier, context=context, seen_on=seen_on)
        if cls is identifiers.IdentifierClass.URL:
            host = identifiers.host_of(identifier)
            if host is not None:
                self.keep(place, host, context=context, seen_on=seen_on)

    def keep(
        self,
        place: str,
        identifier: identifiers.Identifier,
        *,
        context: str | None = None,
        seen_on: date | None = None,
    ) -> None:
        """Keep an identifier that is in normal form."""
        short = shortened(context)
        self.rows.append(Row(place=place, identifier=identifier, context=short, seen_on=seen_on))

    def fault(self, place: str, code: str, reason: str) -> None:
        """List something that could not be read."""
        self.faults.append(Fault(place=place, code=code, reason=reason))

    def date(self, place: str, value: object) -> date | None:
        """The date at the start of an ISO 8601 text; anything else is a fault and no date."""
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            self.fault(place, "bad-date", f"{str(value)[:40]!r} is no date such as 2026-03-01")
            return None

    def found(self) -> Found:
        """What was gathered, unchanging."""
        return Found(
            title=self.title,
            source_format=self.source_format,
            rows=tuple(self.rows),
            faults=tuple(self.faults),
            left_out=dict(sorted(self.left_out.items())),
        )


def shortened(context: str | None) -> str | None:
    """One line of at most 200 characters, or nothing."""
    line = " ".join((context or "").split())
    if len(line) > CONTEXT_MAX:
        line = line[: CONTEXT_MAX - 1] + "…"
    return line or None
