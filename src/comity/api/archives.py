"""A zip archive while it is made: each file whole and packed, under names that are ours.

The same files give the same bytes: no clock and no folder of this machine is in them.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping

_MADE = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


def zipped(files: Mapping[str, bytes]) -> Iterator[bytes]:
    """The archive of `files`, in pieces."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, _MADE)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = _READABLE
            archive.writestr(about, files[name])
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what the archive writes, and can be emptied. It cannot be sought in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # whatever the archive writes is bytes
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data
