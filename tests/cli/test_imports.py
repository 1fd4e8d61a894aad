from pathlib import Path

import pytest

from tests.cli import conftest

CSV = "class,value\ndomain,northgate.example\nemail,orders@northgate.example\ndomain,!!\n"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    (tmp_path / "shop.csv").write_text(CSV)
    return tmp_path / "shop.csv"


def test_a_dry_run_files_nothing(alliance: conftest.Alliance, listed: Path) -> None:
    before = alliance.north.do("matter", "list", "--all", who="officer")
    said = alliance.north.do("import", listed, "--dry-run", who="officer")
    assert (said["form"], said["taken"], said["fault_count"]) == ("csv", 2, 1)
    assert said["matter"] is None
    assert alliance.north.do("matter", "list", "--all", who="officer") == before
    told = alliance.north.run("import", listed, "--dry-run", who="officer")
    assert told.lines[0] == "csv: 2 taken, 1 not taken"
    assert told.lines[-1] == "nothing was filed"


def test_a_file_becomes_a_report_or_goes_into_a_matter(
    alliance: conftest.Alliance, listed: Path
) -> None:
    report = alliance.north.do("import", listed, who="officer")["matter"]
    row = alliance.north.do("matter", "show", report, who="officer")["matter"]
    assert row["type"] == "report"
    case = alliance.north.open_case(title="With identifiers")
    said = alliance.north.do("import", listed, "--into", case, who="officer")
    assert (said["matter"], said["noted"]) == (case, 2)


def test_what_is_no_import_is_told(alliance: conftest.Alliance, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = alliance.north.run("import", tmp_path / "empty", who="officer")
    assert (done.code, done.err.partition(":")[0]) == (2, "import-empty")
    assert alliance.north.run("import", tmp_path / "none", who="officer").code == 3


def test_an_operator_imports_nothing(alliance: conftest.Alliance, listed: Path) -> None:
    assert alliance.north.run("import", listed).code == 4
