from pathlib import Path

from comity.cli import matters
from tests.cli import conftest


def test_the_registry_is_searched(alliance: conftest.Alliance) -> None:
    north = alliance.north
    other = north.open_case(title="Quite another market")
    ids = [one["id"] for one in north.do("matter", "list", who="officer")["matters"]]
    assert {alliance.case, alliance.directory, other} <= set(ids)
    assert north.run("matter", "list", "--text", "another", "-q", who="officer").lines == [other]
    found = north.run("matter", "list", "--type", "directory", "-q", who="officer").lines
    assert found == [alliance.directory]
    found = north.run("matter", "list", "--party", "se-south", "-q", who="officer").lines
    assert alliance.case in found
    assert other not in found


def test_a_page_says_that_there_is_more_and_all_lists_all(alliance: conftest.Alliance) -> None:
    north = alliance.north
    for number in range(3):
        north.open_case(title=f"Paged {number}")
    small = {"COMITY_PAGE_ROWS": "2"}
    page = north.run("matter", "list", who="officer", **small)
    assert len(page.lines) == 2
    assert "--all" in page.err
    every = north.run("matter", "list", "--all", "--json", who="officer", **small)
    assert every.json["next"] is None
    assert every.err == ""
    whole = north.do("matter", "list", "--all", who="officer")["matters"]
    assert [one["id"] for one in every.json["matters"]] == [one["id"] for one in whole]
    assert len(whole) > 2


def test_a_matter_is_shown_whole(alliance: conftest.Alliance, monkeypatch: object) -> None:
    north = alliance.north
    case = north.open_case(title="Long")
    for number in range(3):
        field = f"text=note {number}"
        north.do("act", "note.made/1", "--matter", case, "--field", field, who="officer")
    said = north.do("matter", "show", case, who="officer")
    assert [one["kind"] for one in said["records"]] == ["case.opened/1"] + ["note.made/1"] * 3
    done = north.run("matter", "show", case, who="officer")
    assert done.lines[0] == "Long: case, open, routine"
    assert done.lines[-1].startswith("next: ")
    assert sum("note.made/1" in line for line in done.lines[:-1]) == 3


def test_a_timeline_is_read_to_its_end() -> None:
    class Paged:
        def get(self, path: str, **query: object) -> dict[str, object]:
            place = int(str(query["cursor"] or 0))
            return {"records": [{"n": place}], "next": str(place + 1) if place < 4 else None}

    found = matters._timeline(Paged(), "0" * 64)  # type: ignore[arg-type]
    assert [one["n"] for one in found] == [0, 1, 2, 3, 4]


def test_a_matter_that_may_not_be_seen_is_not_there(alliance: conftest.Alliance) -> None:
    hidden = alliance.north.open_case(title="Not for South")
    for matter in (hidden, "0" * 64, "nonsense"):
        done = alliance.south.run("matter", "show", matter, who="officer")
        assert (done.code, done.err.partition(":")[0]) == (3, "matter-unknown")


def test_an_export_is_a_folder_or_an_archive_with_the_same_files(
    alliance: conftest.Alliance, tmp_path: Path
) -> None:
    north = alliance.north
    north.do("matter", "export", alliance.case, tmp_path / "out", who="desk_head")
    north.do("matter", "export", alliance.case, tmp_path / "out.zip", who="desk_head")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "out.zip"]
    assert (tmp_path / "out" / "comity-export.json").is_file()
    for path in (tmp_path / "out", tmp_path / "out.zip"):
        done = north.run("matter", "export", alliance.case, path, who="desk_head")
        assert (done.code, done.err.partition(":")[0]) == (5, "file-exists")


def test_what_is_left_out_stays_sealed(alliance: conftest.Alliance, tmp_path: Path) -> None:
    north = alliance.north
    north.do(
        *("matter", "export", alliance.case, tmp_path / "out", "--leave-out", "title"),
        who="desk_head",
    )
    said = north.do("verify", tmp_path / "out")
    assert said["withheld"] == 1
