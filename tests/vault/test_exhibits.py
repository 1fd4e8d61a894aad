import errno
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from comity import errors
from comity.keys import filekeys
from comity.records.ids import AuthorityId
from comity.vault import exhibits, port

KEEPER = filekeys.Opener(AuthorityId("fr-lyon"), "fr-lyon#1", bytes(range(32)))
MIB = 2**20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(folder: Path) -> exhibits.Exhibits:
    return exhibits.Exhibits(folder, KEEPER)


def file_of(folder: Path, exhibit: port.Exhibit) -> Path:
    return folder / exhibit.id[:2] / exhibit.id


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def noise(mib: int) -> Iterator[bytes]:
    for n in range(mib):
        yield bytes([n]) * MIB


def test_memory_stays_flat_however_large_an_exhibit_is(vault: exhibits.Exhibits) -> None:
    tracemalloc.start()
    try:
        exhibit = vault.put(noise(32))
        total = sum(len(piece) for piece in vault.read(exhibit))
        assert list(vault.scrub([exhibit.id])) == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == exhibit.size == 32 * MIB
    assert peak < 8 * MIB


def test_nothing_on_the_disk_shows_the_content(vault: exhibits.Exhibits, folder: Path) -> None:
    exhibit = vault.put([b"the name of a witness " * 10_000])
    pieces = vault.read(exhibit)
    assert b"witness" in next(pieces)
    for path in everything_in(folder):
        assert b"witness" not in path.read_bytes()
    assert exhibit.digest not in str(everything_in(folder))


def test_everything_is_private(vault: exhibits.Exhibits, folder: Path) -> None:
    path = file_of(folder, vault.put([b"evidence"]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700


def flip(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [flip(0), flip(100), flip(100_000), flip(200_000), lambda data: data[:-1],
     lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data + b"x"],
)  # fmt: skip
def test_a_damaged_exhibit_gives_out_not_one_byte_and_the_scrub_names_it(
    vault: exhibits.Exhibits, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    exhibit = vault.put([bytes(200_000)])
    path = file_of(folder, exhibit)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(errors.Unverified) as refused:
        vault.read(exhibit)
    assert refused.value.code == "exhibit-altered"
    assert list(vault.scrub([exhibit.id])) == [port.Damage(exhibit.id, "altered")]


def test_every_byte_of_a_small_exhibit_is_covered(vault: exhibits.Exhibits, folder: Path) -> None:
    exhibit = vault.put([b"evidence"])
    path = file_of(folder, exhibit)
    intact = path.read_bytes()
    for place in range(len(intact)):
        path.write_bytes(flip(place)(intact))
        with pytest.raises(errors.Unverified):
            vault.read(exhibit)
        assert [found.fault for found in vault.scrub([])] == ["altered"]
    path.write_bytes(intact)
    assert b"".join(vault.read(exhibit)) == b"evidence"


def test_a_file_changed_between_verifying_and_giving_out_ends_the_reading(
    vault: exhibits.Exhibits, folder: Path
) -> None:
    exhibit = vault.put(noise(4))
    pieces = vault.read(exhibit)
    next(pieces)
    with file_of(folder, exhibit).open("r+b") as file:
        file.seek(3 * MIB)
        file.write(b"changed")
    with pytest.raises(errors.Unverified):
        list(pieces)


def test_a_scrub_names_files_that_are_no_exhibits(vault: exhibits.Exhibits, folder: Path) -> None:
    exhibit = vault.put([b"evidence"])
    shelf = file_of(folder, exhibit).parent
    (shelf / "notes.txt").write_text("x")
    (shelf / (exhibit.id[:2] + "0" * 62)).symlink_to("/etc/passwd")
    elsewhere = folder / ("00" if shelf.name != "00" else "01")
    elsewhere.mkdir()
    (elsewhere / exhibit.id).write_bytes(file_of(folder, exhibit).read_bytes())
    faults = list(vault.scrub([exhibit.id]))
    assert [found.fault for found in faults] == ["stray"] * 3


def test_what_a_crash_left_half_written_is_removed_at_the_start(
    vault: exhibits.Exhibits, folder: Path
) -> None:
    exhibit = vault.put([b"evidence"])
    (folder / ".partial-abc").write_bytes(b"half")
    exhibits.Exhibits(folder, KEEPER)
    assert everything_in(folder) == [file_of(folder, exhibit)]


class Fault:
    """Fails at the n-th call, counted from 1, and counts on."""

    def __init__(self, real: Callable[..., object], at: int, code: int) -> None:
        self.real, self.at, self.code, self.calls = real, at, code, 0

    def __call__(self, *given: object) -> object:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(self.code, os.strerror(self.code))
        return self.real(*given)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_first_flush_that_fails_is_the_last_thing_that_the_vault_does(
    vault: exhibits.Exhibits, folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    kept = vault.put([b"kept"])
    fault = Fault(os.fsync, at, errno.EIO)
    monkeypatch.setattr(os, "fsync", fault)
    with pytest.raises(errors.Unavailable) as refused:
        vault.put([b"evidence"])
    assert refused.value.code == "storage-failed"
    with pytest.raises(errors.Unavailable) as refused:
        vault.put([b"more evidence"])
    assert refused.value.code == "storage-failed"
    assert fault.calls == at, "a flush that failed was tried again"
    assert not list(folder.glob(".partial-*"))
    assert b"".join(vault.read(kept)) == b"kept"


@pytest.mark.parametrize(
    ("code", "expected", "afterwards"),
    [(errno.ENOSPC, "storage-full", True), (errno.EIO, "storage-failed", False)],
)
def test_a_full_disk_can_be_made_room_on_and_a_broken_one_stops_the_vault(
    vault: exhibits.Exhibits,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    expected: str,
    afterwards: bool,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", Fault(os.write, 2, code))
        with pytest.raises(errors.Unavailable) as refused:
            vault.put(noise(3))
    assert refused.value.code == expected
    assert not everything_in(folder)
    if afterwards:
        assert b"".join(vault.read(vault.put([b"evidence"]))) == b"evidence"
    else:
        with pytest.raises(errors.Unavailable):
            vault.put([b"evidence"])


def test_short_writes_lose_nothing(
    vault: exhibits.Exhibits, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:1_000]))
    exhibit = vault.put([bytes(range(256)) * 200])
    assert b"".join(vault.read(exhibit)) == bytes(range(256)) * 200
