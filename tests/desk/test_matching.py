"""Deconfliction between two nodes: what is common is found, and nothing else is shown."""

import os

import pytest

from comity import errors
from comity.desk import cabinet, importing, matching, performing, reading
from comity.matching import blinded
from comity.records.ids import MatterId
from comity.store import port
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused

COMMON = [("domain", f"common{n}.example") for n in range(3)] + [("email", "boss@common.example")]
OURS = [("domain", f"lyon{n}.example") for n in range(20)]
THEIRS = [("domain", f"turin{n}.example") for n in range(30)]


def report(world: World, member: Member, held: list[tuple[str, str]]) -> MatterId:
    rows = importing.Rows(
        title="Feed",
        form="csv",
        identifiers=[{"cls": cls, "value": value} for cls, value in held],
        faults=0,
    )
    return importing.import_rows(world.desk(member), rows, None).matter


@pytest.fixture
def asked(world: World, three: list[Member]) -> tuple[Member, Member, MatterId]:
    """Lyon has asked Turin blindly; the question has arrived."""
    lyon, turin, _ = three
    source = report(world, lyon, COMMON + OURS)
    report(world, turin, COMMON + THEIRS)
    match = matching.ask(world.desk(lyon), source, TURIN, contact="desk@lyon.example")
    world.settle()
    return lyon, turin, match


def test_exactly_the_common_identifiers_are_found(
    world: World, asked: tuple[Member, Member, MatterId]
) -> None:
    lyon, turin, match = asked
    matching.answer(world.desk(turin), match, contact="desk@turin.example")
    world.settle()
    hits = matching.conclude(world.desk(lyon), match)
    assert sorted((hit.cls, hit.value) for hit in hits) == sorted(COMMON)
    world.settle()
    view = reading.read(world.desk(turin), match)
    assert view.things[0].status == "found"
    assert view.timeline[-1].said.classes == {"domain": 3, "email": 1}


def test_neither_list_leaves_its_node(world: World, asked: tuple[Member, Member, MatterId]) -> None:
    lyon, turin, match = asked
    matching.answer(world.desk(turin), match, contact="desk@turin.example")
    world.settle()
    matching.conclude(world.desk(lyon), match)
    world.settle()
    for member, foreign in ((turin, OURS), (lyon, THEIRS)):
        assert not member.tools.store.holding(foreign)
        for stored in member.tools.store.all_records():
            assert not any(value.encode() in stored.envelope for _, value in foreign)


def test_contacts_are_shown_only_after_both_consent(
    world: World, asked: tuple[Member, Member, MatterId]
) -> None:
    lyon, turin, match = asked
    matching.answer(world.desk(turin), match, contact="desk@turin.example")
    world.settle()
    matching.conclude(world.desk(lyon), match)
    thing = {"match": reading.read(world.desk(lyon), match).things[0].id}
    world.act(lyon, "contact.offered/1", thing, match)
    world.settle()
    assert contacts(world, lyon, match) == {"desk@lyon.example", None}
    assert contacts(world, turin, match) == {"desk@turin.example", None}
    refused(
        "consent-missing",
        lambda: matching.open_joint_case(world.desk(lyon), match, title="Joint", summary=None),
    )
    world.act(turin, "contact.released/1", thing, match)
    world.settle()
    for member in (lyon, turin):
        assert contacts(world, member, match) == {"desk@lyon.example", "desk@turin.example"}


def contacts(world: World, member: Member, match: MatterId) -> set[str | None]:
    timeline = reading.read(world.desk(member), match).timeline
    return {one.said.contact.shown for one in timeline if hasattr(one.said, "contact")}


