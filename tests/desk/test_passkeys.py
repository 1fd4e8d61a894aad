"""Passkeys: what lets people in, shows that they are there, and what does not."""

import copy
import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from comity.desk import challenges, passkeys, people, sessions, tools
from comity.policy import asks
from tests.world.authenticator import SITE, Authenticator
from tests.world.world import Member, World, refused

Change = Callable[[dict[str, Any]], object]


def fresh(world: World, member: Member, name: str, role: str = "officer") -> tools.Desk:
    """A new person at work."""
    member.people[name] = people.add_officer(member.tools, name, role, world.now())  # type: ignore[arg-type]
    return world.desk(member, name)


def registered(desk: tools.Desk, key: Authenticator, label: str = "Blue key") -> str:
    made = key.create(passkeys.to_register(desk, SITE))
    return passkeys.register(desk, made, label, SITE).id


def test_a_passkey_lets_its_holder_in(shared: World, lyon: Member) -> None:
    desk, key = fresh(shared, lyon, "Ines"), Authenticator()
    passkey = registered(desk, key)
    session = passkeys.sign_in(
        lyon.tools, key.get(passkeys.to_sign_in(lyon.tools, SITE, desk.now)), SITE, desk.now
    )
    seat = sessions.seat(lyon.tools, session, "investigation", desk.now)
    assert seat is not None
    assert (seat.officer.id, seat.scope) == (desk.officer.id, asks.PRESENT)
    person = lyon.tools.staff().person(desk.officer.id)
    assert person is not None
    assert person.passkeys == {passkey}


def test_presence_lasts_for_minutes_and_is_shown_anew_by_the_passkey(
    shared: World, lyon: Member
) -> None:
    desk, key = fresh(shared, lyon, "Jana"), Authenticator()
    registered(desk, key)
    first = people.begin_session(lyon.tools, desk.officer, "passkey", desk.now)
    later = desk.now + datetime.timedelta(minutes=sessions.PRESENT_MINUTES)
    seat = sessions.seat(lyon.tools, first, "", later)
    assert seat is not None
    assert seat.scope == asks.SIGNED_IN
    second = passkeys.confirm(seat, key.get(passkeys.to_confirm(seat, SITE)), SITE)
    again = sessions.seat(lyon.tools, second, "", later)
    assert again is not None
    assert again.scope == asks.PRESENT
    assert second != first


def test_a_link_shows_presence_only_of_who_has_no_passkey(shared: World, lyon: Member) -> None:
    desk, key = fresh(shared, lyon, "Kim"), Authenticator()

    def scope() -> frozenset[asks.Scope]:
        seat = sessions.seat(
            lyon.tools,
            people.begin_session(lyon.tools, desk.officer, "link", desk.now),
            "",
            desk.now,
        )
        assert seat is not None
        return seat.scope

    assert scope() == asks.PRESENT
    registered(desk, key)
    assert scope() == asks.SIGNED_IN


