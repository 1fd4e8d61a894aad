import hashlib
from pathlib import Path

import pytest

from tests.cli import conftest, shell

SAID = ("--description", "A disk image", "--source", "Seized by Ann", "--basis", "Art. 94 Sv")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("disk") / "disk.img"
    path.write_bytes(bytes(range(256)) * 12_000)
    return path


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_exhibit_goes_over_with_both_signatures(
    alliance: conftest.Alliance, disk: Path, tmp_path: Path
) -> None:
    north, south, stick = alliance.north, alliance.south, alliance.stick
    case = north.open_case("se-south", title="Evidence")
    given = ("exhibit", "take", case, disk, *SAID, "--method", "seizure")
    exhibit = north.do(*given, who="officer")["record"]
    north.do("exhibit", "save", case, exhibit, tmp_path / "north.img", who="officer")
    assert _digest(tmp_path / "north.img") == _digest(disk)
    over = ("exhibit", "hand-over", case, exhibit, "--to", "se-south", "--for", "analysis")
    assert north.run(*over, who="officer").code == 4
    north.do(*over, who="desk_head")
    shell.carry(north, south, stick)
    south.do("exhibit", "receive", case, exhibit, who="officer")
    south.do("exhibit", "save", case, exhibit, tmp_path / "south.img", who="officer")
    assert _digest(tmp_path / "south.img") == _digest(disk)
    shell.carry(south, north, stick)
    things = north.do("matter", "show", case, who="officer")["things"]
    assert "received" in {one["status"] for one in things}


def test_a_file_that_is_there_is_not_written_over(
    alliance: conftest.Alliance, disk: Path, tmp_path: Path
) -> None:
    given = ("exhibit", "take", alliance.case, disk, *SAID)
    exhibit = alliance.north.do(*given, who="officer")["record"]
    (tmp_path / "out").write_text("mine")
    saving = ("exhibit", "save", alliance.case, exhibit, tmp_path / "out")
    assert alliance.north.run(*saving, who="officer").code == 5
    assert (tmp_path / "out").read_text() == "mine"


def test_bytes_that_were_altered_in_the_vault_are_not_kept(
    alliance: conftest.Alliance, disk: Path, tmp_path: Path
) -> None:
    north = alliance.north
    before = set((north.data / "vault").rglob("*"))
    given = ("exhibit", "take", alliance.case, disk, *SAID)
    exhibit = north.do(*given, who="officer")["record"]
    stored = max(
        (one for one in set((north.data / "vault").rglob("*")) - before if one.is_file()),
        key=lambda one: one.stat().st_size,
    )
    data = bytearray(stored.read_bytes())
    data[-1] ^= 1
    stored.chmod(0o600)
    stored.write_bytes(data)
    done = north.run("exhibit", "save", alliance.case, exhibit, tmp_path / "out", who="officer")
    assert (done.code, done.err.partition(":")[0]) == (7, "exhibit-altered")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_not_taken(alliance: conftest.Alliance, tmp_path: Path) -> None:
    given = ("exhibit", "take", alliance.case, tmp_path / "none", *SAID)
    done = alliance.north.run(*given, who="officer")
    assert (done.code, done.err.partition(":")[0]) == (3, "file-unreadable")
