"""Files that a command is given or makes: read within a bound, written whole or not at all.

A file that is there is never written over.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from comity import errors


@contextlib.contextmanager
def new(path: Path) -> Iterator[BinaryIO]:
    """A new file for what is written, which nobody but its owner can read.

    A crash leaves at most a file whose name begins with `.partial-`.
    """
    try:
        if path.exists():
            raise taken(path)
        descriptor, partial = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    except OSError as fault:
        raise errors.Invalid("file-unwritable", f"{path}: {fault.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        os.link(partial, path)
    except FileExistsError:
        raise taken(path) from None
    except OSError as fault:
        raise broken_off(path, fault) from None
    finally:
        Path(partial).unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """A new file that holds `data`."""
    with new(path) as file:
        file.write(data)


def read(path: Path, bytes_max: int) -> bytes:
    """The bytes of a file that a command is given."""
    with open_(path) as file:
        try:
            data = file.read(bytes_max + 1)
        except OSError as fault:
            raise _unreadable(path, fault) from None
    if len(data) > bytes_max:
        raise errors.Invalid("file-too-large", f"{path} has more than {bytes_max} bytes")
    return data


def open_(path: Path) -> BinaryIO:
    """A file that a command is given, open for reading."""
    try:
        return path.open("rb")
    except OSError as fault:
        raise _unreadable(path, fault) from None


def taken(path: Path) -> errors.Conflict:
    """For a name that is not free."""
    return errors.Conflict(
        "file-exists", f"{path} is there already", next_step="Remove it, or choose another name."
    )


def broken_off(path: Path, fault: OSError) -> errors.Unavailable:
    """For what could be begun and not be written to its end."""
    return errors.Unavailable(
        "file-broken-off",
        f"{path}: {fault.strerror or fault}",
        next_step="Make room on that disk, then try again: nothing was kept there.",
    )


def _unreadable(path: Path, fault: OSError) -> errors.NotFound:
    return errors.NotFound("file-unreadable", f"{path}: {fault.strerror}")
