"""The file carrier: parcels on a disk, a stick, a disc.

A parcel's file is either not there or whole. Its name is for people; what is inside says who sent
it to whom. Reading takes no more than the largest parcel has.
"""

import os
import stat
import tempfile
from pathlib import Path

from comity import errors
from comity.exchange import wrapping
from comity.records.ids import AuthorityId

SUFFIX = ".comity"
_PARTIAL = ".partial-"


def name(sender: AuthorityId, recipient: AuthorityId, number: int) -> str:
    """What a parcel's file is called: `PARCEL-<sender>-<recipient>-<number>.comity`."""
    return f"PARCEL-{sender}-{recipient}-{number}{SUFFIX}"


def write(folder: Path, file_name: str, data: bytes) -> Path:
    """Put a parcel into `folder`; `Conflict` when that name is taken, `Unavailable` on a fault.

    When this returns, the bytes and the name are on the disk. A crash before leaves at most a
    file whose name begins with `.partial-`.
    """
    path = folder / file_name
    if path.exists():
        raise errors.Conflict(
            "parcel-file-exists",
            f"{path} is there already",
            next_step="Keep it: it may be on its way. Choose another folder, or remove it first.",
        )
    try:
        descriptor, partial = tempfile.mkstemp(prefix=_PARTIAL, dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            Path(partial).rename(path)
        finally:
            Path(partial).unlink(missing_ok=True)
        _sync(folder)
    except OSError as fault:
        raise _unavailable(path, fault) from fault
    return path


def read(path: Path) -> bytes:
    """The bytes of a parcel's file; `Invalid` when they are too many, or it is no plain file."""
    try:
        # O_NONBLOCK: opening a pipe that somebody put there must not hang.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise errors.Invalid("parcel-file", f"{path} is not a plain file")
            data = file.read(wrapping.SEALED_BYTES_MAX + 1)
    except FileNotFoundError:
        raise errors.NotFound("parcel-file-missing", f"{path} is not there") from None
    except OSError as fault:
        raise _unavailable(path, fault) from fault
    if len(data) > wrapping.SEALED_BYTES_MAX:
        raise errors.Invalid(
            "parcel-too-large",
            f"{path} has more than {wrapping.SEALED_BYTES_MAX} bytes, the most that a parcel has",
        )
    return data


def _sync(folder: Path) -> None:
    """Make the name durable; until then a crash may leave the folder without the new file."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(path: Path, fault: OSError) -> errors.Unavailable:
    return errors.Unavailable(
        "carrier-failed",
        f"{path}: {fault.strerror or fault}",
        next_step="Check that the disk is there, has room and may be written; then try again.",
    )
