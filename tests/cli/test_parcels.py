from pathlib import Path

from tests.cli import conftest, shell


def test_two_nodes_that_commands_made_agree_on_a_case(alliance: conftest.Alliance) -> None:
    north, south, stick = alliance.north, alliance.south, alliance.stick
    case = north.open_case("se-south", title="Agreed by file")
    for who, text in ((north, "from the north"), (south, "from the south")):
        if who is south:
            assert shell.carry(north, south, stick) >= 2
        who.do("act", "note.made/1", "--matter", case, "--field", f"text={text}", who="officer")
    # Both say something before they hear each other, and hear it in the end.
    for who in (north, south):
        given = ("--field", "priority=urgent", "--field", f"reason={who.authority}")
        who.do("act", "priority.set/1", "--matter", case, *given, who="officer")
    shell.carry(south, north, stick)
    shell.carry(north, south, stick)
    shown = [one.do("matter", "show", case, who="officer") for one in (north, south)]
    lines = [[(one["record"], one["said"]) for one in said["records"]] for said in shown]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 5
    assert shown[0]["things"] == shown[1]["things"]
    assert shown[0]["conflicts"] == shown[1]["conflicts"]
    assert not shown[0]["waiting"]
    for who, other in ((north, south), (south, north)):
        (peer,) = who.do("peer", "list")["peers"]
        assert (peer["authority"], peer["waiting"]) == (other.authority, 0)


def test_a_parcel_counts_as_delivered_only_by_its_answer(alliance: conftest.Alliance) -> None:
    north, south, stick = alliance.north, alliance.south, alliance.stick
    north.open_case("se-south", title="Lost on the way")
    first = north.do("parcel", "export", stick / "first.comity", "--to", "se-south")
    second = north.do("parcel", "export", stick / "second.comity", "--to", "se-south")
    assert first["records"] == second["records"] > 0
    south.do("parcel", "import", stick / "second.comity", "--answer", stick / "answer.comity")
    north.do("parcel", "import", stick / "answer.comity")
    third = north.do("parcel", "export", stick / "third.comity", "--to", "se-south")
    assert third["records"] == 0
    # The first one turns up after all, twice.
    for _ in range(2):
        assert south.run("parcel", "import", stick / "first.comity").code == 0
    for name in ("first", "second", "third", "answer"):
        (stick / f"{name}.comity").unlink()


def test_a_parcel_for_another_is_refused(alliance: conftest.Alliance, tmp_path: Path) -> None:
    alliance.north.do("parcel", "export", tmp_path / "one.comity", "--to", "se-south")
    done = alliance.north.run("parcel", "import", tmp_path / "one.comity")
    assert (done.code, done.err.partition(":")[0]) == (4, "not-addressed-here")


def test_an_altered_parcel_is_refused_and_no_answer_is_left(
    alliance: conftest.Alliance, tmp_path: Path
) -> None:
    alliance.north.do("parcel", "export", tmp_path / "one.comity", "--to", "se-south")
    data = bytearray((tmp_path / "one.comity").read_bytes())
    data[-1] ^= 1
    (tmp_path / "one.comity").write_bytes(data)
    done = alliance.south.run("parcel", "import", tmp_path / "one.comity", "--answer", tmp_path)
    assert (done.code, done.err.partition(":")[0]) == (7, "parcel-altered")
    assert [one.name for one in tmp_path.iterdir()] == ["one.comity"]


def test_nothing_is_taken_in_whose_answer_could_not_be_kept(
    alliance: conftest.Alliance, tmp_path: Path
) -> None:
    alliance.north.do("parcel", "export", tmp_path / "one.comity", "--to", "se-south")
    done = alliance.south.run(
        *("parcel", "import", tmp_path / "one.comity", "--answer", tmp_path / "one.comity")
    )
    assert (done.code, done.err.partition(":")[0]) == (5, "file-exists")


def test_a_parcel_goes_to_members_only(alliance: conftest.Alliance, tmp_path: Path) -> None:
    assert alliance.north.run("parcel", "export", tmp_path, "--to", "xx-nobody").code == 3
    assert alliance.north.run("parcel", "export", tmp_path, "--to", "nl-north").code == 2
    assert list(tmp_path.iterdir()) == []
