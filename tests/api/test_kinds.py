"""Kinds and callers: what can be said, where, in what form, and by whom."""

import pytest

from comity.api import routes
from comity.desk import offering
from comity.matters import subjects
from comity.records import kinds
from tests.api import described
from tests.api.house import House, Program, problem


def test_every_kind_is_listed_with_where_and_how_it_is_said(house: House) -> None:
    answer = house.program(house.lyon).get("/kinds")
    told = {one["name"]: one for one in described.check(answer, "list_kinds")["kinds"]}
    assert set(told) == set(subjects.REGISTRY)
    paths = {described.path_of(one) for one in described.DECLARED}
    for name, one in told.items():
        kind = subjects.REGISTRY[name]
        assert one["title"] == kind.title
        assert one["needs"] == kind.needs
        assert one["told"], name
        assert one["procedure"] == offering.PROCEDURES.get(name)
        if one["procedure"] or kind.needs == "node":
            assert one["said_at"] is None
        else:
            assert one["said_at"] in paths
        assert bool(one["begins"]) == isinstance(kind.effect, kinds.Genesis)
        assert bool(one["within"]) != bool(one["begins"])


@pytest.mark.parametrize("name", list(subjects.REGISTRY))
def test_the_schema_of_each_kind_is_where_the_list_says(house: House, name: str) -> None:
    program = house.program(house.lyon)
    (listed,) = [one for one in program.told("/kinds")["kinds"] if one["name"] == name]
    assert listed["schema"].startswith(routes.PREFIX)
    answer = program.get(listed["schema"].removeprefix(routes.PREFIX))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == subjects.REGISTRY.schemas[name]


def test_sealed_fields_are_marked(house: House) -> None:
    schema = house.program(house.lyon).told("/kinds/request.filed/1")
    marked = {name for name, one in schema["properties"].items() if one.get("x-sealed")}
    assert marked == {"ask", "necessity"}


@pytest.mark.parametrize("name", ["case.opened/2", "case/1", "case.opened/x", "%2e%2e/1"])
def test_a_kind_of_another_version_is_not_known(house: House, name: str) -> None:
    problem(house.program(house.lyon).get(f"/kinds/{name}"), 404, "kind-unknown")


def test_who_knows_the_list_is_not_sent_it_again(house: House) -> None:
    program = house.program(house.lyon)
    tag = program.get("/kinds").headers["etag"]
    answer = program.ask("GET", "/kinds", headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("role", "begin"),
    [
        ("officer", ["case.opened/1", "report.filed/1"]),
        ("desk_head", ["case.opened/1", "report.filed/1"]),
        ("operator", []),
        ("oversight", []),
    ],
)
def test_a_caller_is_told_who_they_are_and_what_they_may_begin(
    house: House, role: str, begin: list[str]
) -> None:
    told = described.check(house.program(house.lyon, role).get("/me"), "read_me")
    person = house.lyon.people[role]
    assert told["officer"] == {
        "id": person.id,
        "name": person.name,
        "role": role,
        "active": True,
    }
    assert told["authority"] == "fr-lyon"
    assert told["begin"] == begin


def test_the_purpose_is_told_back(house: House) -> None:
    program = house.program(house.lyon, purpose="prosecution")
    assert program.told("/me")["purpose"] == "prosecution"


def test_nobody_is_told_nothing(house: House) -> None:
    for path in ("/kinds", "/kinds/case.opened/1", "/me"):
        problem(Program(house.client(house.lyon), {}).get(path), 401, "sign-in-needed")
