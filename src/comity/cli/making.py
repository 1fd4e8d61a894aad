"""Making a node: its settings, keys and store, and the listing by which others come to know it.

What broke off is begun again by the same command. Keys and settings that are there are never
written over.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pydantic

from comity import config, errors, node
from comity.cli import files
from comity.cli.options import LISTING
from comity.desk import founding
from comity.matters import directory
from comity.records import ids

_STAND_IN = "AAAA"
"""For keys that are not made yet."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new node."""

    listing: Path
    fingerprint: str


def make(folder: Path, authority: str, told: Mapping[str, Any], given: Mapping[str, Any]) -> Made:
    """Make the node of `authority`: `told` stands in its listing, `given` are its settings.

    1. Everything that was said is checked before anything is made.
    2. The settings are written. A crash here leaves a folder without keys.
    3. Keys and store are made, or opened where they are there already.
    4. The listing is written last: its file says that all is there.
    """
    # (1)
    _check(authority, told, given)
    listing = folder / LISTING
    if listing.exists():
        raise errors.Conflict(
            "node-exists",
            f"there is a node in {folder} already",
            next_step="Use it, or name another folder: --data FOLDER",
        )

    # (2)
    settings = config.load(folder, **given)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _settle(folder / config.FILE, {k: value for k, value in given.items() if value is not None})

    # (3)
    found = _opened(settings, ids.AuthorityId(authority))
    try:
        card = found.tools.keys.card
    finally:
        found.close()

    # (4)
    said = founding.listing_of(card, **told).model_dump(mode="json")
    files.write(listing, json.dumps(said, indent=2).encode() + b"\n")
    return Made(listing, card.fingerprint)


def _check(authority: str, told: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if not ids.is_authority(authority):
        raise errors.Invalid(
            "authority-malformed",
            f"{authority!r} is no authority's id",
            next_step="Write the country or body, then a short name: nl-north",
        )
    if urlsplit(given.get("database") or "").password:
        raise errors.Invalid(
            "secret-as-argument",
            "the database's URL holds a password, and everyone here can see arguments",
            next_step="Leave it out, and put the password into the file that PGPASSFILE names.",
        )
    keys = dict.fromkeys(("signing", "opening", "checkpoint", "cosigning"), _STAND_IN)
    try:
        directory.Listing.model_validate(
            {**told, **keys, "authority": authority, "certificate": ""}
        )
    except pydantic.ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise errors.Invalid("listing-malformed", f"{place}: {first['msg']}") from None


def _settle(file: Path, given: Mapping[str, Any]) -> None:
    """Keep the settings; a file that is there must agree with them."""
    if not file.exists():
        # A JSON text is a basic string of TOML, a JSON number a number.
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in given.items()]
        files.write(file, "".join(lines).encode())
        return
    kept = tomllib.loads(file.read_text())
    for name, value in given.items():
        if kept.get(name) != value:
            raise errors.Conflict(
                "settings-differ",
                f"{file} says {name} = {kept.get(name)!r}, and {value!r} was given",
                next_step=f"Write it into {file}, and leave it out of the command.",
            )


def _opened(settings: config.Settings, authority: ids.AuthorityId) -> node.Node:
    try:
        return node.create(settings, authority)
    except errors.Conflict as fault:
        if fault.code != "keys-exist":
            raise
    found = node.open_(settings)
    if found.tools.authority == authority:
        return found
    found.close()
    raise errors.Conflict("node-exists", f"{settings.data} holds keys of {found.tools.authority}")