def _flipped(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


SPOILT: dict[str, Change] = {
    "no-response": lambda one: one.pop("response"),
    "no-id": lambda one: one.pop("id"),
    "id-of-nobody": lambda one: one.update(id="AAAA", rawId="AAAA"),
    "id-a-number": lambda one: one.update(id=7),
    "signature": lambda one: one["response"].update(
        signature=_flipped(one["response"]["signature"])
    ),
    "authenticator-data": lambda one: one["response"].update(
        authenticatorData=_flipped(one["response"]["authenticatorData"])
    ),
    "client-data": lambda one: one["response"].update(clientDataJSON="e30"),
    "client-data-no-json": lambda one: one["response"].update(clientDataJSON="!!"),
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT)
def test_whatever_is_wrong_is_refused_in_the_same_words(
    shared: World, lyon: Member, change: Change
) -> None:
    desk, key = fresh(shared, lyon, f"Lea {change!r}"[:60]), Authenticator()
    registered(desk, key)
    good = key.get(passkeys.to_sign_in(lyon.tools, SITE, desk.now))
    spoilt = copy.deepcopy(good)
    change(spoilt)
    refused("passkey-unverified", lambda: passkeys.sign_in(lyon.tools, spoilt, SITE, desk.now))


def test_an_answer_is_good_once_and_for_minutes_and_for_its_use(
    shared: World, lyon: Member
) -> None:
    own, desk, key = lyon.tools, fresh(shared, lyon, "Mia"), Authenticator()
    registered(desk, key)

    def sign_in(answer: dict[str, Any], now: datetime.datetime = desk.now) -> str:
        return passkeys.sign_in(own, answer, SITE, now)

    answer = key.get(passkeys.to_sign_in(own, SITE, desk.now))
    sign_in(answer)
    refused("passkey-unverified", lambda: sign_in(answer))
    late = desk.now + challenges.LIFETIME
    refused(
        "passkey-unverified",
        lambda: sign_in(key.get(passkeys.to_sign_in(own, SITE, desk.now)), late),
    )
    for_another_use = key.get(passkeys.to_confirm(desk, SITE))
    refused("passkey-unverified", lambda: sign_in(for_another_use))


def test_another_site_another_person_and_no_finger_are_refused(shared: World, lyon: Member) -> None:
    own, desk, key = lyon.tools, fresh(shared, lyon, "Nora"), Authenticator()
    registered(desk, key)
    other = fresh(shared, lyon, "Olga")
    away = dataclasses.replace(SITE, origin="https://evil.example")
    key.site = away
    refused(
        "passkey-unverified",
        lambda: passkeys.sign_in(
            own, key.get(passkeys.to_sign_in(own, SITE, desk.now)), SITE, desk.now
        ),
    )
    key.site = SITE
    refused(
        "passkey-of-another",
        lambda: passkeys.confirm(other, key.get(passkeys.to_confirm(other, SITE)), SITE),
    )
    key.verifies = False
    refused(
        "passkey-unverified",
        lambda: passkeys.confirm(desk, key.get(passkeys.to_confirm(desk, SITE)), SITE),
    )
    refused("passkey-unverified", lambda: registered(desk, key))


def test_a_copied_key_whose_count_falls_back_is_refused(shared: World, lyon: Member) -> None:
    own, desk, key = lyon.tools, fresh(shared, lyon, "Pia"), Authenticator()
    registered(desk, key)
    key.count = 0
    refused(
        "passkey-unverified",
        lambda: passkeys.sign_in(
            own, key.get(passkeys.to_sign_in(own, SITE, desk.now)), SITE, desk.now
        ),
    )


def test_who_is_kept_out_comes_in_by_no_passkey(shared: World, lyon: Member) -> None:
    own, desk, key = lyon.tools, fresh(shared, lyon, "Quin"), Authenticator()
    registered(desk, key)
    people.set_active(own, desk.officer, False)
    refused(
        "passkey-unverified",
        lambda: passkeys.sign_in(
            own, key.get(passkeys.to_sign_in(own, SITE, desk.now)), SITE, desk.now
        ),
    )


def test_a_removed_passkey_is_of_no_use_and_only_ones_own_is_removed(
    shared: World, lyon: Member
) -> None:
    own, desk, key = lyon.tools, fresh(shared, lyon, "Rosa"), Authenticator()
    passkey = registered(desk, key)
    other = fresh(shared, lyon, "Sven")
    refused("passkey-unknown", lambda: passkeys.remove(other, passkey))
    passkeys.remove(desk, passkey)
    refused(
        "passkey-unverified",
        lambda: passkeys.sign_in(
            own, key.get(passkeys.to_sign_in(own, SITE, desk.now)), SITE, desk.now
        ),
    )
    person = own.staff().person(desk.officer.id)
    assert person is not None
    assert not person.passkeys


def test_nobody_has_very_many(shared: World, lyon: Member) -> None:
    desk, key = fresh(shared, lyon, "Tom"), Authenticator()
    for number in range(passkeys.MANY):
        registered(desk, key, f"Key {number}")
    refused("passkeys-many", lambda: registered(desk, key))
