from comity.desk import accounting, reading
from tests.desk.test_turns import CASE
from tests.world.world import Member, World, refused


def test_oversight_reads_who_did_what_for_which_purpose_newest_first(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", CASE).matter
    for purpose in ("investigation", "prosecution"):
        reading.read(world.desk(lyon, purpose=purpose), case)
    found = accounting.account(world.desk(lyon, "oversight", "oversight"))
    assert [(one.said.what, one.said.purpose) for one in found.lines[:3]] == [
        ("read", "oversight"),
        ("read", "prosecution"),
        ("read", "investigation"),
    ]
    assert found.lines[1].officer == "officer of fr-lyon"
    assert found.lines[1].title == "Operation Lantern"


def test_pages_of_the_account_follow_each_other_without_gap_or_overlap(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", CASE).matter
    for _ in range(7):
        reading.note(world.desk(lyon), "read", matter=case)
        world.act(lyon, "note.made/1", {"text": "x"}, case)
    desk = world.desk(lyon, "oversight", "oversight")
    seen: list[str] = []
    page = accounting.account(desk, count=3)
    while True:
        seen += [one.record.id for one in page.lines]
        if page.before is None:
            break
        page = accounting.account(desk, before=page.before, count=3)
    assert len(seen) == len(set(seen)) == 8
    assert seen == [one.record.id for one in accounting.account(desk, count=50).lines][-8:]


def test_nobody_else_reads_the_account(world: World, three: list[Member]) -> None:
    for role in ("officer", "desk_head", "operator"):
        refused("not-permitted", lambda role=role: accounting.account(world.desk(three[0], role)))
