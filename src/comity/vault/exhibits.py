"""The vault in a folder: one encrypted file for each exhibit, named by the digest of its bytes.

Each is encrypted with a key of its own in Cobblestone-256 (C2SP chunked-encryption), the key sealed
to this node. Plain content never touches the disk, not even in passing: reading verifies the whole
file first, and decrypts it a second time to give it out. Keeps the promises of `port.Vault`.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag

from comity import errors
from comity.records import ids
from comity.vault.port import Damage, Exhibit, ExhibitId, Fault, Keeper

_CONTEXT = b"comity/exhibit/1"
_KEY_CONTEXT = b"comity/exhibit-key/1\n"
_PARTIAL = ".partial-"
_PIECE_BYTES = 2**20


class Exhibits:
    """A `port.Vault` in `folder`, which no other process uses."""

    def __init__(self, folder: Path, keeper: Keeper) -> None:
        """Make the folder if need be, and remove what an earlier crash left half-written."""
        self._folder = folder
        self._keeper = keeper
        self._broken = False
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in folder.glob(_PARTIAL + "*"):
            leftover.unlink()

    def put(self, chunks: Iterable[bytes]) -> Exhibit:
        """Take evidence in (`port.Vault.put`).

        1. Encrypt into a file with a passing name, hashing both sides on the way.
        2. Flush it, and seal its key. A crash up to here leaves a `.partial-` file, which is
           removed at the next start.
        3. Rename it to its digest and flush the folder. A crash in between leaves either that or
           an exhibit that nothing names and whose key nobody has.
        """
        if self._broken:
            raise self._failed("an earlier flush failed")
        key = cobblestone.Cobblestone256Encryptor.generate_key()
        descriptor, name = tempfile.mkstemp(prefix=_PARTIAL, dir=self._folder)
        partial = Path(name)
        try:
            try:
                # (1)
                exhibit_id, digest, size = self._encrypt(key, chunks, descriptor)

                # (2)
                self._flush(descriptor)
            finally:
                os.close(descriptor)
            wrapped = self._keeper.wrap(key, info=_info(exhibit_id, digest, size))

            # (3)
            self._publish(partial, self._path(exhibit_id))
        finally:
            partial.unlink(missing_ok=True)
        return Exhibit(id=exhibit_id, size=size, digest=digest, wrapped_key=wrapped)

    def read(self, exhibit: Exhibit) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB, verified as a whole before this returns."""
        pieces = self._verified(exhibit)
        next(pieces)
        return pieces

    def remove(self, exhibit_id: ExhibitId) -> None:
        """Delete the encrypted bytes. A crash before the flush may bring the file back."""
        path = self._path(exhibit_id)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            self._flush_folder(path.parent)

    def scrub(self, expected: Iterable[ExhibitId]) -> Iterator[Damage]:
        """Hash every file again; first what is here, then what should be and is not."""
        here: set[str] = set()
        for shelf in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            for path in sorted(shelf.iterdir()):
                fault = self._fault_of(path)
                here.add(path.name)
                if fault is not None:
                    yield Damage(path.name, fault)
        for exhibit_id in sorted(set(expected) - here):
            yield Damage(exhibit_id, "missing")

    def _encrypt(
        self, key: bytes, chunks: Iterable[bytes], descriptor: int
    ) -> tuple[ExhibitId, ids.BlobId, int]:
        encryptor = cobblestone.Cobblestone256Encryptor(key, _CONTEXT)
        plain, sealed, size = hashlib.sha256(), hashlib.sha256(), 0
        for chunk in chunks:
            plain.update(chunk)
            size += len(chunk)
            self._append(descriptor, encryptor.update(chunk), sealed)
        self._append(descriptor, encryptor.finalize(), sealed)
        return ExhibitId(sealed.hexdigest()), ids.BlobId(plain.hexdigest()), size

    def _append(self, descriptor: int, data: bytes, sealed: Any) -> None:
        sealed.update(data)
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(descriptor, view) :]
        except OSError as fault:
            if fault.errno in (errno.ENOSPC, errno.EDQUOT):
                # Known before anything was promised: removing the partial file undoes it all.
                raise errors.Unavailable(
                    "storage-full",
                    f"{self._folder} has no room left",
                    next_step="Make room on the disk of the vault, then take it in again.",
                ) from None
            raise self._failed(str(fault)) from fault

    def _verified(self, exhibit: Exhibit) -> Iterator[bytes]:
        """An empty piece once everything was verified, then the content."""
        info = _info(exhibit.id, exhibit.digest, exhibit.size)
        key = self._keeper.open(exhibit.wrapped_key, info=info)
        try:
            descriptor = os.open(self._path(exhibit.id), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise errors.NotFound("exhibit-missing", f"no exhibit {exhibit.id} is here") from None
        with os.fdopen(descriptor, "rb") as file:
            plain, size = hashlib.sha256(), 0
            for piece in _decrypted(key, exhibit.id, file):
                plain.update(piece)
                size += len(piece)
            if (plain.hexdigest(), size) != (exhibit.digest, exhibit.size):
                raise _altered(exhibit.id)
            yield b""
            # The same open file once more: every piece is authenticated again by itself, and that
            # it is whole was seen above.
            file.seek(0)
            yield from _decrypted(key, exhibit.id, file)

    def _path(self, exhibit_id: str) -> Path:
        if not ids.is_digest(exhibit_id):
            raise errors.Invalid("exhibit-id", f"{exhibit_id[:80]!r} is no exhibit's id")
        return self._folder / exhibit_id[:2] / exhibit_id

    def _fault_of(self, path: Path) -> Fault | None:
        if not ids.is_digest(path.name) or path.parent.name != path.name[:2] or path.is_symlink():
            return "stray"
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None  # Removed while the scrub ran.
        except OSError:
            return "unreadable"
        return None if found == path.name else "altered"

    def _publish(self, partial: Path, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            partial.rename(path)
        except OSError as fault:
            raise self._failed(str(fault)) from fault
        self._flush_folder(path.parent)
        self._flush_folder(self._folder)

    def _flush_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._flush(descriptor)
        finally:
            os.close(descriptor)

    def _flush(self, descriptor: int) -> None:
        """Once only: after a failed flush Linux forgets the bytes, and a second one succeeds."""
        try:
            os.fsync(descriptor)
        except OSError as fault:
            raise self._failed(str(fault)) from fault

    def _failed(self, why: str) -> errors.Unavailable:
        self._broken = True
        return errors.Unavailable(
            "storage-failed",
            f"the disk under {self._folder} cannot be relied on: {why}",
            next_step="Stop the node, check the disk, start it again, and run a scrub.",
        )


def _info(exhibit_id: str, digest: str, size: int) -> bytes:
    """What an exhibit's sealed key is bound to, so that no description fits other bytes."""
    return _KEY_CONTEXT + f"{exhibit_id}\n{digest}\n{size}\n".encode()


def _decrypted(key: bytes, exhibit_id: str, file: Any) -> Iterator[bytes]:
    decryptor = cobblestone.Cobblestone256Decryptor(key, _CONTEXT)
    try:
        while data := file.read(_PIECE_BYTES):
            if piece := decryptor.update(data):
                yield piece
        if piece := decryptor.finalize():
            yield piece
    except InvalidTag:
        raise _altered(exhibit_id) from None


def _altered(exhibit_id: str) -> errors.Unverified:
    return errors.Unverified(
        "exhibit-altered",
        f"the bytes of exhibit {exhibit_id} are not those that were taken in",
        next_step="Restore it from a backup; the custody record says what its digest must be.",
    )
