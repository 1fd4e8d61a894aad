"""What an operator does with officers, links and tokens; and that nobody else does."""

import datetime
from collections.abc import Callable

import pytest

from comity.desk import people, staff
from tests.world.world import Member, World, refused


def made(world: World, member: Member, name: str) -> str:
    return staff.add(world.desk(member, "operator"), name, "officer").name


def test_an_operator_adds_lists_links_and_keeps_out(shared: World, lyon: Member) -> None:
    desk = shared.desk(lyon, "operator")
    added = staff.add(desk, "  Ada Example ", "desk_head")
    assert (added.name, added.role, added.active) == ("Ada Example", "desk_head", True)
    assert added in staff.listed(desk)
    link = staff.link(desk, "ada example")
    assert link.expires_at == desk.now + datetime.timedelta(minutes=people.LINK_MINUTES)
    session = people.sign_in(lyon.tools, link.secret, shared.now())
    assert people.officer_of(lyon.tools, session, "session", shared.now()) == added
    gone = staff.deactivate(desk, added.id)
    assert not gone.active
    assert people.officer_of(lyon.tools, session, "session", shared.now()) is None
    assert refused("officer-inactive", lambda: staff.link(desk, added.id)).next_step


def test_a_token_lasts_as_long_as_was_said(shared: World, lyon: Member) -> None:
    made(shared, lyon, "Token Holder")
    desk = shared.desk(lyon, "operator")
    issued = staff.token(desk, "Token Holder", label="nightly", days=1)
    assert issued.expires_at - desk.now == datetime.timedelta(days=1)
    later = issued.expires_at - datetime.timedelta(seconds=1)
    officer = people.officer_of(lyon.tools, issued.secret, "token", later)
    assert officer is not None
    assert people.officer_of(lyon.tools, issued.secret, "token", issued.expires_at) is None
    kept = lyon.tools.store.credentials(officer.id)
    assert [one.label for one in kept] == ["nightly"]
    assert issued.secret.encode() not in kept[0].digest


@pytest.mark.parametrize("days", [-1, 0, people.TOKEN_DAYS_MAX + 1, 10**12])
def test_a_token_that_lasts_too_long_or_not_at_all_is_refused(
    shared: World, lyon: Member, days: int
) -> None:
    desk = shared.desk(lyon, "operator")
    officer = lyon.people["officer"].id
    fault = refused("token-lifetime", lambda: staff.token(desk, officer, label="", days=days))
    assert str(people.TOKEN_DAYS_MAX) in fault.message
    assert fault.next_step


@pytest.mark.parametrize("role", ["", "node", "OFFICER", "admin"])
def test_a_role_is_one_of_four(shared: World, lyon: Member, role: str) -> None:
    desk = shared.desk(lyon, "operator")
    fault = refused("role-unknown", lambda: staff.add(desk, "Some Body", role))
    assert all(known in fault.next_step for known in staff.ROLES)
    refused("officer-unknown", lambda: people.find_officer(lyon.tools, "Some Body"))


WAYS: dict[str, Callable[..., object]] = {
    "listed": lambda desk, who: staff.listed(desk),
    "add": lambda desk, who: staff.add(desk, "New Person", "officer"),
    "add in no role": lambda desk, who: staff.add(desk, "New Person", "none"),
    "link": staff.link,
    "link for nobody": lambda desk, who: staff.link(desk, "nobody"),
    "token": lambda desk, who: staff.token(desk, who, label="", days=1),
    "token for ever": lambda desk, who: staff.token(desk, who, label="", days=10**6),
    "deactivate": staff.deactivate,
}


@pytest.mark.parametrize("way", WAYS)
def test_only_an_operator_manages_officers(shared: World, lyon: Member, way: str) -> None:
    before = lyon.tools.store.officers()
    for role in ("officer", "desk_head", "oversight"):
        desk = shared.desk(lyon, role)
        refused("role-needed", lambda d=desk: WAYS[way](d, lyon.people["operator"].id))
    assert lyon.tools.store.officers() == before
