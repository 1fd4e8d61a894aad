"""An act, from the officer's hand to the partner's node."""

import pytest

from comity import errors
from comity.desk import performing, reading
from comity.matters import cases
from tests.world.world import OSLO, TURIN, Member, World, refused

REQUEST = {
    "to": TURIN,
    "measure": "subscriber-data",
    "basis": "Budapest Convention, Article 31",
    "ask": "Subscriber of account 4711",
    "necessity": "It rented the server.",
}


def open_case(world: World, lead: Member, *parties: str) -> performing.Done:
    said = {"title": "Night Bazaar", "parties": list(parties), "priority": "urgent"}
    return world.act(lead, "case.opened/1", said)


def test_a_partner_sees_an_act_as_it_was_said(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    case = open_case(world, lyon, TURIN)
    request = world.act(lyon, "request.filed/1", REQUEST, case.matter)
    world.settle()
    seen = reading.read(world.desk(turin), case.matter)
    assert seen.row.title == "Night Bazaar"
    assert [one.record.kind for one in seen.timeline] == ["case.opened/1", "request.filed/1"]
    assert seen.entry(request.record).said.ask.shown == REQUEST["ask"]
    assert world.state(lyon, case.matter) == world.state(turin, case.matter)


def test_an_authority_that_is_no_party_learns_nothing(world: World, three: list[Member]) -> None:
    lyon, _, oslo = three
    case = open_case(world, lyon, TURIN)
    world.settle()
    refused("matter-unknown", lambda: reading.read(world.desk(oslo), case.matter))
    assert oslo.tools.store.record(case.record) is None


def test_an_answer_comes_back_and_moves_the_request(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    case = open_case(world, lyon, TURIN)
    request = world.act(lyon, "request.filed/1", REQUEST, case.matter)
    world.settle()
    said = {"request": request.record, "outcome": "executed", "answer": "J. Doe, Turin"}
    world.act(turin, "request.answered/1", said, case.matter)
    world.settle()
    view = reading.read(world.desk(lyon), case.matter)
    assert [thing.status for thing in view.things] == ["executed"]
    assert world.state(lyon, case.matter) == world.state(turin, case.matter)


def test_only_the_addressee_answers(world: World, three: list[Member]) -> None:
    lyon, _, _ = three
    case = open_case(world, lyon, TURIN)
    request = world.act(lyon, "request.filed/1", REQUEST, case.matter)
    said = {"request": request.record, "outcome": "executed", "answer": "myself"}
    fault = refused(
        "not-admissible", lambda: world.act(lyon, "request.answered/1", said, case.matter)
    )
    assert "only it-turin" in fault.message
    assert fault.next_step


def test_what_is_for_one_party_stays_sealed_for_the_other(
    world: World, three: list[Member]
) -> None:
    lyon, turin, oslo = three
    case = open_case(world, lyon, TURIN, OSLO)
    act = performing.Act(
        kind="note.made/1",
        matter=case.matter,
        said={"text": "for Turin alone"},
        handling=performing.record.Handling(recipients=(TURIN,)),
    )
    told = performing.preview(world.desk(lyon), act)
    assert {one.authority: (one.shown, one.hidden) for one in told} == {
        TURIN: (("text",), ()),
        OSLO: ((), ("text",)),
    }
    note = performing.perform(world.desk(lyon), act)
    world.settle()
    texts = {}
    for member in (turin, oslo):
        said = reading.read(world.desk(member), case.matter).entry(note.record).said
        texts[member.authority] = (said.text.shown, said.text.withheld)
    assert texts == {TURIN: ("for Turin alone", False), OSLO: (None, True)}
    assert world.state(turin, case.matter) == world.state(oslo, case.matter)


def test_a_new_party_gets_all_that_was_said_before(world: World, three: list[Member]) -> None:
    lyon, turin, oslo = three
    case = open_case(world, lyon, TURIN)
    world.settle()
    world.act(turin, "note.made/1", {"text": "said by Turin before"}, case.matter)
    world.settle()
    world.act(lyon, "party.added/1", {"party": OSLO, "reason": "server is there"}, case.matter)
    world.settle()
    seen = reading.read(world.desk(oslo), case.matter)
    notes = [one.said.text.shown for one in seen.timeline if one.record.kind == "note.made/1"]
    assert notes == ["said by Turin before"]
    assert world.state(lyon, case.matter) == world.state(oslo, case.matter)


def test_two_acts_without_knowledge_of_each_other_are_a_conflict_until_settled(
    world: World, three: list[Member]
) -> None:
    lyon, turin, _ = three
    case = open_case(world, lyon, TURIN)
    world.settle()
    for member, priority in ((lyon, "routine"), (turin, "emergency")):
        said = {"priority": priority, "reason": "as we see it"}
        world.act(member, "priority.set/1", said, case.matter)
    world.settle()
    assert reading.read(world.desk(lyon), case.matter).row.priority == "conflict"
    world.act(lyon, "priority.set/1", {"priority": "urgent", "reason": "agreed"}, case.matter)
    world.settle()
    assert reading.read(world.desk(turin), case.matter).row.priority == "urgent"


def test_a_refused_act_leaves_nothing(world: World, three: list[Member]) -> None:
    lyon, _, _ = three
    case = open_case(world, lyon, TURIN)
    size = lyon.tools.store.size
    with pytest.raises(errors.Invalid):
        world.act(lyon, "note.made/1", {"txt": "misspelled"}, case.matter)
    with pytest.raises(errors.Refused):
        world.act(lyon, "case.closed/1", {"outcome": "disrupted", "reason": "x"}, case.matter)
    assert lyon.tools.store.size == size
    assert cases.CASE
