"""The codes of errors, read from the source without running it.

A code is a constant: the first argument of one of the six, or of a function that passes its own
argument on to one of them, perhaps with a prefix. What cannot be read so is told as unread.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "comity"
SIX = ("Invalid", "Refused", "Unverified", "NotFound", "Conflict", "Unavailable")


@dataclass(slots=True)
class Codes:
    """Which of the six each code is raised as, and the modules whose codes could not be read."""

    found: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Forwarder:
    """A function that raises one of the six with a code that it is given."""

    module: str
    name: str
    place: int
    prefix: str
    kind: str


def read() -> Codes:
    """Every code in the source."""
    trees = {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }
    codes = Codes()
    forwarders = [one for module, tree in trees.items() for one in _raised(module, tree, codes)]
    for module, tree in trees.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for one in forwarders:
                if _calls(module, call, one) and len(call.args) > one.place:
                    given = call.args[one.place]
                    if isinstance(given, ast.Constant):
                        codes.found.setdefault(one.prefix + given.value, set()).add(one.kind)
                    else:
                        codes.unread.add(module)
    return codes


def _raised(module: str, tree: ast.Module, codes: Codes) -> Iterator[Forwarder]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for kind, first, function in _errors(tree, None):
        if isinstance(first, ast.Constant):
            codes.found.setdefault(first.value, set()).add(kind)
        elif isinstance(first, ast.Name) and first.id in constants:
            codes.found.setdefault(constants[first.id], set()).add(kind)
        elif (forwarded := _forwarded(module, kind, first, function)) is not None:
            yield forwarded
        else:
            codes.unread.add(module)


def _errors(
    node: ast.AST, function: ast.FunctionDef | None
) -> Iterator[tuple[str, ast.expr, ast.FunctionDef | None]]:
    """Each `errors.X(first, ...)`, and the function in which it stands."""
    for child in ast.iter_child_nodes(node):
        inside = child if isinstance(child, ast.FunctionDef) else function
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            whose = child.func.value
            if isinstance(whose, ast.Name) and whose.id == "errors" and child.func.attr in SIX:
                yield child.func.attr, child.args[0], inside
        yield from _errors(child, inside)


def _forwarded(
    module: str, kind: str, first: ast.expr, function: ast.FunctionDef | None
) -> Forwarder | None:
    prefix = ""
    if isinstance(first, ast.JoinedStr) and len(first.values) == 2:
        start, rest = first.values
        if isinstance(start, ast.Constant) and isinstance(rest, ast.FormattedValue):
            prefix, first = start.value, rest.value
    if function is None or not isinstance(first, ast.Name):
        return None
    names = [argument.arg for argument in function.args.args]
    if first.id not in names:
        return None
    return Forwarder(module, function.name, names.index(first.id), prefix, kind)


def _calls(module: str, call: ast.Call, one: Forwarder) -> bool:
    match call.func:
        case ast.Name(id=name):
            return name == one.name and module == one.module
        case ast.Attribute(value=ast.Name(id=whose), attr=name):
            return name == one.name and whose == Path(one.module).stem
        case _:
            return False
