"""The desk's side of the door, held to the promises of `door.Door`."""

import datetime

import pytest

from comity import errors
from comity.desk import people
from comity.web import door, visitors
from tests.web.pages.story import Story
from tests.world.world import LYON, World


@pytest.fixture
def own(world: World) -> visitors.Visitors:
    world.add(LYON)
    return visitors.Visitors(world.members[LYON].tools, authority_name="Lyon")


def test_a_link_begins_a_session_and_works_once(world: World, own: visitors.Visitors) -> None:
    link = Story.link(world.members[LYON], "desk_head")
    session = own.sign_in(link, world.now())
    viewer = own.session(session.token, world.now())
    assert viewer is not None
    assert (viewer.name, viewer.role) == ("desk_head of fr-lyon", "desk_head")
    assert (viewer.authority, viewer.authority_name) == (LYON, "Lyon")
    assert session.ends_at > world.now()
    with pytest.raises(errors.Refused):
        own.sign_in(link, world.now())


def test_links_that_do_not_work_are_refused_in_the_same_words(
    world: World, own: visitors.Visitors
) -> None:
    used = Story.link(world.members[LYON], "officer")
    own.sign_in(used, world.now())
    old = Story.link(world.members[LYON], "officer")
    late = world.now() + datetime.timedelta(minutes=people.LINK_MINUTES + 1)
    told = set()
    for link, now in ((used, world.now()), (old, late), ("cmt_link_invented", world.now())):
        with pytest.raises(errors.Refused) as refusal:
            own.sign_in(link, now)
        told.add((refusal.value.code, refusal.value.message))
    assert told == {("link-refused", visitors.REFUSED)}


def test_a_session_ends_at_its_end_and_when_it_is_ended(
    world: World, own: visitors.Visitors
) -> None:
    session = own.sign_in(Story.link(world.members[LYON], "officer"), world.now())
    assert own.session(session.token, session.ends_at) is None
    own.sign_out(session.token, world.now())
    own.sign_out(session.token, world.now())
    assert own.session(session.token, world.now()) is None


def test_somebody_who_is_kept_out_has_no_session(world: World, own: visitors.Visitors) -> None:
    member = world.members[LYON]
    session = own.sign_in(Story.link(member, "officer"), world.now())
    people.set_active(member.tools, member.people["officer"], False)
    assert own.session(session.token, world.now()) is None


def test_preferences_are_kept_for_the_next_session(world: World, own: visitors.Visitors) -> None:
    member = world.members[LYON]
    session = own.sign_in(Story.link(member, "officer"), world.now())
    wanted = door.Preferences(language="ar", time_zone="Europe/Oslo", scheme="dark")
    own.set_preferences(session.token, wanted, world.now())
    again = own.sign_in(Story.link(member, "officer"), world.now())
    viewer = own.session(again.token, world.now())
    assert viewer is not None
    assert viewer.preferences == wanted
    with pytest.raises(errors.Refused):
        own.set_preferences("cmt_session_no", wanted, world.now())
