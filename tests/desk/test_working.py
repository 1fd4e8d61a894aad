import datetime

from comity.desk import board, evidence, tools, working
from comity.records.ids import MatterId
from tests.desk.test_turns import CASE, REQUEST
from tests.world import by_hand
from tests.world.world import OSLO, TURIN, Member, World, refused


def work(world: World, member: Member, role: str = "officer") -> working.Work:
    desk: tools.Desk = world.desk(member, role)
    return working.work(desk, board.Board(member.tools))


def opened(world: World, three: list[Member], **more: object) -> MatterId:
    return world.act(three[0], "case.opened/1", {**CASE, **more}).matter


def test_a_request_is_the_work_of_its_addressee_and_awaited_by_its_author(
    world: World, three: list[Member]
) -> None:
    lyon, turin, oslo = three
    case = opened(world, three)
    world.act(lyon, "request.filed/1", {**REQUEST, "due_on": "2026-12-01"}, case)
    world.settle()
    (mine,) = work(world, turin).mine
    assert mine.row.id == case
    assert mine.kinds == ("request.answered/1", "request.declined/1", "clarification.asked/1")
    assert mine.due_on == datetime.date(2026, 12, 1)
    assert [item.turn for item in work(world, lyon).others]
    assert not work(world, lyon).mine
    assert not work(world, oslo).changed[:1] or case not in {
        row.id for row in work(world, oslo).changed
    }


def test_the_most_urgent_comes_first(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    for priority, due in (("routine", None), ("emergency", None), ("routine", "2026-12-01")):
        case = opened(world, three, priority=priority, title=f"Case {priority} {due}")
        said = {**REQUEST, **({"due_on": due} if due else {})}
        world.act(lyon, "request.filed/1", said, case)
    world.settle()
    titles = [item.row.title for item in work(world, turin).mine]
    assert titles == ["Case routine 2026-12-01", "Case emergency None", "Case routine None"]


def test_what_needs_another_role_waits_for_a_colleague(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    case = opened(world, three)
    world.act(lyon, "lead.offered/1", {"to": TURIN, "reason": "closer"}, case, role="desk_head")
    world.settle()
    assert [item.turn.reason for item in work(world, turin).colleagues] == ["lead"]
    assert not work(world, turin).mine
    assert [item.turn.reason for item in work(world, turin, "desk_head").mine] == ["lead"]


def test_an_exhibit_in_custody_is_nobodys_work(world: World, three: list[Member]) -> None:
    case = opened(world, three)
    told = evidence.Description(
        name="a.img", description="image", source="dd", method="seizure", basis="warrant"
    )
    evidence.take(world.desk(three[0]), case, [b"bytes"], told)
    found = work(world, three[0])
    assert not found.mine
    assert not found.others
    assert found.complete


def test_operators_have_no_casework_and_the_look_is_noted(
    world: World, three: list[Member]
) -> None:
    refused("role-needed", lambda: work(world, three[0], "operator"))
    before = three[0].tools.store.size
    work(world, three[0])
    assert three[0].tools.store.size == before + 1


def test_matters_of_others_are_not_even_counted(shared: World, lyon: Member, turin: Member) -> None:
    """How many lie here that this officer may not know of is nobody's business."""
    before = work(shared, lyon).looked
    for number in range(3):
        said = {"title": f"Hidden {number}", "parties": [OSLO]}
        built = by_hand.say(turin, None, "case.opened/1", said)
        by_hand.send(shared, turin, lyon, items=by_hand.items(built))
    found = work(shared, lyon)
    assert found.looked == before
    assert not [row for row in found.changed if "Hidden" in row.title]
