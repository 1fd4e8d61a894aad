import random
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.cli import conftest, shell

UNSIGNED = {"README.txt", "comity-export.json"}
"""What no signature covers: text for people, and when the export was made."""


@pytest.fixture(scope="module")
def export(alliance: conftest.Alliance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of two authorities, exported by the one that joined."""
    north, south = alliance.north, alliance.south
    case = north.open_case("se-south", title="For a court")
    given = ("act", "note.made/1", "--matter", case, "--field", "text=seen")
    north.do(*given, who="officer")
    shell.carry(north, south, alliance.stick)
    south.do(*given, who="officer")
    shell.carry(south, north, alliance.stick)
    folder = tmp_path_factory.mktemp("export") / "out"
    south.do("matter", "export", case, folder, who="desk_head")
    return folder


def test_an_export_holds_without_a_node(
    alliance: conftest.Alliance, export: Path, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "no-node")
    pinned = ("--directory", alliance.directory)
    said = shell.run("verify", export, *pinned, "--json", COMITY_DATA=nowhere).json
    assert (said["type"], said["exporter"], said["records"]) == ("case", "se-south", 3)
    assert said["directory"] == alliance.directory
    assert said["witnesses"] == ["nl-north"]
    assert said["withheld"] == 0
    told = shell.run("verify", export, COMITY_DATA=nowhere)
    assert told.lines[0] == "Everything holds."
    assert "compare this id with its founder by voice" in told.text


def test_an_archive_holds_as_its_folder_does(export: Path, tmp_path: Path) -> None:
    archive = _zipped(export, tmp_path / "out.zip")
    assert shell.run("verify", archive, "--json").json == shell.run("verify", export, "--json").json


def test_another_directory_is_not_the_one_that_was_told(export: Path) -> None:
    done = shell.run("verify", export, "--directory", "0" * 64)
    assert done.code == 7
    assert done.err.startswith("export-wrong: directory.jsonl: ")


def test_an_altered_byte_is_found_in_every_signed_file(export: Path, tmp_path: Path) -> None:
    chosen = random.Random(2026)
    copy = tmp_path / "copy"
    shutil.copytree(export, copy)
    signed = [one for one in sorted(copy.rglob("*")) if one.is_file() and one.name not in UNSIGNED]
    assert len(signed) > 10
    for path in signed:
        whole = path.read_bytes()
        for _ in range(3):
            altered = bytearray(whole)
            altered[chosen.randrange(len(whole))] ^= 1 << chosen.randrange(8)
            path.write_bytes(altered)
            done = shell.run("verify", copy)
            assert done.code == 7, (path, bytes(altered))
            assert done.err.startswith("export-wrong: ")
        path.write_bytes(whole)
    assert shell.run("verify", copy).code == 0


@pytest.mark.parametrize("folder", ["records", "proofs", "disclosures"])
def test_the_first_wrong_file_is_named(export: Path, tmp_path: Path, folder: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(export, copy)
    path = sorted((copy / folder).iterdir())[0]
    path.write_bytes(b"{}")
    done = shell.run("verify", copy)
    assert done.code == 7
    assert done.err.startswith(f"export-wrong: {folder}/{path.name}: ")
    assert "ask its exporter" in done.err


def test_a_file_that_is_missing_or_too_much_is_named(export: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(export, copy)
    (copy / "records" / "notes.txt").write_text("hello")
    assert "records/notes.txt" in shell.run("verify", copy).err
    (copy / "records" / "notes.txt").unlink()
    (copy / "checkpoint").unlink()
    done = shell.run("verify", copy)
    assert (done.code, done.err.split(": ")[1]) == (7, "checkpoint")


def test_another_exporter_is_not_believed(export: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(export, copy)
    about = copy / "comity-export.json"
    about.write_text(about.read_text().replace("se-south", "nl-north"))
    assert shell.run("verify", copy).code == 7


def test_nothing_there_is_not_found(tmp_path: Path) -> None:
    assert shell.run("verify", tmp_path / "none").code == 3
    assert shell.run("verify", tmp_path).code == 7


def _zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder).as_posix())
    return to
