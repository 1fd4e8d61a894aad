"""Matches from end to end: asked blindly, answered, consented, and a joint case opened."""

from typing import Any

import pytest

from tests.api import described
from tests.api.house import NOWHERE, House, problem
from tests.world.world import Member

COMMON = ["common0.example", "common1.example"]
OURS = [f"lyon{number}.example" for number in range(5)]
THEIRS = [f"turin{number}.example" for number in range(7)]


def report(house: House, member: Member, domains: list[str]) -> str:
    """A report of a member's with these domains."""
    rows = "".join(f"domain,{one}\n" for one in domains)
    answer = house.program(member).send(
        "/imports", f"class,value\n{rows}".encode(), "application/octet-stream", name="list.csv"
    )
    matter: str = answer.json()["matter"]
    return matter


def asked(house: House, mark: str) -> str:
    """A match that Lyon asked of Turin; both hold the common domains."""
    marked = [f"{mark}-{one}" for one in COMMON]
    report(house, house.turin, marked + THEIRS)
    source = report(house, house.lyon, marked + OURS)
    body = {"source": source, "with": "it-turin", "contact": "desk@lyon.example"}
    answer = house.program(house.lyon).post("/matches", body)
    assert answer.status_code == 201, answer.text
    match: str = described.check(answer, "ask_match")["matter"]
    assert answer.headers["location"] == f"/api/v1/matters/{match}"
    house.world.settle()
    return match


def thing(house: House, member: Member, match: str) -> Any:
    (one,) = house.program(member).told(f"/matters/{match}")["things"]
    return one


def contacts(house: House, member: Member, match: str) -> set[Any]:
    lines = house.program(member).told(f"/matters/{match}/records")["records"]
    said = [one["said"]["contact"] for one in lines if "contact" in one["said"]]
    return {"withheld" if isinstance(one, dict) else one for one in said}


def test_two_authorities_find_what_is_common_and_open_a_joint_case(either: House) -> None:
    match = asked(either, "flow")
    lyon, turin = either.program(either.lyon), either.program(either.turin)

    answered = turin.post(f"/matches/{match}/answer", {"contact": "desk@turin.example"})
    described.check(answered, "answer_match")
    either.world.settle()
    concluded = lyon.post(f"/matches/{match}/conclude")
    hits = described.check(concluded, "conclude_match")["hits"]
    assert hits == [{"cls": "domain", "value": f"flow-{one}"} for one in COMMON]
    assert described.check(lyon.get(f"/matches/{match}/hits"), "read_hits")["hits"] == hits
    either.world.settle()
    assert turin.told(f"/matches/{match}/hits") == {"hits": []}
    assert thing(either, either.turin, match)["status"] == "found"

    case = {"title": "Night Bazaar", "summary": "Two desks, one target.", "priority": "urgent"}
    problem(lyon.post(f"/matches/{match}/case", case), 403, "consent-missing")
    lyon.act("contact.offered/1", {"match": thing(either, either.lyon, match)["id"]}, match)
    either.world.settle()
    assert contacts(either, either.turin, match) == {"desk@turin.example", "withheld"}
    turin.act("contact.released/1", {"match": thing(either, either.turin, match)["id"]}, match)
    either.world.settle()
    for member in (either.lyon, either.turin):
        both = {"desk@lyon.example", "desk@turin.example"}
        assert contacts(either, member, match) == both

    problem(turin.post(f"/matches/{match}/case", case), 403, "no-hits-here")
    opened = described.check(lyon.post(f"/matches/{match}/case", case), "open_joint_case")
    either.world.settle()
    told = turin.told(f"/matters/{opened['matter']}")["matter"]
    assert (told["lead"], told["parties"]) == ("fr-lyon", ["fr-lyon", "it-turin"])
    held = {one.value for one in either.turin.tools.store.identifiers(opened["matter"])}
    assert held == {f"flow-{one}" for one in COMMON}
    problem(either.program(either.oslo).get(f"/matters/{match}"), 404, "matter-unknown")


