"""What lies between an officer and a matter, and who could give rights."""

import dataclasses
import datetime

from comity.desk import passkeys, people, performing, permitting, standing, tools
from comity.policy import asks
from comity.records.ids import MatterId
from tests.world.authenticator import SITE, Authenticator
from tests.world.world import TURIN, Member, World, refused


def say(world: World, member: Member, kind: str, role: str, **said: object) -> None:
    desk = world.desk(member, role, "operation")
    matter = people.staff_matter(member.tools)
    performing.perform(desk, performing.Act(kind=kind, matter=matter, said=said))


def case_of(world: World, member: Member) -> MatterId:
    return world.act(member, "case.opened/1", {"title": "A case", "parties": [TURIN]}).matter


def sees(desk: tools.Desk, case: MatterId) -> bool:
    row = desk.tools.store.matter(case)
    assert row is not None
    return bool(permitting.visible(desk, [row]))


def test_nothing_lies_between_them_at_first(shared: World, lyon: Member) -> None:
    assert standing.tie(shared.desk(lyon), case_of(shared, lyon)) == asks.NO_TIE


def test_who_is_not_in_the_team_finds_nothing_there(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    officer = lyon.people["officer"].id
    say(shared, lyon, "matter.protected/1", "desk_head", matter=case, restricted=True)
    desk = shared.desk(lyon)
    assert not sees(desk, case)
    refused("matter-unknown", lambda: permitting.permitted_on(desk, "read.matter", case))
    absent = refused(
        "matter-unknown", lambda: permitting.permitted_on(desk, "read.matter", MatterId("0" * 64))
    )
    assert (
        absent.message
        == refused(
            "matter-unknown", lambda: permitting.permitted_on(desk, "read.matter", case)
        ).message
    )
    say(shared, lyon, "team.joined/1", "desk_head", officer=officer, matter=case)
    assert sees(shared.desk(lyon), case)
    assert standing.tie(shared.desk(lyon), case).team
    say(shared, lyon, "team.left/1", "desk_head", officer=officer, matter=case)
    assert not sees(shared.desk(lyon), case)


def test_a_classified_matter_asks_for_clearance_until_its_day(shared: World, lyon: Member) -> None:
    case, today = case_of(shared, lyon), shared.now().date()
    officer = lyon.people["officer"].id
    say(shared, lyon, "matter.protected/1", "desk_head", matter=case, level="confidential")
    assert not sees(shared.desk(lyon), case)
    given = {"officer": officer, "level": "confidential", "until": today.isoformat()}
    say(shared, lyon, "clearance.given/1", "operator", **given)
    desk = shared.desk(lyon)
    assert sees(desk, case)
    assert not sees(dataclasses.replace(desk, now=desk.now + datetime.timedelta(days=1)), case)


def test_a_conflict_of_interest_closes_the_matter(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    head = lyon.people["desk_head"].id
    said = {"officer": head, "matter": case, "reason": "The suspect is a cousin."}
    say(shared, lyon, "conflict.declared/1", "desk_head", **said)
    assert not sees(shared.desk(lyon, "desk_head"), case)
    assert sees(shared.desk(lyon), case)


def test_oversight_sees_through_teams_and_levels(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    say(
        shared,
        lyon,
        "matter.protected/1",
        "desk_head",
        matter=case,
        restricted=True,
        level="secret",
    )
    assert sees(shared.desk(lyon, "oversight", "oversight"), case)


def test_two_with_passkeys_are_needed_before_nobody_is_alone(shared: World, lyon: Member) -> None:
    """At a node of its own, for it changes what everybody there may do."""
    oslo = shared.add("no-alone")  # type: ignore[arg-type]
    now = shared.now()
    assert standing.alone(None, now)
    for role, alone in (("officer", True), ("operator", True), ("desk_head", False)):
        desk, key = shared.desk(oslo, role), Authenticator()
        passkeys.register(desk, key.create(passkeys.to_register(desk, SITE)), "", SITE)
        assert standing.alone(oslo.tools.staff(), now) is alone