def test_a_joint_case_opens_with_what_is_common(
    world: World, asked: tuple[Member, Member, MatterId]
) -> None:
    lyon, turin, match = asked
    matching.answer(world.desk(turin), match, contact="desk@turin.example")
    world.settle()
    matching.conclude(world.desk(lyon), match)
    thing = {"match": reading.read(world.desk(lyon), match).things[0].id}
    world.act(lyon, "contact.offered/1", thing, match)
    world.settle()
    world.act(turin, "contact.released/1", thing, match)
    world.settle()
    case = matching.open_joint_case(
        world.desk(lyon), match, title="Night Bazaar", summary="Two desks, one target."
    )
    world.settle()
    view = reading.read(world.desk(turin), case.matter)
    assert view.row.lead == LYON
    assert view.row.parties == (LYON, TURIN)
    noted = {
        (one.shown.cls, one.shown.value)
        for entry in view.timeline
        if hasattr(entry.said, "identifiers")
        for one in entry.said.identifiers
    }
    assert noted == set(COMMON)


def test_the_other_side_may_decline(world: World, asked: tuple[Member, Member, MatterId]) -> None:
    lyon, turin, match = asked
    thing = reading.read(world.desk(turin), match).things[0].id
    world.act(turin, "match.declined/1", {"match": thing, "reason": "not now"}, match)
    world.settle()
    refused("match-unanswered", lambda: matching.conclude(world.desk(lyon), match))
    assert reading.read(world.desk(lyon), match).things[0].status == "declined"


def test_there_is_no_fishing_without_identifiers(world: World, three: list[Member]) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", {"title": "Empty"}).matter
    refused(
        "nothing-to-match",
        lambda: matching.ask(world.desk(lyon), case, OSLO, contact="desk@lyon.example"),
    )


