"""Parcels that go by file."""

import contextlib
from pathlib import Path
from typing import Any

from cyclopts import App

from comity.cli import client, files, output
from comity.cli.options import PLAIN, Options

_FILE_BYTES_MAX = 2**27

app = App(name="parcel", help="Parcels that go by file.")


@app.command
def export(out: Path, *, to: str, options: Options = PLAIN) -> None:
    """Write what waits for a peer to a sealed file.

    Parameters
    ----------
    out
        A folder, in which the file is named after who sends it to whom; or a new file.
    to
        The peer.
    """
    with client.Client(options) as node:
        response = node.call("POST", "/parcels/export", query={"to": to})
    path = out / _named(response.headers.get("content-disposition", "")) if out.is_dir() else out
    # A fault from here on loses nothing: what waits is written again with the next export.
    files.write(path, response.content)
    count = int(response.headers.get("comity-records", "0"))
    said: dict[str, Any] = {"file": str(path), "records": count}
    lines = [
        f"{count} records in {path}.",
        "They count as delivered when you import the file that the peer answers with.",
    ]
    output.answer(options, said, quiet=[path], lines=lines)


@app.command(name="import")
def import_(file: Path, *, answer: Path | None = None, options: Options = PLAIN) -> None:
    """Take in a parcel that came by file. Taken in twice, it has one effect.

    Parameters
    ----------
    file
        The file.
    answer
        A folder or a new file for the answer, which goes back to the sender as a receipt.
    """
    data = files.read(file, _FILE_BYTES_MAX)
    headers = {"Content-Type": client.PARCEL}
    if answer is not None and answer.is_dir():
        answer = answer / f"RECEIPT-{file.name}"
    with contextlib.ExitStack() as ending:
        kept = None if answer is None else ending.enter_context(files.new(answer))
        node = ending.enter_context(client.Client(options))
        receipt = node.call("POST", "/parcels/import", content=data, headers=headers).content
        if kept is not None:
            kept.write(receipt)
    told = f"Give {answer} to its sender." if answer else "Its receipt was not kept."
    said = {"file": str(file), "answer": None if answer is None else str(answer)}
    output.answer(options, said, quiet=[answer or ""], lines=[f"{file} was taken in.", told])


def _named(disposition: str) -> str:
    """The file's name in a Content-Disposition header, without any folder."""
    return Path(disposition.partition('filename="')[2].rstrip('"')).name or "PARCEL.comity"
