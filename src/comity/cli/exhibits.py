"""Exhibits: taken in, handed over, received, saved."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from comity.cli import client, files, output
from comity.cli.options import PLAIN, Options
from comity.records import strict_json

app = App(name="exhibit", help="Take in, hand over, receive and save exhibits.")


@app.command
def take(
    matter: str,
    file: Path,
    *,
    description: str,
    source: str,
    basis: str,
    method: Literal["seizure", "provider-answer", "public-source", "voluntary", "other"] = "other",
    name: str | None = None,
    options: Options = PLAIN,
) -> None:
    """Take evidence in: hashed and encrypted while it streams, then described by a record.

    Parameters
    ----------
    matter
        The case.
    file
        The file.
    description
        What it is.
    source
        Where it was taken from, by whom, with which tool.
    basis
        The legal basis.
    method
        How it was acquired.
    name
        What it is called, if not as the file.
    """
    about = {
        "name": name or file.name,
        "description": description,
        "source": source,
        "method": method,
        "basis": basis,
    }
    with files.open_(file) as opened, client.Client(options) as node:
        said = node.upload(f"/matters/{matter}/exhibits", strict_json.dumps(about), "file", opened)
    _done(options, said)


@app.command(name="hand-over")
def hand_over(
    matter: str,
    exhibit: str,
    *,
    to: str,
    reason: Annotated[str, Parameter(name="--for")],
    options: Options = PLAIN,
) -> None:
    """Offer an exhibit to another party, with the signature that it was handed over.

    Parameters
    ----------
    matter
        The case.
    exhibit
        The exhibit.
    to
        Who takes it.
    reason
        For what purpose it is handed over.
    """
    path = f"/matters/{matter}/exhibits/{exhibit}/hand-over"
    with client.Client(options) as node:
        _done(options, node.post(path, {"to": to, "purpose": reason}))


@app.command
def receive(matter: str, exhibit: str, *, options: Options = PLAIN) -> None:
    """Take what was handed over into the vault, hash it, and confirm or dispute it.

    Parameters
    ----------
    matter
        The case.
    exhibit
        The exhibit.
    """
    with client.Client(options) as node:
        _done(options, node.post(f"/matters/{matter}/exhibits/{exhibit}/receive"))


@app.command
def save(matter: str, exhibit: str, out: Path, *, options: Options = PLAIN) -> None:
    """Save an exhibit's bytes, verified, to a new file.

    Parameters
    ----------
    matter
        The case.
    exhibit
        The exhibit.
    out
        The new file.
    """
    with client.Client(options) as node:
        size = node.save(f"/matters/{matter}/exhibits/{exhibit}/content", out)
    said = {"file": str(out), "bytes": size}
    output.answer(options, said, quiet=[out], lines=[f"{size} bytes in {out}."])


def _done(options: Options, said: dict[str, Any]) -> None:
    output.answer(options, said, quiet=[said["record"]], lines=[f"record {said['record']}"])
