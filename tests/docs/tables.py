"""Tables of a page, and what they lack."""

from collections.abc import Iterable


def rows(page: str, heading: str) -> list[tuple[str, ...]]:
    """The cells of every table under a heading of the second or third level."""
    level = heading.partition(" ")[0]
    section = page.partition(f"\n{heading}\n")[2].partition(f"\n{level} ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    heads = {place - 1 for place, row in enumerate(cells) if set(row) == {"---"}}
    return [row for place, row in enumerate(cells) if place not in heads and set(row) != {"---"}]


def missing(told: Iterable[tuple[str, ...]], wanted: Iterable[tuple[str, ...]]) -> str:
    """What a table lacks or has too much, as lines to put in or take out."""
    said, due = list(told), list(wanted)
    assert len(said) == len(set(said)), "a row stands twice"
    lines = [f"+ | {' | '.join(row)} |" for row in due if row not in said]
    lines += [f"- | {' | '.join(row)} |" for row in said if row not in due]
    return "\n".join(lines)
