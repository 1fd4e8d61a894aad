"""People and their secrets: once, for a time, and never as a password."""

import contextlib
import dataclasses
import datetime
import threading

import pytest

from comity import errors
from comity.desk import people
from comity.store import port
from tests.world.world import LYON, Member, World, refused

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


def test_of_several_who_add_the_same_person_at_once_one_does(world: World) -> None:
    own = world.add(LYON).tools
    gate = threading.Barrier(4)
    added: list[str] = []

    def work() -> None:
        gate.wait()
        with contextlib.suppress(errors.Conflict):
            added.append(people.add_officer(own, "Ada Example", "officer", world.now()).id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.id for one in own.store.officers() if one.name == "Ada Example"] == added
    assert len(added) == 1


@pytest.mark.parametrize("name", ["", " a ", "a\nb", "x" * 81, "o-" + "a" * 16, "O-" + "B" * 16])
def test_what_is_no_name_is_refused(shared: World, lyon: Member, name: str) -> None:
    fault = refused(
        "officer-name",
        lambda: people.add_officer(lyon.tools, name, "officer", shared.now()),
    )
    assert fault.next_step


def test_an_officer_is_found_by_name_and_by_pseudonym_alone(shared: World, lyon: Member) -> None:
    officer = lyon.people["officer"]
    assert people.find_officer(lyon.tools, officer.id) == officer
    assert people.find_officer(lyon.tools, officer.name.upper()) == officer
    assert refused(
        "officer-unknown", lambda: people.find_officer(lyon.tools, officer.id.upper())
    ).next_step


def test_who_is_kept_out_while_a_secret_is_looked_up_is_not_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lyon = world.add(LYON)
    own, officer = lyon.tools, lyon.people["officer"]
    token = people.issue(own, officer, "token", HOUR, world.now())
    found = type(own.store).officer
    now = world.now()

    def slow(store: object, who: str) -> object:
        known = found(own.store, who)  # What the store told, a moment before the person left.
        with monkeypatch.context() as quick:
            quick.setattr(type(own.store), "officer", found)
            people.set_active(own, officer, active=False)
        return known

    with monkeypatch.context() as patched:
        patched.setattr(type(own.store), "officer", slow)
        people.officer_of(own, token, "token", now)
    assert people.officer_of(own, token, "token", now) is None


def test_no_secret_outlives_whoever_leaves_while_it_is_issued(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lyon = world.add(LYON)
    own, officer = lyon.tools, lyon.people["officer"]
    save = type(own.store).save_credential

    def slow(store: object, credential: object) -> None:
        people.set_active(own, officer, active=False)
        save(own.store, credential)  # type: ignore[arg-type]  # what issue gave

    monkeypatch.setattr(type(own.store), "save_credential", slow)
    fault = refused(
        "officer-inactive", lambda: people.issue(own, officer, "session", HOUR, world.now())
    )
    assert fault.next_step
    assert own.store.credentials(officer.id) == []
    refused("officer-inactive", lambda: people.issue(own, officer, "link", HOUR, world.now()))


def test_secrets_that_expired_are_not_kept_for_ever(world: World) -> None:
    lyon = world.add(LYON)
    own, officer = lyon.tools, lyon.people["officer"]
    for day in range(5):
        now = world.now() + day * 24 * HOUR
        link = people.issue(own, officer, "link", HOUR, now)
        session = people.sign_in(own, link, now)
    assert len(own.store.credentials(officer.id)) == 1
    assert people.officer_of(own, session, "session", now) == officer
    people.issue(own, lyon.people["operator"], "link", HOUR, now + 24 * HOUR)
    assert len(own.store.credentials(officer.id)) == 1


def test_answers_are_not_kept_for_ever(world: World) -> None:
    lyon = world.add(LYON)
    store, mine, gone = lyon.tools.store, lyon.people["officer"], lyon.people["desk_head"]
    store.save_officer(dataclasses.replace(gone, active=False))
    colleague = lyon.people["operator"]
    at = world.now()
    given = [
        port.Answered(who.id, "key", "digest", 201, b"", at) for who in (mine, gone, colleague)
    ]
    store.append(port.Append(answered=tuple(given))).result()
    people.issue(lyon.tools, mine, "link", HOUR, at + people.ANSWERS_KEPT)
    assert [store.answered(one.officer, "key") for one in given] == given
    people.issue(lyon.tools, mine, "link", HOUR, at + people.ANSWERS_KEPT + HOUR)
    assert [store.answered(one.officer, "key") for one in given] == [None, None, given[2]]


def test_the_token_of_a_form_is_of_its_session() -> None:
    one, two = people.csrf_token("cmt_session_1"), people.csrf_token("cmt_session_2")
    assert one != two
    assert people.csrf_token("cmt_session_1") == one
    assert "cmt_session" not in one