def test_neither_list_leaves_its_node(house: House) -> None:
    match = asked(house, "lists")
    house.program(house.turin).post(f"/matches/{match}/answer", {"contact": "desk@turin.example"})
    house.world.settle()
    house.program(house.lyon).post(f"/matches/{match}/conclude")
    house.world.settle()
    for member, foreign in ((house.lyon, THEIRS), (house.turin, OURS)):
        assert not member.tools.store.holding([("domain", one) for one in foreign])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "body-malformed"),
        ({"source": "x"}, 422, "body-malformed"),
        ({"with": "xx-nobody"}, 403, "authority-unknown"),
        ({"with": "NOBODY"}, 422, "body-malformed"),
        ({"source": NOWHERE}, 404, "matter-unknown"),
        ({"classes": ["iban"]}, 422, "nothing-to-match"),
        ({"classes": [7]}, 422, "body-malformed"),
        ({"contact": ""}, 422, "body-malformed"),
        ({"more": 1}, 422, "body-malformed"),
    ],
)
def test_a_question_that_cannot_be_put_is_refused_and_leaves_nothing(
    house: House, body: dict[str, Any], status: int, code: str
) -> None:
    source = report(house, house.lyon, OURS)
    good = {"source": source, "with": "it-turin", "contact": "desk@lyon.example"}
    before = house.lyon.tools.store.size
    answer = house.program(house.lyon).post("/matches", (good | body) if body else {})
    problem(answer, status, code)
    assert house.lyon.tools.store.size == before


def test_an_answer_comes_from_whom_was_asked_and_once(house: House) -> None:
    match = asked(house, "once")
    body = {"contact": "desk@example"}
    problem(house.program(house.lyon).post(f"/matches/{match}/answer", body), 403, "not-admissible")
    problem(house.program(house.oslo).post(f"/matches/{match}/answer", body), 404, "matter-unknown")
    turin = house.program(house.turin)
    assert turin.post(f"/matches/{match}/answer", body).status_code == 201
    problem(turin.post(f"/matches/{match}/answer", body), 403, "not-admissible")


def test_what_was_not_answered_cannot_be_concluded(house: House) -> None:
    match = asked(house, "early")
    problem(house.program(house.lyon).post(f"/matches/{match}/conclude"), 409, "match-unanswered")
    house.program(house.turin).post(f"/matches/{match}/answer", {"contact": "desk@example"})
    house.world.settle()
    problem(house.program(house.turin).post(f"/matches/{match}/conclude"), 404, "match-not-ours")


def test_a_case_is_no_match(house: House) -> None:
    case, program = house.case(), house.program(house.lyon)
    body = {"contact": "desk@example"}
    problem(program.post(f"/matches/{case}/answer", body), 404, "match-unknown")
    problem(program.post(f"/matches/{case}/conclude"), 404, "match-unknown")
    assert program.told(f"/matches/{case}/hits") == {"hits": []}
    answer = program.post(f"/matches/{case}/case", {"title": "Night Bazaar"})
    problem(answer, 403, "consent-missing")


@pytest.mark.parametrize(
    ("method", "way", "body"),
    [
        ("POST", "answer", {"contact": "desk@example"}),
        ("POST", "conclude", None),
        ("GET", "hits", None),
        ("POST", "case", {"title": "Night Bazaar"}),
    ],
)
def test_what_is_hidden_answers_just_like_what_is_not_there(
    house: House, method: str, way: str, body: Any
) -> None:
    match = asked(house, f"hidden-{way}")
    given = {} if body is None else {"json": body}
    for program in (house.program(house.oslo), house.program(house.lyon, "operator")):
        hidden, absent = (
            program.ask(method, f"/matches/{one}/{way}", **given) for one in (match, NOWHERE)
        )
        problem(hidden, 404, "matter-unknown")
        assert hidden.content == absent.content
