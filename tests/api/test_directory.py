"""Peers and the directory: who there is, and how a node comes among them, over the API alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.desk import founding
from tests.api import described
from tests.api.house import NOWHERE, House, Program, problem
from tests.world.world import Member

FILE = "application/octet-stream"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[House]:
    """Three nodes that belong to no directory yet."""
    made = House(tmp_path, apart=True)
    yield made
    made.close()


def listing(member: Member, **changed: Any) -> dict[str, Any]:
    made = founding.listing_of(
        member.tools.keys.card,
        name=f"Authority {member.authority}",
        country="FR",
        address="https://127.0.0.1:1",
    )
    return made.model_dump(mode="json") | changed


def founded(house: House) -> tuple[Program, str]:
    """Lyon's operator, and the directory that Lyon founded."""
    program = house.program(house.lyon, "operator")
    answer = program.post(
        "/directory/found", {"name": "Test alliance", "listing": listing(house.lyon)}
    )
    assert answer.status_code == 201, answer.text
    return program, described.check(answer, "found_directory")["directory"]


def test_an_alliance_is_founded_and_joined_by_three_calls(apart: House) -> None:
    lyon, directory = founded(apart)
    admitted = lyon.post("/directory/authorities", {"listing": listing(apart.turin)})
    assert described.check(admitted, "admit_authority") == {"directory": directory}
    file = lyon.get("/directory/export")
    assert file.headers["content-disposition"] == 'attachment; filename="directory.jsonl"'
    assert len(file.content.splitlines()) == 2

    turin = apart.program(apart.turin, "operator")
    joined = turin.send("/directory/join", file.content, FILE, pin=directory)
    assert described.check(joined, "join_directory") == {"directory": directory}
    told = described.check(turin.get("/directory"), "read_directory")
    assert (told["directory"], told["name"], told["lead"]) == (
        directory,
        "Test alliance",
        "fr-lyon",
    )
    assert [one["authority"] for one in told["authorities"]] == ["fr-lyon", "it-turin"]
    again = turin.send("/directory/join", file.content, FILE, pin=directory)
    problem(again, 409, "directory-pinned")
    problem(
        lyon.post("/directory/found", {"name": "Other", "listing": listing(apart.lyon)}),
        409,
        "directory-pinned",
    )


def test_a_directory_is_joined_only_if_it_is_the_one_that_was_compared_by_voice(
    apart: House,
) -> None:
    lyon, directory = founded(apart)
    lyon.post("/directory/authorities", {"listing": listing(apart.turin)})
    file = lyon.get("/directory/export").content
    turin, store = apart.program(apart.turin, "operator"), apart.turin.tools.store
    before = store.size
    first, second = file.splitlines()
    spoilt = file.replace(second[-20:], second[-20:].swapcase())
    assert spoilt != file
    for data, pin, status, code in (
        (file, NOWHERE, 400, "directory-not-pinned"),
        (file, "x", 400, "directory-not-pinned"),
        (b"", directory, 422, "directory-empty"),
        (second, directory, 400, "directory-not-pinned"),
        (first, directory, 403, "not-listed"),
    ):
        problem(turin.send("/directory/join", data, FILE, pin=pin), status, code)
    for data in (b"no record", b"\xff\n", first + b"\nno record", spoilt):
        answer = turin.send("/directory/join", data, FILE, pin=directory)
        assert 400 <= answer.status_code < 500, answer.text
    assert store.size == before
    problem(turin.get("/directory"), 503, "no-directory")
    assert turin.send("/directory/join", file, FILE, pin=directory).status_code == 200


def test_a_node_outside_of_any_directory_says_so(apart: House) -> None:
    operator = apart.program(apart.lyon, "operator")
    assert operator.told("/peers") == {"peers": []}
    for path in ("/directory", "/directory/export"):
        told = problem(operator.get(path), 503, "no-directory")
        assert "Found one or join one" in told["next_step"]
    answer = operator.post("/directory/authorities", {"listing": listing(apart.turin)})
    problem(answer, 503, "no-directory")
    answer = operator.post("/parcels/export", params={"to": "it-turin"})
    problem(answer, 503, "no-directory")


@pytest.mark.parametrize(
    "changed",
    [
        {"country": "fr"},
        {"address": "http://127.0.0.1"},
        {"address": "https://a/b"},
        {"epoch": 0},
        {"epoch": "1"},
        {"signing": "x"},
        {"role": "king"},
        {"authority": "LYON"},
        {"more": 1},
    ],
)
def test_a_listing_that_is_malformed_is_refused_with_the_member(
    house: House, changed: dict[str, Any]
) -> None:
    operator, store = house.program(house.lyon, "operator"), house.lyon.tools.store
    before = store.size
    body = {"listing": listing(house.turin, **changed)}
    told = problem(operator.post("/directory/authorities", body), 422, "body-malformed")
    (member,) = changed
    assert told["detail"].startswith(f"listing.{member}: ")
    assert store.size == before


def test_only_the_lead_lists_authorities(house: House) -> None:
    operator = house.program(house.turin, "operator")
    body = {"listing": listing(house.oslo, authority="no-bergen")}
    problem(operator.post("/directory/authorities", body), 403, "not-admissible")


def test_peers_are_told_with_the_line_to_each(house: House) -> None:
    operator = house.program(house.lyon, "operator")
    before = operator.told("/peers")["peers"]
    case = house.case()
    told = described.check(operator.get("/peers"), "list_peers")["peers"]
    assert [one["authority"] for one in told] == ["it-turin", "no-oslo"]
    assert [b["waiting"] - a["waiting"] for a, b in zip(before, told, strict=True)] == [1, 0]
    met = told[0]["last_contact"]
    house.world.settle()
    turin, _ = operator.told("/peers")["peers"]
    assert turin["waiting"] == 0
    assert turin["acknowledged_size"] > 0
    assert turin["last_contact"] > (met or "")
    assert not turin["split_view"]
    assert house.program(house.turin).get(f"/matters/{case}").status_code == 200


def test_all_read_the_directory_and_operators_alone_the_lines(house: House) -> None:
    for role in ("officer", "desk_head", "oversight", "operator"):
        program = house.program(house.lyon, role)
        assert program.get("/directory").status_code == 200, role
        assert program.get("/directory/export").status_code == 200, role
        assert (program.get("/peers").status_code == 200) == (role == "operator"), role
