import json

import pytest

from comity import errors
from comity.desk import board, receiving, showing
from comity.exchange import contents
from comity.matters import waiting
from comity.records import envelope, strict_json
from comity.records.ids import MatterId
from tests.desk.test_turns import CASE, REQUEST
from tests.world import by_hand, forging
from tests.world.world import OSLO, TURIN, Member, World


def show(
    world: World, member: Member, matter: MatterId, role: str = "officer", **wanted: object
) -> showing.Shown:
    return showing.show(
        world.desk(member, role),
        board.Board(member.tools),
        matter,
        showing.Wanted(**wanted),  # type: ignore[arg-type]
    )


@pytest.fixture
def case(world: World, three: list[Member]) -> MatterId:
    return world.act(three[0], "case.opened/1", CASE).matter


def test_a_part_of_the_timeline_is_shown_in_either_order(
    world: World, three: list[Member], case: MatterId
) -> None:
    for number in range(5):
        world.act(three[0], "note.made/1", {"text": f"note {number}"}, case)
    newest = show(world, three[0], case, lines=2)
    assert [line.said.text.shown for line in newest.lines] == ["note 4", "note 3"]  # type: ignore[union-attr]
    oldest = show(world, three[0], case, lines=2, oldest_first=True, skip=1)
    assert [line.said.text.shown for line in oldest.lines] == ["note 0", "note 1"]  # type: ignore[union-attr]
    assert oldest.standing.total == 6


def test_things_that_wait_come_first_and_bring_what_became_of_them(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    old = world.act(lyon, "request.filed/1", REQUEST, case).record
    new = world.act(lyon, "request.filed/1", REQUEST, case).record
    world.settle()
    said = {"request": new, "outcome": "executed", "answer": "Done."}
    answer = world.act(turin, "request.answered/1", said, case).record
    shown = show(world, turin, case, things="request")
    assert [view.id for view in shown.things] == [old, new]
    assert answer in shown.by_id
    assert shown.named[new].id == new
    assert [v.id for v in show(world, turin, case, things="request", only=new).things] == [new]


def test_what_is_not_for_this_authority_is_withheld(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    noted = {"identifiers": [{"cls": "domain", "value": "a.example"}], "source": None}
    world.act(lyon, "identifiers.noted/1", noted, case)
    world.act(lyon, "party.added/1", {"party": OSLO, "reason": "asked"}, case)
    world.settle()
    shown = show(world, turin, case, identifiers=True)
    assert [(row.cls, row.value) for row in shown.identifiers] == [("domain", "a.example")]
    assert (shown.known, shown.noted) == (1, 1)


def test_a_matter_that_is_hidden_and_one_that_is_not_here_are_refused_alike(
    world: World, three: list[Member], case: MatterId
) -> None:
    told = []
    for matter in (case, MatterId("0" * 64)):
        with pytest.raises(errors.NotFound) as refusal:
            show(world, three[0], matter, "operator")
        told.append((refusal.value.code, refusal.value.message, refusal.value.next_step))
    assert told[0] == told[1]


def test_nothing_is_read_that_is_not_asked_for(
    world: World, three: list[Member], case: MatterId
) -> None:
    world.act(three[0], "request.filed/1", REQUEST, case)
    shown = show(world, three[0], case)
    assert (list(shown.lines), list(shown.things), list(shown.identifiers)) == ([], [], [])
    assert list(shown.by_id) == [case]
    assert dict(shown.standing.counts) == {"request": 1}
    assert set(shown.standing.turns[0].moves) == {TURIN}


def test_a_record_of_a_kind_that_is_not_known_cannot_spoil_the_page(
    shared: World, lyon: Member, turin: Member
) -> None:
    """It may call anything `identifiers`; what it says is counted as nothing."""
    said = {"title": "Depot", "parties": [TURIN]}
    matter = shared.act(lyon, "case.opened/1", said).matter
    shared.settle()
    payload = json.loads(envelope.parse(by_hand.say(turin, matter).signed).payload)
    payload |= {"kind": "thing.unheard/1", "said": {"identifiers": 5}}
    spoiled = envelope.seal(
        envelope.RECORD_TYPE, strict_json.dumps(payload), turin.tools.keys.signer
    )
    told = by_hand.send(shared, turin, lyon, items=(contents.Item(spoiled),))
    assert by_hand.outcomes(told) == [("stored", "")]
    shown = show(shared, lyon, matter, lines=10, identifiers=True)
    assert (shown.noted, shown.standing.total) == (0, 2)
    assert shown.lines[0].record.kind == "thing.unheard/1"


def test_records_without_room_to_wait_are_told_of_until_they_are_taken_in(
    shared: World, lyon: Member, turin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 2)
    case = shared.act(lyon, "case.opened/1", CASE).matter
    shared.settle()
    for number in range(5):
        shared.act(turin, "note.made/1", {"text": f"note {number}"}, case)
    first, *later = forging.arrived(turin, case)[1:]
    receiving.take_in(lyon.tools, later, TURIN)
    told = show(shared, lyon, case).standing
    assert (len(told.waiting), told.turned_away, told.total) == (2, 2, 1)
    receiving.take_in(lyon.tools, [first], TURIN)
    told = show(shared, lyon, case).standing
    assert (len(told.waiting), told.turned_away, told.total) == (0, 0, 6)
