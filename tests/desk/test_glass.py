"""Broken glass: an hour's look in an emergency, told to oversight, reviewed or paid for."""

import dataclasses
import datetime

import pytest

from comity.desk import glass, people, performing, reading, tools
from comity.matters import staff
from comity.policy import asks
from comity.records.ids import MatterId
from tests.world.world import TURIN, Member, World, refused

WHY = "The seller moves the server tonight; nobody of the team answers."


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    """A case that only its team sees; nobody is in it."""
    case = shared.act(lyon, "case.opened/1", {"title": "Sealed", "parties": [TURIN]}).matter
    protect(shared, lyon, case, restricted=True)
    return case


def protect(world: World, member: Member, case: MatterId, **said: object) -> None:
    act = performing.Act(
        kind="matter.protected/1",
        matter=people.staff_matter(member.tools),
        said={"matter": case, **said},
    )
    performing.perform(world.desk(member, "desk_head"), act)


def somebody(world: World, member: Member, name: str) -> tools.Desk:
    member.people[name] = people.add_officer(member.tools, name, "officer", world.now())
    return world.desk(member, name)


def test_it_lets_look_for_an_hour_and_do_nothing_else(
    shared: World, lyon: Member, case: MatterId
) -> None:
    desk = somebody(shared, lyon, f"Ada {case[:8]}")
    refused("matter-unknown", lambda: reading.read(desk, case))
    until = glass.break_(desk, case, WHY)
    assert until == desk.now + datetime.timedelta(hours=1)
    assert reading.read(desk, case).row.id == case
    note = performing.Act(kind="note.made/1", matter=case, said={"text": "I was here."})
    refused("broken-glass-is-for-looking", lambda: performing.perform(desk, note))
    after = dataclasses.replace(desk, now=until)
    refused("matter-unknown", lambda: reading.read(after, case))


def test_it_is_broken_once(shared: World, lyon: Member, case: MatterId) -> None:
    desk = somebody(shared, lyon, f"Bo {case[:8]}")
    until = glass.break_(desk, case, WHY)
    refused("glass-not-needed", lambda: glass.break_(desk, case, WHY))
    after = dataclasses.replace(desk, now=until)
    refused("glass-broken-before", lambda: glass.break_(after, case, WHY))


def test_it_needs_a_reason_and_the_person(shared: World, lyon: Member, case: MatterId) -> None:
    desk = somebody(shared, lyon, f"Cy {case[:8]}")
    refused("glass-reason", lambda: glass.break_(desk, case, "  Urgent  "))
    away = dataclasses.replace(desk, scope=asks.SIGNED_IN)
    refused("presence-needed", lambda: glass.break_(away, case, WHY))
    idle = dataclasses.replace(desk, purpose="")
    refused("purpose-needed", lambda: glass.break_(idle, case, WHY))
    for role in ("operator", "oversight"):
        other = dataclasses.replace(shared.desk(lyon, role), purpose="investigation")
        refused("role-needed", lambda other=other: glass.break_(other, case, WHY))  # type: ignore[misc]


def test_it_lifts_no_clearance_no_conflict_and_tells_of_nothing(
    shared: World, lyon: Member, case: MatterId
) -> None:
    desk = somebody(shared, lyon, f"Di {case[:8]}")
    absent = refused("matter-unknown", lambda: glass.break_(desk, MatterId("0" * 64), WHY))
    protect(shared, lyon, case, restricted=True, level="confidential")
    secret = refused("matter-unknown", lambda: glass.break_(desk, case, WHY))
    assert absent.message == secret.message
    protect(shared, lyon, case, restricted=True)
    declared = performing.Act(
        kind="conflict.declared/1",
        matter=people.staff_matter(lyon.tools),
        said={"officer": desk.officer.id, "matter": case, "reason": "My cousin."},
    )
    performing.perform(desk, declared)
    refused("matter-unknown", lambda: glass.break_(desk, case, WHY))


def test_oversight_is_told_at_once_and_reviews_it(
    shared: World, lyon: Member, case: MatterId
) -> None:
    desk = somebody(shared, lyon, f"Ed {case[:8]}")
    glass.break_(desk, case, WHY)
    overseer = shared.desk(lyon, "oversight", "oversight")
    (mine,) = [one for one in glass.waiting(overseer) if one.glass.officer == desk.officer.id]
    assert (mine.name, mine.glass.matter) == (desk.officer.name, case)
    refused("not-permitted", lambda: glass.waiting(desk))
    review = performing.Act(
        kind="glass.reviewed/1",
        matter=people.staff_matter(lyon.tools),
        said={"glass": mine.glass.record, "finding": "justified", "reason": "It was."},
    )
    refused("role-needed", lambda: performing.perform(shared.desk(lyon, "desk_head"), review))
    performing.perform(overseer, review)
    assert mine.glass.record not in [one.glass.record for one in glass.waiting(overseer)]


def test_who_is_not_reviewed_in_time_is_kept_out(
    shared: World, lyon: Member, case: MatterId
) -> None:
    desk = somebody(shared, lyon, f"Fay {case[:8]}")
    glass.break_(desk, case, WHY)
    due = desk.now + datetime.timedelta(hours=staff.REVIEW_HOURS)
    before = people.as_of(lyon.tools, desk.officer, due - datetime.timedelta(seconds=1))
    assert before.active
    assert not people.as_of(lyon.tools, desk.officer, due).active


def test_officers_speak_of_themselves_alone(shared: World, lyon: Member, case: MatterId) -> None:
    said = {
        "officer": lyon.people["desk_head"].id,
        "matter": case,
        "reason": "So that the head sees nothing.",
    }
    act = performing.Act(
        kind="conflict.declared/1", matter=people.staff_matter(lyon.tools), said=said
    )
    refused(
        "officers-speak-for-themselves-alone",
        lambda: performing.perform(shared.desk(lyon), act),
    )
