"""Officers, their links and tokens."""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from cyclopts import App

from comity.cli import client, files, output
from comity.cli.options import PLAIN, Options

app = App(name="officer", help="Officers, their links and tokens.")


@app.command
def add(
    name: str,
    *,
    role: Literal["officer", "desk_head", "oversight", "operator"] = "officer",
    options: Options = PLAIN,
) -> None:
    """Add a person.

    Parameters
    ----------
    name
        The person's name. Records carry a pseudonym that this node alone can resolve.
    role
        What the person may do.
    """
    with client.Client(options) as node:
        said = node.post("/officers", {"name": name, "role": role})
    if "proposal" in said:
        lines = ["It takes a second person: somebody approves it on the page Proposals."]
        output.answer(options, said, quiet=[said["proposal"]], lines=lines)
        return
    lines = [f"{said['name']} is {said['id']}.", f'Next: comity officer link "{said["name"]}"']
    output.answer(options, said, quiet=[said["id"]], lines=lines)


@app.command(name="list")
def listed(*, options: Options = PLAIN) -> None:
    """Everyone who acts for this authority."""
    with client.Client(options) as node:
        said = node.get("/officers")
    columns = {"name": "Name", "role": "Role", "active": "Active", "id": "Pseudonym"}
    output.table(options, said, said["officers"], columns, key="id", empty="There is nobody yet.")


@app.command
def link(name: str, *, options: Options = PLAIN) -> None:
    """A link by which an officer signs in once, within minutes. Hand it over in person.

    Parameters
    ----------
    name
        The officer's name or pseudonym.
    """
    with client.Client(options) as node:
        said = node.post(f"{_path(node, name)}/links")
    lines = [said["url"], f"It works once, until {said['expires_at']}."]
    output.answer(options, said, quiet=[said["url"]], lines=lines)


@app.command
def token(
    name: str,
    *,
    label: str = "",
    days: int = 30,
    scope: tuple[Literal["read", "act", "coercive", "export", "manage"], ...] = ("read", "act"),
    out: Path | None = None,
    options: Options = PLAIN,
) -> None:
    """A token by which a program acts as an officer. It is shown now and never again.

    Parameters
    ----------
    name
        The officer's name or pseudonym.
    label
        What it is for.
    days
        How long it lasts.
    scope
        What it can be used for; give it once for each. What reaches into someone's rights is
        `coercive`.
    out
        Write it to this new file, which nobody else can read, instead of showing it.
    """
    body = {"label": label, "days": days, "scope": scope}
    if out is not None:
        with files.new(out) as file, client.Client(options) as node:
            issued = node.post(f"{_path(node, name)}/tokens", body)
            file.write(issued["secret"].encode() + b"\n")
        said = {**issued, "secret": None, "file": str(out)}
        output.answer(options, said, quiet=[out], lines=[f"The token is in {out}."])
        return
    with client.Client(options) as node:
        said = node.post(f"{_path(node, name)}/tokens", body)
    lines = [said["secret"], f"It works until {said['expires_at']}. It is not shown again."]
    output.answer(options, said, quiet=[said["secret"]], lines=lines)


@app.command
def deactivate(name: str, *, options: Options = PLAIN) -> None:
    """Keep a person out, at once, with everything that names them.

    Parameters
    ----------
    name
        The officer's name or pseudonym.
    """
    with client.Client(options) as node:
        said: Any = node.post(f"{_path(node, name)}/deactivate")
    output.answer(options, said, quiet=[said["id"]], lines=[f"{said['name']} is kept out."])


def _path(node: client.Client, name: str) -> str:
    """Where an officer stands in the API. No part of a path can hold a slash; pseudonyms do not."""
    if "/" in name:
        known = {one["name"]: one["id"] for one in node.get("/officers")["officers"]}
        name = known.get(name, name)
    return f"/officers/{quote(name, safe='')}"
