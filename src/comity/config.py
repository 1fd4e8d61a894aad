"""Settings: read once, then passed as a value. Every setting is in docs/settings.md.

Sources, weakest first: defaults, `comity.toml` in the data folder, environment variables
`COMITY_...`, arguments of the command. Secrets come from files, never from arguments.
"""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from comity import errors

FILE = "comity.toml"


class Settings(BaseSettings):
    """How one node runs."""

    model_config = SettingsConfigDict(env_prefix="COMITY_", extra="forbid", frozen=True)

    data: Path = Field(Path("comity-data"), description="Folder of all that this node keeps.")
    database: str = Field(
        "", description="URL of a PostgreSQL database; empty for SQLite in the data folder."
    )
    web_host: str = Field("127.0.0.1", description="Address of the pages and the API.")
    web_port: int = Field(8440, ge=0, le=65535, description="Port of the pages and the API.")
    web_url: str = Field(
        "",
        description="How browsers reach the pages; empty for http://web_host:web_port, or for "
        "localhost where that is this machine: browsers bind passkeys to names, not to numbers.",
    )
    peer_host: str = Field("127.0.0.1", description="Address on which other nodes reach this one.")
    peer_port: int = Field(8441, ge=0, le=65535, description="Port on which they reach it.")
    passphrase_file: Path | None = Field(
        None, description="File with the passphrase of the keys; none if they have no passphrase."
    )
    gossip_seconds: float = Field(
        30.0,
        gt=0,
        description="How often a peer that is up to date is shown a checkpoint.",
    )
    page_rows: int = Field(50, ge=1, le=500, description="Lines on one page of a list.")
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious event that is logged."
    )

    @property
    def base_url(self) -> str:
        """How browsers reach the pages."""
        host = "localhost" if self.web_host == "127.0.0.1" else self.web_host
        return (self.web_url or f"http://{host}:{self.web_port}").rstrip("/")

    def passphrase(self) -> bytes | None:
        """The passphrase of the keys, if there is one."""
        if self.passphrase_file is None:
            return None
        try:
            return self.passphrase_file.read_bytes().strip()
        except OSError as fault:
            raise errors.Unavailable(
                "passphrase-file",
                f"{self.passphrase_file}: {fault.strerror}",
                next_step="Let passphrase_file name a file that this user may read.",
            ) from None


def load(data: Path | None = None, **given: Any) -> Settings:
    """The settings of the node in `data`; `Invalid` names the setting and its source."""
    folder = data or Path(os.environ.get("COMITY_DATA") or "comity-data")
    file = folder / FILE
    kept = _read(file)
    stronger = {
        name: value
        for name in Settings.model_fields
        if (value := os.environ.get(_variable(name))) is not None
    }
    asked = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**{**kept, **stronger, **asked, "data": folder})
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        name = str(first["loc"][0]) if first["loc"] else ""
        source = str(file)
        if name in asked:
            source = "argument of the command"
        elif name in stronger:
            source = _variable(name)
        raise errors.Invalid(
            "settings",
            f"{place} ({source}): {first['msg']}",
            next_step="Correct it there. docs/settings.md lists every setting.",
        ) from None


def _variable(name: str) -> str:
    return f"COMITY_{name.upper()}"


def _read(file: Path) -> dict[str, Any]:
    """What the file says; nothing if there is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise errors.Invalid(
            "settings-file",
            f"{file}: {why}",
            next_step="Correct the file, or remove it to go back to the defaults.",
        ) from None
