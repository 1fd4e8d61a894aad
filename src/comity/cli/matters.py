"""Matters: found, read, exported."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from comity.cli import client, files, folders, output
from comity.cli.options import PLAIN, Options

_LINES = 500

app = App(name="matter", help="Find, read and export matters.")


@app.command(name="list")
def listed(
    *,
    type: Annotated[list[str] | None, Parameter(negative=())] = None,
    status: str = "",
    text: str = "",
    party: str = "",
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    options: Options = PLAIN,
) -> None:
    """The registry: matters that you may see, newest change first.

    Parameters
    ----------
    type
        Only these: case, report, match, directory.
    status
        Only with this status.
    text
        Words of the title, or an identifier in its normal form.
    party
        Only with this authority.
    every
        All of them, not the first page.
    """
    query: dict[str, Any] = {
        "type": type or [],
        "status": status or None,
        "text": text or None,
        "party": party or None,
    }
    with client.Client(options) as node:
        said = node.get("/matters", **query)
        while every and said["next"] is not None:
            page = node.get("/matters", **query, cursor=said["next"])
            said = {"matters": said["matters"] + page["matters"], "next": page["next"]}
    if said["next"] is not None and not (options.json or options.quiet):
        print("There are more; --all lists them.", file=sys.stderr)
    columns = {
        "id": "Matter",
        "type": "Type",
        "status": "Status",
        "title": "Title",
        "lead": "Lead",
        "changed_at": "Changed",
    }
    output.table(options, said, said["matters"], columns, key="id", empty="There are none.")


@app.command
def show(matter: str, *, options: Options = PLAIN) -> None:
    """A matter as it stands, and its timeline.

    Parameters
    ----------
    matter
        Its id.
    """
    with client.Client(options) as node:
        said = node.get(f"/matters/{matter}")
        timeline = _timeline(node, matter)
    output.answer(
        options,
        {**said, "records": timeline},
        quiet=[one["record"] for one in timeline],
        lines=_lines(said, timeline),
    )


@app.command
def export(
    matter: str,
    out: Path,
    *,
    leave_out: Annotated[list[str] | None, Parameter(negative=())] = None,
    options: Options = PLAIN,
) -> None:
    """Write everything that is needed to check a matter without a node.

    Parameters
    ----------
    matter
        Its id.
    out
        A new file that ends in .zip, or a new folder.
    leave_out
        A sealed field that stays sealed. May be repeated.
    """
    path = f"/matters/{matter}/export"
    asked = {"leave_out": leave_out or []}
    if out.exists():
        # Before the export is made, because making it is accounted for.
        raise files.taken(out)
    with client.Client(options) as node:
        if out.suffix == ".zip":
            node.save(path, out, **asked)
        else:
            with tempfile.TemporaryDirectory(prefix=".partial-", dir=out.parent) as partial:
                archive = Path(partial) / "export.zip"
                node.save(path, archive, **asked)
                folders.unpack(archive, out)
    lines = [f"Written to {out}.", f"To check it: comity verify {out}"]
    output.answer(options, {"out": str(out)}, quiet=[out], lines=lines)


def _timeline(node: client.Client, matter: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = node.get(f"/matters/{matter}/records", limit=_LINES, cursor=cursor)
        found += page["records"]
        cursor = page["next"]
        if cursor is None:
            return found


def _lines(said: dict[str, Any], timeline: list[dict[str, Any]]) -> list[str]:
    row = said["matter"]
    found = [
        f"{row['title'] or row['type']}: {row['type']}, {row['status']}, {row['priority']}",
        f"lead {row['lead']}; parties {', '.join(row['parties'])}",
    ]
    found += [f"{one['thing']} {one['id'][:12]}: {one['status']}" for one in said["things"]]
    found += [f"conflict about {one}" for one in said["conflicts"]]
    found += [
        f"rejected {one['kind']} of {one['author']}: {one['reason']}" for one in said["rejections"]
    ]
    found += [
        f"{one['said_at'][:16].replace('T', ' ')}Z  {one['author']}  {one['kind']}  {one['record']}"
        for one in timeline
    ]
    if said["next"]:
        found.append(f"next: {', '.join(said['next'])}")
    return found
