"""Whose turn it is, for every thing that the kinds of this version know."""

from typing import Any

import pytest

from comity.desk import evidence, matching, turns
from comity.records.ids import MatterId
from tests.world.world import LYON, OSLO, TURIN, Member, World

CASE = {"title": "Operation Lantern", "summary": None, "parties": [TURIN]}
REQUEST = {
    "to": TURIN,
    "measure": "preservation",
    "basis": "Budapest Convention, article 29",
    "ask": "Preserve it.",
    "necessity": "It is deleted soon.",
}


def waits(member: Member, matter: MatterId) -> dict[str, Any]:
    """For whom each thing of a matter waits, by sort or reason."""
    with member.tools.cabinet.holding(matter) as folder:
        found = turns.turns(folder.matter, member.tools.registry)
    return {
        (turn.view.thing if turn.reason == "thing" and turn.view else turn.reason): set(turn.moves)
        for turn in found
    }


@pytest.fixture
def case(world: World, three: list[Member]) -> MatterId:
    return world.act(three[0], "case.opened/1", CASE).matter


def test_a_request_waits_for_its_addressee_then_for_whoever_was_asked_back(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    request = world.act(lyon, "request.filed/1", REQUEST, case).record
    world.settle()
    assert waits(lyon, case) == waits(turin, case) == {"request": {TURIN}}
    world.act(turin, "clarification.asked/1", {"request": request, "question": "Which?"}, case)
    world.settle()
    assert waits(lyon, case) == waits(turin, case) == {"request": {LYON}}
    world.act(lyon, "request.clarified/1", {"request": request, "answer": "That one."}, case)
    said = {"request": request, "outcome": "executed", "answer": "Done."}
    world.settle()
    world.act(turin, "request.answered/1", said, case)
    assert waits(turin, case) == {}


def test_an_exhibit_is_at_rest_until_it_is_handed_over_and_then_waits_for_its_taker(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    told = evidence.Description(
        name="a.img", description="image", source="dd", method="seizure", basis="warrant"
    )
    taken = evidence.take(world.desk(lyon), case, [b"bytes"], told)
    assert waits(lyon, case) == {}
    evidence.hand_over(world.desk(lyon, "desk_head"), case, taken.record, TURIN, "analysis")
    world.settle()
    assert waits(turin, case) == {"exhibit": {TURIN}}
    evidence.receive(world.desk(turin), case, taken.record)
    assert waits(turin, case) == {}


def test_a_match_waits_for_each_side_in_its_turn(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    domains = {"identifiers": [{"cls": "domain", "value": "lantern.example"}], "source": None}
    for member in (lyon, turin):
        own = world.act(member, "case.opened/1", {"title": "Own", "summary": None, "parties": []})
        world.act(member, "identifiers.noted/1", domains, own.matter)
        source = own.matter
    match = matching.ask(world.desk(turin), source, LYON, contact="desk")
    world.settle()
    assert waits(lyon, match) == {"match": {LYON}}
    matching.answer(world.desk(lyon), match, contact="desk")
    world.settle()
    assert waits(lyon, match) == {"match": {TURIN}}
    matching.conclude(world.desk(turin), match)
    assert waits(turin, match) == {"match": {TURIN}}
    with turin.tools.cabinet.holding(match) as folder:
        asked = folder.matter.things()[0].id
    world.act(turin, "contact.offered/1", {"match": asked}, match)
    world.settle()
    assert waits(lyon, match) == waits(turin, match) == {"match": {LYON}}


def test_triage_waits_for_the_authority_that_filed_the_report(
    world: World, three: list[Member]
) -> None:
    report = world.act(three[0], "report.filed/1", {"title": "A tip", "account": None}).matter
    world.act(three[0], "triage.asked/1", {}, report)
    assert waits(three[0], report) == {"triage": {LYON}}


def test_an_offered_lead_waits_for_the_one_to_whom_it_is_offered(
    world: World, three: list[Member], case: MatterId
) -> None:
    said = {"to": TURIN, "reason": "closer"}
    world.act(three[0], "lead.offered/1", said, case, role="desk_head")
    assert waits(three[0], case) == {"lead": {TURIN}}


def test_two_answers_at_once_wait_for_the_lead_to_settle_them(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, oslo = three
    world.act(lyon, "party.added/1", {"party": OSLO, "reason": "asked"}, case)
    request = world.act(lyon, "request.filed/1", REQUEST, case).record
    world.settle()
    world.act(turin, "clarification.asked/1", {"request": request, "question": "Which?"}, case)
    world.act(lyon, "request.withdrawn/1", {"request": request, "reason": "solved"}, case)
    world.settle()
    with lyon.tools.cabinet.holding(case) as folder:
        status = folder.matter.things()[0].status
    expected = {"conflict": {LYON}} if status == "conflict" else {}
    assert waits(lyon, case) == waits(turin, case) == waits(oslo, case) == expected


def test_nothing_waits_in_a_closed_case(world: World, three: list[Member], case: MatterId) -> None:
    world.act(three[0], "request.filed/1", REQUEST, case)
    said = {"outcome": "disrupted", "reason": "gone"}
    world.act(three[0], "case.closed/1", said, case, role="desk_head")
    assert waits(three[0], case) == {}
