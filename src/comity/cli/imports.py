"""Importing identifiers from a file."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from comity.cli import client, files, output
from comity.cli.options import PLAIN, Options

_FILE_BYTES_MAX = 64 * 1024 * 1024
_SHOWN = 10


def import_file(
    file: Path,
    *,
    into: str | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    region: str | None = None,
    options: Options = PLAIN,
) -> None:
    """Import identifiers from a MISP, STIX, CSV or text file.

    Parameters
    ----------
    file
        The file.
    into
        The matter to note them in; without it they are filed as a report.
    dry_run
        Only read it and say what would be taken.
    region
        Two letters: where telephone numbers without a country code are from.
    """
    data = files.read(file, _FILE_BYTES_MAX)
    query = {
        "name": file.name,
        "into": into,
        "dry_run": "true" if dry_run else None,
        "region": region,
    }
    headers = {"Content-Type": client.BYTES}
    with client.Client(options) as node:
        said = node.call("POST", "/imports", query=query, content=data, headers=headers).json()
    output.answer(options, said, quiet=[said["matter"] or ""], lines=_lines(said))


def _lines(said: dict[str, Any]) -> list[str]:
    found = [f"{said['form']}: {said['taken']} taken, {said['fault_count']} not taken"]
    for one in said["faults"][:_SHOWN]:
        found.append(f"  {one['place']}: {one['code']}: {one['reason']}")  # noqa: PERF401
    if said["fault_count"] > _SHOWN:
        found.append(f"  and {said['fault_count'] - _SHOWN} more; --json lists them")
    if said["left_out"]:
        left = ", ".join(f"{name} ({count})" for name, count in said["left_out"].items())
        found.append(f"left out, for Comity has no class for it: {left}")
    if said["matter"] is not None:
        found.append(f"noted {said['noted']} in matter {said['matter']}")
    else:
        found.append("nothing was filed")
    return found
