"""Pasted text: whatever is recognised in it, line by line, with the line as context."""

from comity.interop import found
from comity.matching import identifiers

FORMAT = "text"


def read(text: str, *, name: str) -> found.Found:
    """Each identifier once, at the first line on which it stands."""
    harvest = found.Harvest(title=name, source_format=FORMAT)
    seen: set[tuple[identifiers.IdentifierClass, str]] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        for identifier in identifiers.recognise(line):
            key = (identifier.cls, identifier.value)
            if key not in seen:
                seen.add(key)
                harvest.keep(f"line {number}", identifier, context=line)
    return harvest.found()
