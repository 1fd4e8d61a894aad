"""Parcels that go by file."""

from pathlib import Path
from typing import Any

from cyclopts import App

from comity.cli import client, output
from comity.cli.options import PLAIN, Options

_FILE_BYTES_MAX = 2**27

app = App(name="parcel", help="Parcels that go by file.")


@app.command
def export(out: Path, *, to: str, options: Options = PLAIN) -> None:
    """Write what waits for a peer to a sealed file.

    Parameters
    ----------
    out
        A new file, or a folder in which it is named after who sends it to whom.
    to
        The peer.
    """
    with client.Client(options) as node:
        response = node.call("POST", "/parcels/export", query={"to": to})
    disposition = response.headers.get("content-disposition", "")
    path = out / Path(disposition.partition('filename="')[2].rstrip('"')).name
    path = path if out.is_dir() else out
    _write(path, response.content)
    count = int(response.headers.get("comity-records", "0"))
    said: dict[str, Any] = {"file": str(path), "records": count}
    lines = [
        f"{count} records in {path}.",
        "They count as delivered when you import the file that the peer answers with.",
    ]
    output.answer(options, said, quiet=[path], lines=lines)


@app.command(name="import")
def import_(file: Path, *, answer_out: Path | None = None, options: Options = PLAIN) -> None:
    """Take in a parcel that came by file.

    Parameters
    ----------
    file
        The file.
    answer_out
        A new file for the receipt, which goes back to the sender.
    """
    data = client.read_file(file, _FILE_BYTES_MAX)
    headers = {"Content-Type": client.PARCEL}
    with client.Client(options) as node:
        answer = node.call("POST", "/parcels/import", content=data, headers=headers).content
    if answer_out is not None:
        _write(answer_out, answer)
    told = f"Give {answer_out} to its sender." if answer_out else "Its receipt was not kept."
    said = {"file": str(file), "answer": None if answer_out is None else str(answer_out)}
    output.answer(options, said, quiet=[answer_out or ""], lines=[f"{file} was taken in.", told])


def _write(path: Path, data: bytes) -> None:
    with client.new_file(path) as file:
        file.write(data)
