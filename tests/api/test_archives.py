"""A zip archive while it is made: whole, in order, under our names, and the same each time."""

import io
import zipfile

from comity.api import archives

FILES = {"b.txt": b"two" * 10_000, "a/c.txt": b"one", "empty": b""}


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_an_archive_holds_the_files_and_is_whole() -> None:
    with opened(b"".join(archives.zipped(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == sorted(FILES)


def test_the_same_files_give_the_same_bytes() -> None:
    turned = dict(reversed(FILES.items()))
    assert b"".join(archives.zipped(FILES)) == b"".join(archives.zipped(turned))


def test_an_archive_tells_nothing_of_this_machine() -> None:
    with opened(b"".join(archives.zipped(FILES))) as archive:
        for one in archive.infolist():
            assert one.date_time == (1980, 1, 1, 0, 0, 0)
            assert one.external_attr >> 16 == 0o100644
            assert one.comment == b""


def test_each_file_is_given_on_when_it_is_packed() -> None:
    pieces = list(archives.zipped(FILES))
    assert len(pieces) == len(FILES) + 1
    assert pieces[0].startswith(b"PK\x03\x04")
    assert b"a/c.txt" in pieces[0]
    assert b"b.txt" not in pieces[0]


def test_an_archive_of_nothing_is_an_archive() -> None:
    with opened(b"".join(archives.zipped({}))) as archive:
        assert archive.namelist() == []
