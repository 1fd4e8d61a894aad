"""Files that only their owner may read: written whole or not at all, refused when others may look.

Every file is made with mode 0600 under a new name, flushed to the disk, and then takes its place;
a crash leaves either nothing, or a `.new-` file that the next creation removes.
"""

import os
import stat
import tempfile
from pathlib import Path

from comity import errors

_OTHERS = 0o077
_PARTIAL = ".new-"
_SIZE_MAX = 65_536


def make_folder(folder: Path) -> None:
    """A folder of mode 0700; one that is there already must be private too."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(folder)
    for leftover in folder.glob(_PARTIAL + "*"):
        leftover.unlink()


def check_private(path: Path) -> None:
    """Raise `Refused` when anybody but the owner may read or change `path`."""
    try:
        mode = stat.S_IMODE(path.stat(follow_symlinks=False).st_mode)
    except FileNotFoundError:
        raise errors.NotFound(
            "keys-missing",
            f"{path} is not there",
            next_step="Check the keys folder in the settings, or create the keys first.",
        ) from None
    if mode & _OTHERS:
        raise errors.Refused(
            "keys-too-open",
            f"{path} has mode {mode:04o}, where nobody but its owner may have access",
            next_step=f"Run: chmod go-rwx {path}. If others used this machine, rotate the keys.",
        )


def read(path: Path) -> bytes:
    """The bytes of a private file; a link or a file open to others is refused."""
    check_private(path)
    # O_NOFOLLOW: whoever can place a link here could otherwise choose the keys.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(_SIZE_MAX)


def write(path: Path, data: bytes, *, replace: bool) -> None:
    """Put `data` at `path`; with `replace` false a file that is there is a `Conflict`."""
    descriptor, name = tempfile.mkstemp(prefix=_PARTIAL, dir=path.parent)  # O_EXCL, mode 0600.
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        # A crash before here leaves a `.new-` file and no key that was ever used.
        if replace:
            Path(name).rename(path)
        else:
            path.hardlink_to(name)
    except FileExistsError:
        raise errors.Conflict(
            "keys-exist",
            f"{path} is there already and is never written over",
            next_step="Use the keys that are there, or name another folder for the next epoch.",
        ) from None
    finally:
        Path(name).unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the names in `folder` durable; until then a crash may leave the old names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
