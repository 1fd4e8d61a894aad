"""An act, from the officer's hand to the partner's node."""

import dataclasses

import pytest

from comity import errors
from comity.desk import cabinet, performing, reading
from comity.records.ids import MatterId
from comity.store import port
from tests.store.conftest import pen_held
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


def digests(member: Member, matter: MatterId) -> tuple[str, str]:
    """A matter as it stands in memory, and as the store has it."""
    fresh = cabinet.Cabinet(member.tools.store, member.tools.registry)
    found = []
    for known in (member.tools.cabinet, fresh):
        with known.holding(matter) as folder:
            found.append(folder.matter.digest())
    return found[0], found[1]


def broken(said: performing.Said) -> port.Answered:
    raise KeyError("a door could not make its answer")


def test_an_act_that_broke_off_is_nothing_that_others_stand_after(
    shared: World, lyon: Member
) -> None:
    case = open_case(shared, lyon).matter
    said = {"text": "never written"}
    act = performing.Act(kind="note.made/1", matter=case, said=said, answer=broken)
    with pytest.raises(KeyError):
        performing.perform(shared.desk(lyon), act)
    memory, store = digests(lyon, case)
    assert memory == store
    note = shared.act(lyon, "note.made/1", {"text": "written"}, case)
    with lyon.tools.cabinet.holding(case) as folder:
        assert folder.matter.heads == (note.record,)
        assert len(folder.matter) == 2


def test_a_matter_whose_beginning_broke_off_does_not_exist(shared: World, lyon: Member) -> None:
    begun: list[MatterId] = []

    def answer(said: performing.Said) -> port.Answered:
        begun.append(said.matter)
        return broken(said)

    act = performing.Act(kind="case.opened/1", said={"title": "Never"}, answer=answer)
    with pytest.raises(KeyError):
        performing.perform(shared.desk(lyon), act)
    refused("matter-unknown", lambda: reading.read(shared.desk(lyon), begun[0]))


def test_what_the_store_refuses_is_nothing_that_others_stand_after(
    shared: World, lyon: Member
) -> None:
    case = open_case(shared, lyon).matter

    def used(said: performing.Said) -> port.Answered:
        return port.Answered("o-1", f"key-{case}", "digest", 201, b"", shared.now())

    lyon.tools.store.append(port.Append(answered=(used(performing.Said(case, case)),))).result()
    act = performing.Act(kind="note.made/1", matter=case, said={"text": "x"}, answer=used)
    fault = refused("key-used", lambda: performing.perform(shared.desk(lyon), act))
    assert fault.next_step
    memory, store = digests(lyon, case)
    assert memory == store
    # Also where nobody waits for the outcome, as a door does that is told of it.
    _, queued = performing.say(shared.desk(lyon), act)
    assert queued.future.exception() is not None
    lyon.tools.store.append(port.Append()).result()
    memory, store = digests(lyon, case)
    assert memory == store


def test_what_was_said_after_a_record_that_is_refused_is_refused_too(
    shared: World, lyon: Member
) -> None:
    """It names the other as its ancestor, and would wait for it for ever wherever it is."""
    case = open_case(shared, lyon, TURIN).matter

    def used(said: performing.Said) -> port.Answered:
        return port.Answered("o-1", f"twice-{case}", "digest", 201, b"", shared.now())

    lyon.tools.store.append(port.Append(answered=(used(performing.Said(case, case)),))).result()
    act = performing.Act(kind="note.made/1", matter=case, said={"text": "x"}, answer=used)
    with pen_held(lyon.tools.store):
        _, first = performing.say(shared.desk(lyon), act)
        later = dataclasses.replace(act, answer=None)
        said, second = performing.say(shared.desk(lyon), later)
    refused("key-used", lambda: performing.finish(first))
    refused("matter-moved", lambda: performing.finish(second))
    assert lyon.tools.store.record(said.record) is None
    memory, store = digests(lyon, case)
    assert memory == store
    done = performing.perform(shared.desk(lyon), later)
    with lyon.tools.cabinet.holding(case) as folder:
        assert done.record in folder.matter
        assert not folder.matter.waiting


def test_who_takes_no_part_is_addressed_in_vain(shared: World, lyon: Member) -> None:
    case = open_case(shared, lyon, TURIN).matter
    asked = {**REQUEST, "to": OSLO}
    act = performing.Act(kind="request.filed/1", matter=case, said=asked)
    for call in (performing.perform, performing.preview):
        fault = refused("addressee-no-party", lambda call=call: call(shared.desk(lyon), act))
        assert "lead" in fault.next_step
    stranger = performing.Act(kind="request.filed/1", matter=case, said={**asked, "to": "xx-none"})
    refused("authority-unknown", lambda: performing.perform(shared.desk(lyon), stranger))


def test_nobody_outside_the_directory_is_brought_in(shared: World, lyon: Member) -> None:
    said = {"title": "With strangers", "parties": ["xx-none"]}
    act = performing.Act(kind="case.opened/1", said=said)
    for call in (performing.perform, performing.preview):
        refused("authority-unknown", lambda call=call: call(shared.desk(lyon), act))
    case = open_case(shared, lyon).matter
    added = {"party": "xx-none", "reason": "no"}
    refused("authority-unknown", lambda: shared.act(lyon, "party.added/1", added, case))


def test_several_acts_are_awaited_together_and_those_before_a_refused_one_stand(
    shared: World, lyon: Member
) -> None:
    case = open_case(shared, lyon).matter
    good = performing.Act(kind="note.made/1", matter=case, said={"text": "one"})
    wrong = performing.Act(kind="note.made/1", matter=case, said={})
    told = []
    with pytest.raises(errors.Invalid), performing.several(shared.desk(lyon)) as several:  # noqa: PT012
        told += [several.say(good), several.say(good)]
        several.say(wrong)  # It is this one that is refused.
    assert [one.record for one in several.done] == [one.record for one in told]
    assert lyon.tools.store.held([one.record for one in told]) == {one.record for one in told}
    memory, store = digests(lyon, case)
    assert memory == store


def test_a_hidden_matter_and_one_that_is_not_here_refuse_an_act_alike(
    shared: World, lyon: Member, oslo: Member
) -> None:
    case = open_case(shared, lyon, TURIN).matter
    shared.settle()
    told = []
    for member, matter in ((lyon, MatterId("0" * 64)), (oslo, case)):
        act = performing.Act(kind="note.made/1", matter=matter, said={"text": "x"})
        for call in (performing.perform, performing.preview):
            fault = refused(
                "matter-unknown", lambda call=call, a=act, m=member: call(shared.desk(m), a)
            )
            told.append((fault.message, fault.next_step))
    assert len(set(told)) == 1
    nowhere = performing.Act(kind="note.made/1", said={"text": "x"})
    refused("matter-missing", lambda: performing.perform(shared.desk(lyon), nowhere))
    unknown = performing.Act(kind="note.sung/1", said={})
    refused("kind-unknown", lambda: performing.perform(shared.desk(lyon), unknown))
