"""Deconfliction between two nodes: what is common is found, and nothing else is shown."""

import pytest

from comity import errors
from comity.desk import importing, matching, reading
from comity.records.ids import MatterId
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
