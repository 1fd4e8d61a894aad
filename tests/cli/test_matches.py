from pathlib import Path

from tests.cli import conftest, shell

COMMON = {"northgate.example", "southgate.example"}


def _import(who: shell.Shell, folder: Path, *names: str) -> str:
    path = folder / f"{who.authority}.csv"
    path.write_text("class,value\n" + "".join(f"domain,{name}\n" for name in sorted(names)))
    matter: str = who.do("import", path, who="officer")["matter"]
    return matter


def test_a_match_leads_to_a_joint_case(alliance: conftest.Alliance, tmp_path: Path) -> None:
    north, south, stick = alliance.north, alliance.south, alliance.stick
    source = _import(north, tmp_path, *COMMON, "north.example")
    _import(south, tmp_path, *COMMON, "south.example")

    asking = ("match", "ask", source, "se-south", "--contact", "+31 000")
    match = north.do(*asking, who="officer")["matter"]
    assert north.run("match", "conclude", match, who="officer").code == 5
    shell.carry(north, south, stick)
    south.do("match", "answer", match, "--contact", "+46 000", who="officer")
    shell.carry(south, north, stick)
    hits = north.do("match", "conclude", match, who="officer")["hits"]
    assert {one["value"] for one in hits} == COMMON
    assert north.do("match", "show", match, who="officer")["hits"] == hits
    assert south.do("match", "show", match, who="officer") == {"hits": []}

    thing = north.do("matter", "show", match, who="officer")["things"][0]["id"]
    early = north.run("match", "case", match, "--title", "Joint", who="officer")
    assert (early.code, early.err.partition(":")[0]) == (4, "consent-missing")
    shell.carry(north, south, stick)
    consent = ("--matter", match, "--field", f"match={thing}")
    north.do("act", "contact.offered/1", *consent, who="officer")
    shell.carry(north, south, stick)
    south.do("act", "contact.released/1", *consent, who="officer")
    shell.carry(south, north, stick)
    case = north.do("match", "case", match, "--title", "Joint", who="officer")["matter"]
    shell.carry(north, south, stick)
    row = south.do("matter", "show", case, who="officer")["matter"]
    assert (row["title"], set(row["parties"])) == ("Joint", {"nl-north", "se-south"})


def test_a_match_asks_about_some_classes_only(alliance: conftest.Alliance, tmp_path: Path) -> None:
    source = _import(alliance.north, tmp_path, "north.example")
    asking = ("match", "ask", source, "se-south", "--contact", "+31 000", "--class")
    alliance.north.do(*asking, "domain", who="officer")
    done = alliance.north.run(*asking, "onion", who="officer")
    assert (done.code, done.err.partition(":")[0]) == (2, "nothing-to-match")


def test_only_who_is_a_member_is_asked(alliance: conftest.Alliance, tmp_path: Path) -> None:
    source = _import(alliance.north, tmp_path, "north.example")
    given = ("match", "ask", source, "xx-nobody", "--contact", "+31 000")
    assert alliance.north.run(*given, who="officer").code in (3, 4)
