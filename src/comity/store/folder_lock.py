"""One process at a time in a data folder.

The lock is the kernel's (flock): it ends with the process that holds it, however that ends, so
there is no stale lock to clean up. The file stays and says who held it last.
"""

import fcntl
import os
from pathlib import Path
from typing import Final

from comity import errors

NAME: Final = "store.lock"


class FolderLock:
    """Held from the making of it until `release`; `Unavailable` if another holds it."""

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise errors.Unavailable(
                "folder-held",
                f"process {holder or 'unknown'} has the data folder {folder} open",
                next_step="Stop that process, or work through it: two writers would damage data.",
            ) from None
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Let others in. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
