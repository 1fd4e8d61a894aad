"""A node as a whole: made, run, looked after."""

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from comity import errors
from comity.cli import client, output
from comity.cli.options import PLAIN, Options

LISTING = "listing.json"
_FOLDER_OPEN = 0o077


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
    """Make a new node: its folder, keys and store.

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
        URL of a PostgreSQL database, instead of SQLite in the folder.
    passphrase_file
        File with the passphrase that encrypts the keys.
    """
    from comity import config, node
    from comity.desk import founding
    from comity.records import ids

    if not ids.is_authority(authority):
        raise errors.Invalid("authority-malformed", f"{authority!r} is no authority's id")
    folder = options.folder
    if (folder / node.KEYS / "keys.json").exists():
        raise errors.Conflict("node-exists", f"there is a node in {folder} already")
    given: dict[str, Any] = {
        "web_port": web_port,
        "peer_host": peer_host,
        "peer_port": peer_port,
        "database": database,
        "passphrase_file": None if passphrase_file is None else str(passphrase_file.resolve()),
    }
    settings = config.load(folder, **given)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / config.FILE).write_text(_toml(given))
    # A crash from here on leaves a folder without keys, in which init begins again.
    made = node.create(settings, ids.AuthorityId(authority))
    try:
        listing = founding.listing_of(
            made.tools.keys.card,
            name=name,
            country=country,
            address=address,
            contact=contact,
            role=role,
        )
        fingerprint = made.tools.keys.card.fingerprint
    finally:
        made.close()
    path = folder / LISTING
    path.write_text(json.dumps(listing.model_dump(mode="json"), indent=2) + "\n")
    said = {"authority": authority, "folder": str(folder), "listing": str(path)}
    output.answer(
        options,
        {**said, "fingerprint": fingerprint},
        quiet=[path],
        lines=[
            f"The node of {authority} is in {folder}.",
            f"Its listing, with its public keys: {path}",
            f"Fingerprint of its certificate, to compare by voice: {fingerprint}",
            "Next, if you begin an alliance: comity directory found NAME",
            "Next, if you join one: send the listing to its founder, who answers with a file for:",
            "  comity directory join FILE --pin ID",
        ],
    )


def serve(*, options: Options = PLAIN) -> int:
    """Run the node until it is stopped: pages, API, peers."""
    from comity import config, node, serving

    settings = config.load(options.folder)
    logging.basicConfig(
        level=settings.level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for chatty in ("alembic", "httpx2", "httpcore2", "uvicorn"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
    found = node.open_(settings)

    def started(where: serving.Addresses) -> None:
        said = {"web": where.web, "peers": where.peers, "socket": str(settings.data / "node.sock")}
        lines = [f"Pages and API: {where.web}", f"Peers: {where.peers}", "Ctrl-C stops the node."]
        output.answer(options, said, quiet=[where.web], lines=lines)
        sys.stdout.flush()

    try:
        return serving.run(found, started)
    finally:
        found.close()


def doctor(*, options: Options = PLAIN) -> int:
    """Look whether everything is in order: folder, settings, node, directory, peers."""
    checks = list(_checks(options))
    output.table(
        options,
        {"ok": all(one["ok"] for one in checks), "checks": checks},
        [{**one, "ok": "ok" if one["ok"] else "FAULT"} for one in checks],
        {"check": "Check", "ok": "", "told": "Found"},
        key="check",
        empty="",
    )
    return 0 if all(one["ok"] for one in checks) else 1


def _checks(options: Options) -> Any:
    from comity.api import local

    folder = options.folder
    if not folder.exists():
        yield {"check": "folder", "ok": False, "told": f"{folder} is not there"}
        return
    mode = folder.stat().st_mode & 0o777
    yield {"check": "folder", "ok": not mode & _FOLDER_OPEN, "told": f"{folder}, mode {mode:04o}"}
    runs = local.answers(folder)
    yield {"check": "process", "ok": True, "told": "runs" if runs else "does not run"}
    try:
        with client.Client(options) as node:
            me = node.get("/me")
            yield {"check": "node", "ok": True, "told": f"{me['authority']} answers"}
            for name, path in (("directory", "/directory"), ("peers", "/peers")):
                yield _asked(node, name, path)
    except errors.ComityError as fault:
        yield {"check": "node", "ok": False, "told": f"{fault.code}: {fault.message}"}


def _asked(node: client.Client, name: str, path: str) -> dict[str, Any]:
    try:
        said = node.get(path)
    except errors.ComityError as fault:
        return {"check": name, "ok": False, "told": f"{fault.code}: {fault.message}"}
    if name == "directory":
        told = f"{said['name']}: {len(said['authorities'])} authorities"
        return {"check": name, "ok": True, "told": told}
    silent = [one["authority"] for one in said["peers"] if one["last_fault"] or one["split_view"]]
    told = f"{len(said['peers'])} peers" + (f", trouble with {', '.join(silent)}" if silent else "")
    return {"check": name, "ok": not silent, "told": told}


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


def _toml(given: dict[str, Any]) -> str:
    """The settings that were given, one a line."""
    # A JSON text is a basic string of TOML, a JSON number a number.
    return "".join(f"{name} = {json.dumps(v)}\n" for name, v in given.items() if v is not None)
