"""Officers as their operator manages them: links, tokens, and keeping out at once."""

import datetime
from typing import Any

import pytest

from comity.desk import people
from comity.store import port
from tests.api import described
from tests.api.house import ADDRESS, House, Program, problem
from tests.world.world import refused


def hire(house: House, name: str, role: str = "officer") -> dict[str, Any]:
    answer = house.program(house.lyon, "operator").post("/officers", {"name": name, "role": role})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = described.check(answer, "add_officer")
    return made


def token(house: House, officer: str, **body: Any) -> str:
    answer = house.program(house.lyon, "operator").post(f"/officers/{officer}/tokens", body)
    assert answer.status_code == 201, answer.text
    secret: str = described.check(answer, "issue_token")["secret"]
    return secret


def bearer(house: House, secret: str) -> Program:
    return Program(house.client(house.lyon), {"authorization": f"Bearer {secret}"})


@pytest.mark.parametrize("role", ["officer", "desk_head", "oversight", "operator"])
def test_a_person_is_added_in_a_role(house: House, role: str) -> None:
    made = hire(house, f"Ada as {role}", role)
    assert (made["role"], made["active"]) == (role, True)
    listed = described.check(
        house.program(house.lyon, "operator").get("/officers"), "list_officers"
    )
    assert made in listed["officers"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "body-malformed"),
        ({"name": "A"}, 422, "body-malformed"),
        ({"name": "A" * 81}, 422, "body-malformed"),
        ({"name": "Ada", "role": "king"}, 422, "role-unknown"),
        ({"name": "Ada", "role": "node"}, 422, "role-unknown"),
        ({"name": "Ada", "active": False}, 422, "body-malformed"),
        ({"name": "A\u0007da"}, 422, "officer-name"),
        ({"name": "   "}, 422, "officer-name"),
        ({"name": "OFFICER of fr-lyon"}, 409, "officer-exists"),
    ],
)
def test_who_cannot_be_added_is_told_why(
    house: House, body: dict[str, Any], status: int, code: str
) -> None:
    before = house.lyon.tools.store.officers()
    answer = house.program(house.lyon, "operator").post("/officers", body)
    problem(answer, status, code)
    assert house.lyon.tools.store.officers() == before


def test_a_token_acts_as_its_officer(either: House) -> None:
    made = hire(either, "Bea")
    secret = token(either, made["id"], label="feed", days=1)
    assert bearer(either, secret).told("/me")["officer"] == made
    assert secret.encode() not in _stored(either, made["id"])


def _stored(house: House, officer: str) -> bytes:
    return repr(house.lyon.tools.store.credentials(officer)).encode()


def test_a_token_lasts_so_many_days_and_no_longer(house: House) -> None:
    made = hire(house, "Cyd")
    answer = house.program(house.lyon, "operator").post(
        f"/officers/{made['id']}/tokens", {"days": 3}
    )
    now = house.world.now()
    ends = datetime.datetime.fromisoformat(answer.json()["expires_at"])
    assert abs(ends - now - datetime.timedelta(days=3)) < datetime.timedelta(seconds=60)
    tools, secret = house.lyon.tools, answer.json()["secret"]
    assert people.officer_of(tools, secret, "token", ends - datetime.timedelta(seconds=1))
    assert people.officer_of(tools, secret, "token", ends) is None


@pytest.mark.parametrize("days", [0, -1, people.TOKEN_DAYS_MAX + 1, "3", 1.5, True])
def test_a_token_lasts_a_day_at_least_and_ninety_at_most(house: House, days: Any) -> None:
    officer = house.lyon.people["officer"].id
    before = len(house.lyon.tools.store.credentials(officer))
    program = house.program(house.lyon, "operator")
    problem(program.post(f"/officers/{officer}/tokens", {"days": days}), 422, "body-malformed")
    assert len(house.lyon.tools.store.credentials(officer)) == before


def test_a_link_signs_in_once_at_the_pages(either: House) -> None:
    made = hire(either, "Dov")
    answer = either.program(either.lyon, "operator").post(f"/officers/{made['id']}/links")
    said = described.check(answer, "issue_link")
    assert said["url"] == f"{ADDRESS}/sign-in/{said['secret']}"
    problem(bearer(either, said["secret"]).get("/me"), 401, "sign-in-needed")
    tools, now = either.lyon.tools, either.world.now()
    session = people.sign_in(tools, said["secret"], now)
    officer = people.officer_of(tools, session, "session", now)
    assert officer is not None
    assert officer.id == made["id"]
    refused("link-not-valid", lambda: people.sign_in(tools, said["secret"], now))


def test_who_is_kept_out_is_out_at_once_with_everything_that_names_them(either: House) -> None:
    made, now = hire(either, "Eva"), either.world.now()
    program = bearer(either, token(either, made["id"]))
    assert program.get("/me").status_code == 200
    session = people.issue(
        either.lyon.tools,
        either.lyon.tools.store.officer(made["id"]),
        "session",
        datetime.timedelta(hours=1),
        now,
    )
    answer = either.program(either.lyon, "operator").post(f"/officers/{made['id']}/deactivate")
    assert described.check(answer, "deactivate_officer")["active"] is False
    problem(program.get("/me"), 401, "sign-in-needed")
    assert people.officer_of(either.lyon.tools, session, "session", now) is None
    for way, body in (("links", None), ("tokens", {})):
        again = either.program(either.lyon, "operator").post(f"/officers/{made['id']}/{way}", body)
        problem(again, 403, "officer-inactive")


def test_an_officer_is_named_by_name_or_pseudonym(house: House) -> None:
    made = hire(house, "Fay Ünal")
    for name in (made["id"], "Fay Ünal", "fay ünal"):
        secret = token(house, name)
        assert bearer(house, secret).told("/me")["officer"] == made


@pytest.mark.parametrize("way", ["links", "tokens", "deactivate"])
def test_an_unknown_officer_is_told_of(house: House, way: str) -> None:
    body = {} if way == "tokens" else None
    answer = house.program(house.lyon, "operator").post(f"/officers/nobody/{way}", body)
    problem(answer, 404, "officer-unknown")


@pytest.mark.parametrize("role", ["officer", "desk_head", "oversight"])
def test_nobody_else_manages_officers_or_learns_who_there_is(house: House, role: str) -> None:
    program, person = house.program(house.lyon, role), house.lyon.people["officer"].id
    before = len(house.lyon.tools.store.credentials(person))
    told = [
        program.get("/officers"),
        program.post("/officers", {"name": "Gus"}),
        program.post(f"/officers/{person}/links"),
        program.post(f"/officers/{person}/tokens", {}),
        program.post(f"/officers/{person}/deactivate"),
        program.post("/officers/nobody/deactivate"),
    ]
    assert {answer.status_code for answer in told} == {403}
    assert len({answer.text for answer in told}) == 1
    assert len(house.lyon.tools.store.credentials(person)) == before


def test_tokens_are_kept_as_digests(house: House) -> None:
    made = hire(house, "Hal")
    secret = token(house, made["id"])
    (kept,) = house.lyon.tools.store.credentials(made["id"])
    assert isinstance(kept, port.Credential)
    assert kept.digest == people.digest(secret)
