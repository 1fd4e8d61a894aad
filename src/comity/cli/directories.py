"""The directory of authorities, and the peers."""

import sys
from pathlib import Path
from typing import Any

from cyclopts import App

from comity import errors
from comity.cli import client, files, output
from comity.cli.options import LISTING, PLAIN, Options
from comity.records import strict_json

_LISTING_BYTES_MAX = 65_536
_DIRECTORY_BYTES_MAX = 2**24

app = App(name="directory", help="Found, join and read the directory of authorities.")
peers = App(name="peer", help="The peers and the line to each.")


@app.command
def found(name: str, *, listing: Path | None = None, options: Options = PLAIN) -> None:
    """Found a directory, with this node as its first member.

    Parameters
    ----------
    name
        What the alliance is called.
    listing
        This node's listing; listing.json in its folder.
    """
    body = {"name": name, "listing": _listing(listing or options.folder / LISTING)}
    with client.Client(options) as node:
        said = node.post("/directory/found", body)
    lines = [
        f"The directory is {said['directory']}. Members compare this id by voice.",
        "Next, for each member: comity directory admit LISTING",
        "Then give them the file of: comity directory export FILE",
    ]
    output.answer(options, said, quiet=[said["directory"]], lines=lines)


@app.command
def admit(listing: Path, *, options: Options = PLAIN) -> None:
    """List an authority in the directory that this node leads.

    Parameters
    ----------
    listing
        The listing.json that its operator sent.
    """
    said_of = _listing(listing)
    with client.Client(options) as node:
        said = node.post("/directory/authorities", {"listing": said_of})
    lines = [f"{said_of.get('authority')} is listed."]
    output.answer(options, said, quiet=[said["directory"]], lines=lines)


@app.command
def export(file: Path, *, options: Options = PLAIN) -> None:
    """Write the directory to a file, for a node that joins. Nothing in it is secret.

    Parameters
    ----------
    file
        The new file.
    """
    with client.Client(options) as node:
        size = node.save("/directory/export", file)
    said = {"file": str(file), "bytes": size}
    output.answer(options, said, quiet=[file], lines=[f"{size} bytes in {file}."])


@app.command
def join(file: Path, *, pin: str, options: Options = PLAIN) -> None:
    """Join a directory, if it is the one that its founder told.

    Parameters
    ----------
    file
        The file that its founder sent.
    pin
        The directory's id, compared by voice.
    """
    data = files.read(file, _DIRECTORY_BYTES_MAX)
    headers = {"Content-Type": client.BYTES}
    with client.Client(options) as node:
        said = node.call(
            "POST", "/directory/join", query={"pin": pin}, content=data, headers=headers
        ).json()
    lines = ["This node is a member.", "Next: comity serve"]
    output.answer(options, said, quiet=[said["directory"]], lines=lines)


@app.command
def show(*, options: Options = PLAIN) -> None:
    """Who is in the directory."""
    with client.Client(options) as node:
        said = node.get("/directory")
    columns = {"authority": "Authority", "name": "Name", "country": "Country", "role": "Role"}
    if sys.stdout.isatty() and not (options.json or options.quiet):
        print(f"{output.plain(said['name'])}, led by {said['lead']}: {said['directory']}")
    output.table(options, said, said["authorities"], columns, key="authority", empty="")


@peers.command(name="list")
def listed(*, options: Options = PLAIN) -> None:
    """The peers and the line to each."""
    with client.Client(options) as node:
        said = node.get("/peers")
    columns = {
        "authority": "Authority",
        "last_contact": "Reached",
        "waiting": "Waiting",
        "acknowledged_size": "Cosigned",
        "last_fault": "Fault",
        "address": "Address",
    }
    output.table(options, said, said["peers"], columns, key="authority", empty="There are none.")


def _listing(path: Path) -> dict[str, Any]:
    said = strict_json.loads(files.read(path, _LISTING_BYTES_MAX))
    if not isinstance(said, dict):
        raise errors.Invalid("listing-malformed", f"{path} holds no listing")
    return said
