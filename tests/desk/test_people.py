"""People and their secrets: once, for a time, and never as a password."""

import datetime

import pytest

from comity import errors
from comity.desk import people
from tests.world.world import LYON, World, refused

HOUR = datetime.timedelta(hours=1)


def test_a_link_signs_in_once(world: World) -> None:
    lyon = world.add(LYON)
    officer = lyon.people["officer"]
    link = people.issue(lyon.tools, officer, "link", HOUR, world.now())
    session = people.sign_in(lyon.tools, link, world.now())
    assert people.officer_of(lyon.tools, session, "session", world.now()) == officer
    refused("link-not-valid", lambda: people.sign_in(lyon.tools, link, world.now()))


def test_an_old_link_and_an_invented_one_are_refused_alike(world: World) -> None:
    lyon = world.add(LYON)
    link = people.issue(lyon.tools, lyon.people["officer"], "link", HOUR, world.now())
    late = world.now() + 2 * HOUR
    old = refused("link-not-valid", lambda: people.sign_in(lyon.tools, link, late))
    invented = refused(
        "link-not-valid", lambda: people.sign_in(lyon.tools, "cmt_link_" + "A" * 43, late)
    )
    assert (old.message, old.next_step) == (invented.message, invented.next_step)


def test_a_secret_of_one_sort_is_none_of_another(world: World) -> None:
    lyon = world.add(LYON)
    token = people.issue(lyon.tools, lyon.people["officer"], "token", HOUR, world.now())
    assert people.officer_of(lyon.tools, token, "session", world.now()) is None
    renamed = token.replace("_token_", "_session_")
    assert people.officer_of(lyon.tools, renamed, "session", world.now()) is None


def test_an_officer_who_leaves_is_out_at_once(world: World) -> None:
    lyon = world.add(LYON)
    officer = lyon.people["officer"]
    token = people.issue(lyon.tools, officer, "token", HOUR, world.now())
    people.set_active(lyon.tools, officer, active=False)
    assert people.officer_of(lyon.tools, token, "token", world.now()) is None


def test_an_id_is_never_a_credential(world: World) -> None:
    lyon = world.add(LYON)
    for known in (lyon.people["officer"].id, lyon.authority, lyon.tools.store.setting("access")):
        for sort in ("link", "session", "token"):
            assert people.officer_of(lyon.tools, str(known), sort, world.now()) is None


def test_a_token_does_not_outlive_ninety_days(world: World) -> None:
    lyon = world.add(LYON)
    with pytest.raises(errors.Invalid):
        people.issue(
            lyon.tools,
            lyon.people["officer"],
            "token",
            datetime.timedelta(days=91),
            world.now(),
        )


def test_two_officers_have_two_names(world: World) -> None:
    lyon = world.add(LYON)
    people.add_officer(lyon.tools, "Ada Example", "officer", world.now())
    refused(
        "officer-exists",
        lambda: people.add_officer(lyon.tools, "ada example", "officer", world.now()),
    )
    assert people.find_officer(lyon.tools, "ADA EXAMPLE").name == "Ada Example"
