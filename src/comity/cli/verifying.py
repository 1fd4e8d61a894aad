"""Checking an exported matter. Needs no node, no network and no trust but in one id."""

import dataclasses
from pathlib import Path

from comity.cli import folders, output
from comity.cli.options import PLAIN, Options


def verify(path: Path, *, directory: str | None = None, options: Options = PLAIN) -> None:
    """Check an exported matter: every signature, every proof, every file.

    Ends with exit code 7 and the name of the first file that does not hold.

    Parameters
    ----------
    path
        The folder or zip archive.
    directory
        The directory's id as its founder told it; without it, compare the one that is shown.
    """
    from comity.matters import exported, subjects

    found = exported.check(folders.read(path), subjects.REGISTRY, pinned=directory)
    said = dataclasses.asdict(found)
    witnesses = ", ".join(found.witnesses) or "nobody"
    lines = [
        "Everything holds.",
        f"{found.type} {found.matter}, exported by {found.exporter}",
        f"{found.records} records, {found.rejections} of them rejected by the rules",
        f"{found.disclosures} sealed fields are shown, {found.withheld} stay sealed",
        f"in a ledger of {found.ledger_size} entries, witnessed by {witnesses}",
        f"directory {found.directory}"
        + ("" if directory else ": compare this id with its founder by voice"),
    ]
    output.answer(options, said, quiet=[found.matter], lines=lines)
