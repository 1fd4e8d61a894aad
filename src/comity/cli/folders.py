"""An exported matter on a disk: a folder, or a zip archive that is not trusted.

What is read is bounded in number and bytes before it is read. An archive whose names could leave
their folder, whose files lie over each other, or that expands without measure is refused.
"""

import io
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from comity import errors
from comity.cli import files

FILES_MAX = 100_000
FILE_BYTES_MAX = 2**26
BYTES_MAX = 2**30
RATIO_MAX = 200
_SMALL = 2**16
"""Bytes up to which nobody asks how far a file was packed."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}")
_LOCAL_HEADER_BYTES = 30
_LIST_BYTES_MAX = 2**24


def read(path: Path) -> dict[str, bytes]:
    """The files of an export, by their paths inside it; `Unverified` for an unsafe archive."""
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return _archive(path)
    raise errors.NotFound("file-unreadable", f"{path} is no file and no folder")


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive into a new folder, which is there only when it is whole.

    A crash leaves at most a folder whose name begins with `.partial-`.
    """
    found = _archive(archive)
    try:
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    except OSError as fault:
        raise errors.Invalid("file-unwritable", f"{folder}: {fault.strerror}") from None
    try:
        for name, data in found.items():
            place = partial / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        # Takes no folder away: one that is not empty cannot be replaced.
        partial.rename(folder)
    except OSError as fault:
        shutil.rmtree(partial, ignore_errors=True)
        if folder.exists():
            raise files.taken(folder) from None
        raise files.broken_off(folder, fault) from None


def _folder(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    total = 0
    for place in _regular(path):
        data = _bounded(place)
        total += len(data)
        if len(found) >= FILES_MAX or total > BYTES_MAX:
            raise _unsafe(str(path), "it holds more than an export can")
        found[place.relative_to(path).as_posix()] = data
    return found


def _regular(path: Path) -> Iterator[Path]:
    for place in sorted(path.rglob("*")):
        mode = place.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise _unsafe(place.relative_to(path).as_posix(), "it is no plain file")
        yield place


def _bounded(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as fault:
        raise errors.NotFound("file-unreadable", f"{place}: {fault.strerror}") from None
    if len(data) > FILE_BYTES_MAX:
        raise _unsafe(place.name, f"it has more than {FILE_BYTES_MAX} bytes")
    return data


def _archive(path: Path) -> dict[str, bytes]:
    try:
        with _Guarded(io.FileIO(path)) as opened, zipfile.ZipFile(opened) as archive:
            opened.guarding = False
            entries = archive.infolist()
            _check(str(path), entries)
            return {one.filename: _content(archive, one) for one in entries if not one.is_dir()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as fault:
        raise _unsafe(str(path), f"it is no zip archive that can be read: {fault}") from None
    except OSError as fault:
        raise errors.NotFound("file-unreadable", f"{path}: {fault.strerror or fault}") from None


class _Guarded(io.BufferedReader):
    """An archive whose list is not read if it is longer than a list of `FILES_MAX` files."""

    guarding = True

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes."""
        if self.guarding and size is not None and size > _LIST_BYTES_MAX:
            raise zipfile.BadZipFile(f"its list has {size} bytes")
        return super().read(size)


def _check(path: str, entries: list[zipfile.ZipInfo]) -> None:
    """Judge an archive by its list, before anything of it is expanded."""
    if len(entries) > FILES_MAX or sum(one.file_size for one in entries) > BYTES_MAX:
        raise _unsafe(path, "it holds more than an export can")
    names: set[str] = set()
    end = 0
    for one in sorted(entries, key=lambda one: one.header_offset):
        if not _NAME.fullmatch(one.filename.removesuffix("/")) or ".." in one.filename:
            raise _unsafe(one.filename[:80], "an export has no file of this name")
        if one.filename in names:
            raise _unsafe(one.filename, "it stands twice in the archive")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _unsafe(one.filename, "it is packed in a way that no export is")
        if one.flag_bits & 1 or stat.S_ISLNK(one.external_attr >> 16):
            raise _unsafe(one.filename, "it is encrypted, or a link")
        if one.header_offset < end:
            raise _unsafe(one.filename, "it lies over another file of the archive")
        if one.file_size > max(_SMALL, RATIO_MAX * one.compress_size):
            raise _unsafe(one.filename, f"it expands more than {RATIO_MAX} times")
        names.add(one.filename)
        end = one.header_offset + _LOCAL_HEADER_BYTES + len(one.filename) + one.compress_size


def _content(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with archive.open(one) as file:
        data = file.read(min(one.file_size, FILE_BYTES_MAX) + 1)
    if len(data) != one.file_size:
        raise _unsafe(one.filename, f"it has other than the {one.file_size} bytes that are listed")
    return data


def _unsafe(name: str, why: str) -> errors.Unverified:
    return errors.Unverified(
        "export-unsafe",
        f"{name}: {why}",
        next_step="Do not rely on this copy; ask its exporter for another.",
    )
