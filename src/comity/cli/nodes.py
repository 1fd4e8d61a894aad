"""A node as a whole: made, run, looked after."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from cyclopts import Parameter

from comity.cli import output
from comity.cli.options import PLAIN, Options


def init(
    authority: str,
    *,
    name: str,
    country: str,
    address: str,
    contact: str = "",
    role: Literal["member", "oversight"] = "member",
    web_port: int | None = None,
    peer_host: str | None = None,
    peer_port: int | None = None,
    database: str | None = None,
    passphrase_file: Path | None = None,
    options: Options = PLAIN,
) -> None:
    """Make a new node: its folder, keys, store and listing. Begun again where it broke off.

    Parameters
    ----------
    authority
        The id: country or body, then a short name. For example nl-north.
    name
        What the authority is called.
    country
        Two letters, as in ISO 3166; EU for bodies of the Union.
    address
        Where peers reach the node: https://HOST:PORT.
    contact
        Who is called at night.
    role
        Whether it takes part in cases or oversees.
    web_port
        Port of the pages and the API.
    peer_host
        Address on which peers are listened for.
    peer_port
        Port on which peers are listened for.
    database
        URL of a PostgreSQL database without its password, instead of SQLite in the folder.
    passphrase_file
        File with the passphrase that encrypts the keys.
    """
    from comity.cli import making

    told = {"name": name, "country": country, "address": address, "contact": contact, "role": role}
    given = {
        "web_port": web_port,
        "peer_host": peer_host,
        "peer_port": peer_port,
        "database": database,
        "passphrase_file": None if passphrase_file is None else str(passphrase_file.resolve()),
    }
    made = making.make(options.folder, authority, told, given)
    said = {
        "authority": authority,
        "folder": str(options.folder),
        "listing": str(made.listing),
        "fingerprint": made.fingerprint,
    }
    lines = [
        f"The node of {authority} is in {options.folder}.",
        f"Its listing, with its public keys: {made.listing}",
        f"Fingerprint of its certificate, to compare by voice: {made.fingerprint}",
        "Next, if you begin an alliance: comity directory found NAME",
        "Next, if you join one: send the listing to its founder, who answers with a file for:",
        "  comity directory join FILE --pin ID",
    ]
    output.answer(options, said, quiet=[made.listing], lines=lines)


def serve(*, options: Options = PLAIN) -> NoReturn:
    """Run the node until it is stopped: pages, API, peers."""
    form = "json" if options.json else "quiet" if options.quiet else "plain"
    sys.stdout.flush()
    command = [sys.executable, "-m", "comity.cli.served", str(options.folder), form]
    os.execv(sys.executable, command)  # noqa: S606  # ourselves, with nothing from outside


def version(*, options: Options = PLAIN) -> None:
    """Say which version this is."""
    from importlib import metadata

    found = metadata.version("comity")
    output.answer(options, {"version": found}, quiet=[found], lines=[f"comity {found}"])


def demo(
    *,
    check: Annotated[bool, Parameter(negative=())] = False,
    keep: Path | None = None,
    options: Options = PLAIN,
) -> int:
    """Play a joint case between invented authorities on this machine.

    Parameters
    ----------
    check
        Play, verify and end, instead of leaving the pages open.
    keep
        Keep the nodes' folders here.
    """
    from comity.demo import play

    return play.main(check=check, as_json=options.json, keep=keep)
