"""Looking whether a node is in order, from the outside in: what fails first explains the rest."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from comity import errors
from comity.cli import client, output
from comity.cli.options import PLAIN, Options

_FOLDER_OPEN = 0o077
_FREE_BYTES_MIN = 2**30
_CLOCK_SECONDS_MAX = 300.0


class Check(TypedDict):
    """One thing that was looked at, and what was found."""

    check: str
    ok: bool
    told: str


def doctor(*, options: Options = PLAIN) -> int:
    """Look whether everything is in order: folder, clock, settings, keys, store, peers.

    Ends with exit code 1 if anything is not.
    """
    checks = list(_checks(options))
    ok = all(one["ok"] for one in checks)
    rows = [{**one, "ok": "ok" if one["ok"] else "FAULT"} for one in checks]
    columns = {"check": "Check", "ok": "", "told": "Found"}
    faults = [one["check"] for one in checks if not one["ok"]]
    if options.quiet and not options.json:
        output.answer(options, None, quiet=faults, lines=())
    else:
        output.table(options, {"ok": ok, "checks": checks}, rows, columns, key="check", empty="")
    return 0 if ok else 1


def _checks(options: Options) -> Iterator[Check]:
    folder = options.folder
    if not folder.is_dir():
        yield _fault("folder", f"{folder} is not there. Make a node with: comity init")
        return
    yield _folder(folder)
    yield _room(folder)
    yield _clock(folder)
    yield _settings(folder)
    yield from _node(options)


def _folder(folder: Path) -> Check:
    mode = folder.stat().st_mode & 0o777
    told = f"{folder}, mode {mode:04o}"
    return _fault("folder", told) if mode & _FOLDER_OPEN else _good("folder", told)


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    told = f"{free // 2**20} MiB are free"
    return _good("room", told) if free >= _FREE_BYTES_MIN else _fault("room", told)


def _settings(folder: Path) -> Check:
    from comity import config

    try:
        settings = config.load(folder)
    except errors.ComityError as fault:
        return _told("settings", fault)
    kept = "PostgreSQL" if settings.database else "SQLite"
    return _good("settings", f"{settings.base_url}, {kept}")


def _node(options: Options) -> Iterator[Check]:
    from comity.api import local

    runs = local.answers(options.folder)
    yield _good("process", "runs" if runs else "does not run")
    try:
        # To a node that does not run, this opens its keys and its store.
        with client.Client(options) as node:
            me = node.get("/me")
            yield _good("keys", f"of {me['authority']}, readable")
            yield _good("store", "opens")
            yield _asked(node, "directory", "/directory", _directory)
            yield _asked(node, "peers", "/peers", _peers)
            yield _asked(node, "staff", "/officers", _staff)
    except errors.ComityError as fault:
        about = fault.code.partition("-")[0]
        yield _told("keys" if about in ("keys", "passphrase", "lock", "card") else "store", fault)


def _asked(node: client.Client, name: str, path: str, judge: Any) -> Check:
    try:
        fault, told = judge(node.get(path))
    except errors.ComityError as fault:
        return _told(name, fault)
    return _fault(name, told) if fault else _good(name, told)


def _clock(folder: Path) -> Check:
    """Nothing in the folder was written in the future."""
    now = datetime.datetime.now(datetime.UTC)
    told = now.isoformat(timespec="seconds")
    ahead = max(one.stat().st_mtime for one in (folder, *folder.glob("*"))) - now.timestamp()
    if ahead > _CLOCK_SECONDS_MAX:
        return _fault("clock", f"{told}, which is {ahead:.0f} seconds before the last change here")
    return _good("clock", told)


def _directory(said: dict[str, Any]) -> tuple[bool, str]:
    return False, f"{said['name']}: {len(said['authorities'])} authorities"


def _staff(said: dict[str, Any]) -> tuple[bool, str]:
    active = sum(one["active"] for one in said["officers"])
    told = f"{active} active; rights are given by two persons"
    if said["alone"]:
        told = (
            f"{active} active; whoever is at this console gives rights alone, until an operator "
            "and a desk head have each added a passkey on the page of their account"
        )
    return False, told


def _peers(said: dict[str, Any]) -> tuple[bool, str]:
    troubled = [one["authority"] for one in said["peers"] if one["last_fault"]]
    split = [one["authority"] for one in said["peers"] if one["split_view"]]
    told = f"{len(said['peers'])} known"
    if troubled:
        told += f"; not reached: {', '.join(troubled)}"
    if split:
        told += f"; TWO LEDGERS SHOWN BY: {', '.join(split)}"
    return bool(troubled or split), told


def _good(name: str, told: str) -> Check:
    return {"check": name, "ok": True, "told": told}


def _fault(name: str, told: str) -> Check:
    return {"check": name, "ok": False, "told": told}


def _told(name: str, fault: errors.ComityError) -> Check:
    return _fault(name, f"{fault.code}: {fault.message} {fault.next_step}".strip())
