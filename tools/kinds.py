"""The published form of the record kinds: a JSON Schema each, and the tables of kinds.md.

    python tools/kinds.py          # write docs/protocol/kinds/ and the tables anew
    python tools/kinds.py check    # fail if what is written is not what the registry says

Both are made from the registry, so a kind is published by being there. A kind that was used never
changes: a difference in an existing schema file is a mistake, or a new kind with the next number.
"""

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comity.matters import subjects
from comity.records import kinds

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "protocol" / "kinds.md"
FOLDER = ROOT / "docs" / "protocol" / "kinds"
BEGIN, END = "<!-- tables: tools/kinds.py -->", "<!-- end of tables -->"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_name(kind: kinds.Kind) -> str:
    """`note.made/1` is published as `note.made-1.schema.json`."""
    return f"{kind.name.replace('/', '-')}.schema.json"


def effect(kind: kinds.Kind) -> dict[str, Any]:
    """What a kind does, as data."""
    values = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in dataclasses.asdict(kind.effect).items()
    }
    return {"is": type(kind.effect).__name__.lower()} | values


def schema(kind: kinds.Kind) -> dict[str, Any]:
    """The schema of a kind's statement, with its effect under `x-comity`."""
    made = kinds.schema(kind.statement)
    return {
        "$schema": DIALECT,
        "$id": f"urn:comity:kind:{kind.name.replace('/', ':')}",
        "x-comity": {"kind": kind.name, "effect": effect(kind), "held": dict(kind.held)},
        **made,
        "title": kind.title,
    }


def files() -> dict[str, str]:
    """Every schema file by name."""
    return {
        file_name(kind): json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
        for kind in subjects.REGISTRY.values()
    }


def tables() -> str:
    """The tables of the page: kinds by matter, then the life of each sort of thing."""
    types = {
        kind.effect.matter: kind
        for kind in subjects.REGISTRY.values()
        if isinstance(kind.effect, kinds.Genesis)
    }
    lines: list[str] = []
    for matter in sorted(types):
        lines += [f"### In a {matter}", "", *_kinds_in(matter), ""]
    for thing in sorted({one.thing for one in _effects() if isinstance(one, kinds.Opens)}):
        lines += [f"### The life of a thing: {thing}", "", *_life(thing), ""]
    return "\n".join(lines)


def _effects() -> Iterator[Any]:
    return (kind.effect for kind in subjects.REGISTRY.values())


def _kinds_in(matter: str) -> Iterator[str]:
    yield "| kind | effect | open fields | sealed fields |"
    yield "|---|---|---|---|"
    for kind in subjects.REGISTRY.values():
        does = kind.effect
        if matter not in ({does.matter} if isinstance(does, kinds.Genesis) else does.within):
            continue
        hidden = kinds.sealed_fields(kind.statement)
        fields = kind.statement.model_fields
        shown = [f"`{name}`" for name in fields if name not in hidden]
        sealed = [f"`{name}`" + (" (each)" if hidden[name] else "") for name in hidden]
        link = f"[`{kind.name}`](kinds/{file_name(kind)})"
        yield f"| {link} | {_told(does)} | {', '.join(shown)} | {', '.join(sealed)} |"


def _told(does: Any) -> str:
    match does:
        case kinds.Genesis():
            return "begins the matter"
        case kinds.Control(act=act):
            return f"control: {act}"
        case kinds.Votes():
            return "votes on a fork"
        case kinds.Resolves():
            return "resolves a fork"
        case kinds.Settles():
            return "settles a conflict"
        case kinds.Opens(thing=thing):
            return f"opens: {thing}"
        case kinds.Moves(thing=thing):
            return f"moves: {thing}"
        case kinds.Says(register=register):
            return f"register: {register}" if register else "says"
        case _:
            raise AssertionError(does)


def _life(thing: str) -> Iterator[str]:
    yield "| kind | from | to | by | beats |"
    yield "|---|---|---|---|---|"
    for kind in subjects.REGISTRY.values():
        does = kind.effect
        if isinstance(does, kinds.Opens) and does.thing == thing:
            yield f"| `{kind.name}` | | {does.status} | party | |"
        elif isinstance(does, kinds.Moves) and does.thing == thing:
            after = does.after
            if after.startswith("field:"):
                after = f"the value of `{after.removeprefix('field:')}`"
            by = does.by if does.by in ("author", "lead", "party") else f"who `{does.by}` names"
            before, beats = ", ".join(sorted(does.before)), ", ".join(sorted(does.beats))
            yield f"| `{kind.name}` | {before} | {after} | {by} | {beats} |"


def page(written: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = written.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def stale() -> list[str]:
    """What is not as the registry says."""
    wanted = files()
    held = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    names = {name for name in wanted | held if wanted.get(name) != held.get(name)}
    written = PAGE.read_text(encoding="utf-8")
    return sorted(names | (set() if page(written) == written else {PAGE.name}))


def write() -> None:
    """Write everything anew; schemas of kinds that are gone are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = files()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Exit status 1 if something is stale and was only to be checked."""
    if arguments != ["check"]:
        write()
        return 0
    found = stale()
    for name in found:
        print(f"not as the registry says: {name} (python tools/kinds.py writes it)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
