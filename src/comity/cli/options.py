"""What every command takes: where the node is, who asks, how the answer is written."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli import files

LISTING = "listing.json"
"""In the node's folder: what its directory's founder is sent."""
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
    """File with an officer's token; COMITY_TOKEN_FILE or COMITY_TOKEN. Else the operator acts."""

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
        named = self.token_file or os.environ.get("COMITY_TOKEN_FILE")
        if not named:
            return os.environ.get("COMITY_TOKEN", "").strip() or None
        data = files.read(Path(named), _TOKEN_BYTES_MAX)
        return data.decode("ascii", "replace").strip()


PLAIN = Options()
"""No option given."""