def test_nothing_in_common_ends_the_match(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    source = report(world, lyon, OURS)
    report(world, turin, THEIRS)
    match = matching.ask(world.desk(lyon), source, TURIN, contact="desk@lyon.example")
    world.settle()
    matching.answer(world.desk(turin), match, contact="desk@turin.example")
    world.settle()
    assert matching.conclude(world.desk(lyon), match) == ()
    world.settle()
    assert reading.read(world.desk(turin), match).things[0].status == "empty"
    with pytest.raises(errors.NotFound):
        matching.conclude(world.desk(lyon), match)


def matches(member: Member) -> int:
    found = member.tools.store.matters(port.MatterQuery(types=("match",), limit=500))
    return len(found)


def test_what_would_be_refused_begins_no_match(shared: World, lyon: Member) -> None:
    source = report(shared, lyon, OURS)
    case = shared.act(lyon, "case.opened/1", {"title": "Closed"}).matter
    closing = {"outcome": "disrupted", "reason": "gone"}
    shared.act(lyon, "case.closed/1", closing, case, role="desk_head")
    desk, before = shared.desk(lyon), matches(lyon)
    wrong = {
        "statement-malformed": (source, TURIN, {"contact": "x"}),
        "class-unknown": (source, TURIN, {"classes": ["domain", "moon"]}),
        "nothing-to-match": (source, TURIN, {"classes": ["email"]}),
        "match-with-self": (source, LYON, {}),
        "authority-unknown": (source, "xx-none", {}),
        "matter-closed": (case, TURIN, {}),
        "matter-unknown": (MatterId("0" * 64), TURIN, {}),
    }
    for code, (matter, peer, more) in wrong.items():
        said = {"contact": "desk@lyon.example", **more}
        fault = refused(
            code,
            lambda m=matter, p=peer, s=said: matching.ask(desk, m, p, **s),  # type: ignore[arg-type]
        )
        assert code == "statement-malformed" or fault.next_step, code
    assert matches(lyon) == before


def test_classes_that_this_version_does_not_know_are_compared_with_nothing(
    shared: World, lyon: Member, turin: Member
) -> None:
    # An identifier of a class to come, and a question about it, as a newer version could send.
    case = shared.act(lyon, "case.opened/1", {"title": "Newer", "parties": [TURIN]}).matter
    newer = {"identifiers": [{"cls": "moon", "value": "crater"}], "source": None}
    shared.act(lyon, "identifiers.noted/1", newer, case)
    match = shared.act(lyon, "match.opened/1", {"parties": [TURIN]}).matter
    kept, question = blinded.ask([bytes(32)], random=os.urandom)
    pieces = matching.split(question)
    asked = performing.Act(
        kind="match.asked/1",
        matter=match,
        said={
            "to": TURIN,
            "classes": ["moon"],
            "size_class": 2**40,
            "question": [one for one, _ in pieces],
            "contact": "desk@lyon.example",
        },
        blobs=tuple(piece for _, piece in pieces),
    )
    performing.perform(shared.desk(lyon), asked)
    shared.settle()
    assert turin.tools.store.holding([("moon", "crater")])
    matching.answer(shared.desk(turin), match, contact="desk@turin.example")
    answered = reading.read(shared.desk(turin), match).timeline[-1].said
    assert blinded.hits(kept, matching.joined(turin.tools, answered.answer)) == []


def test_nobody_works_at_an_answer_that_it_may_not_give(
    shared: World, lyon: Member, turin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = matching.ask(
        shared.desk(lyon), report(shared, lyon, OURS), TURIN, contact="desk@lyon.example"
    )
    shared.settle()

    def worked(*_: object, **__: object) -> bytes:
        raise AssertionError("it was computed")

    monkeypatch.setattr(matching.blinded, "answer", worked)
    review = shared.desk(turin, "oversight", purpose="oversight")
    refused("oversight-never-acts", lambda: matching.answer(review, match, contact="+39 1"))
    mine = shared.desk(lyon)
    refused("not-admissible", lambda: matching.answer(mine, match, contact="+33 1"))
    refused("statement-malformed", lambda: matching.answer(shared.desk(turin), match, contact=""))
    head = shared.act(lyon, "case.opened/1", {"title": "No match"}).matter
    fault = refused("match-unknown", lambda: matching.answer(mine, head, contact="+33 1"))
    assert fault.next_step


def test_a_look_at_what_is_common_is_accounted_for(
    shared: World, lyon: Member, turin: Member
) -> None:
    common = [("domain", "looked-at.example")]
    report(shared, turin, common)
    source = report(shared, lyon, common)
    match = matching.ask(shared.desk(lyon), source, TURIN, contact="desk@lyon.example")
    shared.settle()
    refused("match-unanswered", lambda: matching.conclude(shared.desk(lyon), match))
    matching.answer(shared.desk(turin), match, contact="desk@turin.example")
    shared.settle()
    hits = matching.conclude(shared.desk(lyon), match)
    assert hits == (matching.Hit("domain", "looked-at.example"),)
    assert refused("match-not-ours", lambda: matching.conclude(shared.desk(lyon), match)).next_step
    before = lyon.tools.store.size
    assert matching.hits_of(shared.desk(lyon), match) == hits
    assert matching.hits_of(shared.desk(turin), match) == ()
    last = list(lyon.tools.store.all_records(before - 1))
    said = [cabinet.read_stored(one, lyon.tools.registry).said for one in last]
    assert [(one.what, one.matter, one.place) for one in said] == [("read", match, "hits")]
    size = lyon.tools.store.size
    refused("matter-unknown", lambda: matching.hits_of(shared.desk(lyon, "operator"), match))
    assert lyon.tools.store.size == size


def test_nothing_is_asked_for_that_somebody_noted_who_may_not(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Removed", "parties": [TURIN]}).matter
    noted = {"identifiers": [{"cls": "domain", "value": "planted.example"}], "source": None}
    shared.settle()
    removal = {"party": TURIN, "reason": "out"}
    shared.act(lyon, "party.removed/1", removal, case, role="desk_head")
    # It has not heard of its removal: what it says is quarantined.
    shared.act(turin, "identifiers.noted/1", noted, case)
    shared.settle()
    assert lyon.tools.store.holding([("domain", "planted.example")])
    refused(
        "nothing-to-match",
        lambda: matching.ask(shared.desk(lyon), case, TURIN, contact="desk@lyon.example"),
    )
