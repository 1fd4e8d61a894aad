"""Who gets what of a record: now, when somebody joins, and when both have consented."""

import threading
from collections.abc import Iterable
from typing import Any

from comity.desk import performing, reading, writing
from comity.records import record, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port
from tests.store.conftest import pen_held
from tests.world import by_hand, forging
from tests.world.world import LYON, OSLO, TURIN, Member, World


def case_of(world: World, member: Member, *parties: str, **more: Any) -> MatterId:
    said = {"title": "Night Bazaar", "parties": list(parties), **more}
    return world.act(member, "case.opened/1", said).matter


def waiting(member: Member, peer: AuthorityId, one: RecordId) -> list[tuple[set[str], bool]]:
    """The rows for a peer of one record: which fields they disclose, and whether with blobs."""
    texts = {
        shown.digest: shown.name or "element"
        for shown in map(sealed.disclosure, member.tools.store.disclosures([one]).get(one, []))
    }
    return [
        ({texts[digest] for digest in row.disclosures}, bool(row.blobs))
        for row in member.tools.store.pending(peer, 10_000)
        if row.record == one
    ]


def test_everyone_in_a_matter_gets_a_record_and_who_is_entitled_its_fields(
    shared: World, lyon: Member
) -> None:
    case = case_of(shared, lyon, TURIN, OSLO)
    act = performing.Act(
        kind="note.made/1",
        matter=case,
        said={"text": "for Turin"},
        handling=record.Handling(recipients=(TURIN,)),
        blobs=(b"piece",),
    )
    note = performing.perform(shared.desk(lyon), act).record
    assert waiting(lyon, TURIN, note) == [({"text"}, True)]
    assert waiting(lyon, OSLO, note) == [(set(), False)]
    assert waiting(lyon, LYON, note) == []


def test_who_is_removed_is_told_and_gets_nothing_after(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon, TURIN)
    said = {"party": TURIN, "reason": "done"}
    removed = shared.act(lyon, "party.removed/1", said, case, role="desk_head").record
    note = shared.act(lyon, "note.made/1", {"text": "alone"}, case).record
    assert waiting(lyon, TURIN, removed) == [({"reason"}, False)]
    assert waiting(lyon, TURIN, note) == []


