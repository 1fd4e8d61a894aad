"""What every command takes: where the node is, who asks, how the answer is written."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity import errors

_TOKEN_BYTES_MAX = 1_000


@Parameter(name="*", group="Every command")
@dataclass(frozen=True, kw_only=True)
class Options:
    """The same for every command."""

    data: Path | None = None
    """Folder of the node; COMITY_DATA, else ./comity-data."""
    json: Annotated[bool, Parameter(negative=())] = False
    """Write the answer as JSON."""
    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), negative=())] = False
    """Write ids only."""
    purpose: str = ""
    """For what purpose this is done; COMITY_PURPOSE. docs/api.md lists the purposes."""
    token_file: Path | None = None
    """File with an officer's token; else COMITY_TOKEN. Without one, the operator acts."""

    @property
    def folder(self) -> Path:
        """The node's folder."""
        return self.data or Path(os.environ.get("COMITY_DATA", "comity-data"))

    @property
    def stated_purpose(self) -> str:
        """The purpose, however it was stated."""
        return self.purpose or os.environ.get("COMITY_PURPOSE", "")

    def token(self) -> str | None:
        """The officer's token, if one was given. Never an argument: arguments are seen by all."""
        if self.token_file is None:
            return os.environ.get("COMITY_TOKEN") or None
        try:
            with self.token_file.open("rb") as file:
                return file.read(_TOKEN_BYTES_MAX).decode("ascii", "replace").strip()
        except OSError as fault:
            raise errors.NotFound(
                "file-unreadable", f"{self.token_file}: {fault.strerror}"
            ) from None


PLAIN = Options()
"""No option given."""