def test_a_newcomer_gets_skeletons_from_the_lead_and_fields_from_their_authors(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    mine = shared.act(lyon, "note.made/1", {"text": "mine"}, case).record
    shared.settle()
    theirs = shared.act(turin, "note.made/1", {"text": "theirs"}, case).record
    shared.settle()
    shared.act(lyon, "party.added/1", {"party": OSLO, "reason": "server"}, case)
    assert waiting(lyon, OSLO, mine) == [({"text"}, False)]
    assert waiting(lyon, OSLO, theirs) == [(set(), False)]
    shared.carry(lyon, turin)
    assert waiting(turin, OSLO, theirs) == [({"text"}, False)]
    assert waiting(turin, OSLO, mine) == []


def test_a_newcomer_gets_what_was_said_a_moment_before_it_came(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    note = performing.Act(kind="note.made/1", matter=case, said={"text": "just now"})
    added = performing.Act(
        kind="party.added/1", matter=case, said={"party": TURIN, "reason": "server"}
    )
    said = performing.say(shared.desk(lyon), note)[0]
    desk = shared.desk(lyon)
    queued: list[performing.Queued] = []
    with pen_held(lyon.tools.store):
        second = performing.say(shared.desk(lyon), note)[0]
        thread = threading.Thread(target=lambda: queued.append(performing.say(desk, added)[1]))
        thread.start()
        thread.join(0.1)
    thread.join(10)
    performing.finish(queued[0])
    for one in (said, second):
        assert waiting(lyon, TURIN, one.record) == [({"text"}, False)]


def test_a_newcomer_gets_of_old_records_only_what_it_is_entitled_to(
    shared: World, lyon: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    act = performing.Act(
        kind="note.made/1",
        matter=case,
        said={"text": "for Turin"},
        handling=record.Handling(recipients=(TURIN,)),
    )
    note = performing.perform(shared.desk(lyon), act).record
    shared.act(lyon, "party.added/1", {"party": OSLO, "reason": "server"}, case)
    assert waiting(lyon, OSLO, note) == [(set(), False)]


def branches(member: Member, case: MatterId, newcomer: AuthorityId) -> list[record.Built]:
    """Two records of the lead at one place of the control chain, each of which adds a party."""
    with member.tools.cabinet.holding(case) as folder:
        place = folder.matter.place(member.authority)
    said = [{"party": newcomer, "reason": reason} for reason in ("one", "other")]
    return [by_hand.say(member, case, "party.added/1", one, place=place) for one in said]


def test_a_branch_that_is_not_in_force_brings_nobody_anything_until_it_wins(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    mine = shared.act(turin, "note.made/1", {"text": "mine"}, case).record
    shared.settle()
    made = branches(lyon, case, OSLO)
    by_hand.send(shared, lyon, turin, items=by_hand.items(*made))
    assert waiting(turin, OSLO, mine) == []
    keep = {"keep": made[0].record.id, "reason": "first"}
    shared.act(turin, "fork.voted/1", keep, case, role="desk_head")
    assert waiting(turin, OSLO, mine) == []
    shared.act(turin, "fork.resolved/1", {"keep": keep["keep"]}, case, role="desk_head")
    assert waiting(turin, OSLO, mine) == [({"text"}, False)]


def test_who_comes_in_again_gets_only_what_it_lacks(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    old = shared.act(turin, "note.made/1", {"text": "old"}, case).record
    shared.settle()
    added, _ = made = branches(lyon, case, OSLO)
    by_hand.send(shared, lyon, turin, items=by_hand.items(added))
    assert waiting(turin, OSLO, old) == [({"text"}, False)]
    by_hand.send(shared, lyon, turin, items=by_hand.items(made[1]))
    new = shared.act(turin, "note.made/1", {"text": "new"}, case).record
    assert waiting(turin, OSLO, new) == []
    keep = {"keep": added.record.id, "reason": "first"}
    shared.act(turin, "fork.voted/1", keep, case, role="desk_head")
    shared.act(turin, "fork.resolved/1", {"keep": keep["keep"]}, case, role="desk_head")
    assert waiting(turin, OSLO, old) == [({"text"}, False)]
    assert waiting(turin, OSLO, new) == [({"text"}, False)]


def test_a_newcomer_gets_the_record_that_adds_it_once(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    added = shared.act(lyon, "party.added/1", {"party": OSLO, "reason": "server"}, case).record
    assert waiting(lyon, OSLO, added) == [({"reason"}, False)]


# --- identifiers -------------------------------------------------------------------------------


def noted(values: Iterable[Any]) -> dict[str, Any]:
    return {"identifiers": list(values), "source": None}


def test_identifiers_that_are_open_here_are_found_by_their_value(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    said = noted([{"cls": "domain", "value": "found.example", "context": "ad"}])
    one = shared.act(lyon, "identifiers.noted/1", said, case).record
    shared.settle()
    for member in (lyon, turin):
        rows = member.tools.store.holding([("domain", "found.example")])
        assert port.IdentifierRow("domain", "found.example", case, one) in rows


def test_what_is_no_identifier_opens_nothing_and_is_not_kept_as_one(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    with turin.tools.cabinet.holding(case) as folder:
        forged = forging.forge(
            turin,
            folder.matter,
            "identifiers.noted/1",
            noted([{"cls": "domain", "value": "fine.example"}]),
        )
    salt = iter([b"%016d" % number for number in range(9)])
    wrong = [
        {"cls": "domain", "value": "v" * 501},
        {"cls": "d" * 21, "value": "x"},
        {"cls": "domain", "value": 5},
        {"cls": "domain", "value": "x", "more": 1},
        {"value": "x"},
        "x",
        None,
    ]
    open_, made = sealed.seal(
        {}, {"identifiers": wrong}, lambda: next(salt), by_element=["identifiers"]
    )
    writes = writing.Writes()
    shown = (*forged.disclosures, *made)
    writing.add_record(writes, forged.record, forged.signed, shown, own=False)
    writing.add_identifiers(writes, forged.record, shown)
    assert open_["identifiers"]
    assert [(row.cls, row.value) for row in writes.identifiers] == [("domain", "fine.example")]
    # They are kept as what they are, for whoever reads the record.
    assert len(writes.disclosures) == len(forged.disclosures) + len(wrong)


def test_what_kinds_unknown_here_disclose_goes_where_their_author_let_it(
    shared: World, lyon: Member
) -> None:
    case = case_of(shared, lyon)
    with lyon.tools.cabinet.holding(case) as folder:
        one = folder.matter.opening
    assert one is not None
    assert writing.entitled(one, TURIN)
    assert writing.kept_back(None, ()) == set()


def test_contacts_are_kept_back_from_every_row_until_both_consent(
    shared: World, lyon: Member, turin: Member
) -> None:
    match = shared.act(lyon, "match.opened/1", {"parties": [TURIN]}).matter
    said = {"to": TURIN, "classes": ["domain"], "size_class": 64, "question": ["0" * 64]}
    asked = shared.act(lyon, "match.asked/1", {**said, "contact": "+33 1"}, match).record
    assert waiting(lyon, TURIN, asked) == [(set(), False)]
    shared.settle()
    answer = {"match": asked, "size_class": 64, "answer": ["0" * 64], "contact": "+39 1"}
    answered = shared.act(turin, "match.answered/1", answer, match).record
    assert waiting(turin, LYON, answered) == [(set(), False)]
    shared.settle()
    shared.act(lyon, "match.found/1", {"match": asked, "classes": {"domain": 1}}, match)
    shared.act(lyon, "contact.offered/1", {"match": asked}, match)
    shared.settle()
    shared.act(turin, "contact.released/1", {"match": asked}, match)
    assert waiting(turin, LYON, answered) == [({"contact"}, False)]
    shared.settle()
    view = reading.read(shared.desk(turin), match)
    shown = {one.said.contact.shown for one in view.timeline if hasattr(one.said, "contact")}
    assert shown == {"+33 1", "+39 1"}
