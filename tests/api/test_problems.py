"""Errors as problem details: one shape, the code, the words, what to do next, and nothing more."""

import json

import pytest

from comity import errors
from comity.api import problems
from tests.api.house import NOWHERE, House, problem


def said(fault: errors.ComityError) -> dict[str, object]:
    made: dict[str, object] = json.loads(problems.reply(fault).body)
    return made


@pytest.mark.parametrize(
    ("fault", "status", "way"),
    [
        (errors.Invalid("body-malformed", "x"), 422, "invalid"),
        (errors.Refused("role-needed", "x"), 403, "refused"),
        (errors.Refused("sign-in-needed", "x"), 401, "refused"),
        (errors.Unverified("signature-wrong", "x"), 400, "unverified"),
        (errors.NotFound("kind-unknown", "x"), 404, "not-found"),
        (errors.Conflict("matter-moved", "x"), 409, "conflict"),
        (errors.Unavailable("node-starting", "x"), 503, "unavailable"),
        (errors.Invalid("json-duplicate-key", "x"), 400, "invalid"),
        (errors.Invalid("json-too-large", "x"), 413, "invalid"),
        (errors.Invalid("body-too-large", "x"), 413, "invalid"),
        (errors.Invalid("media-type", "x"), 415, "invalid"),
        (errors.Invalid("method-not-allowed", "x"), 405, "invalid"),
        (errors.Invalid("wrong-host", "x"), 421, "invalid"),
    ],
)
def test_each_way_of_no_has_its_status(fault: errors.ComityError, status: int, way: str) -> None:
    made = problems.reply(fault)
    told = json.loads(made.body)
    assert (made.status, made.media) == (status, "application/problem+json")
    assert (told["status"], told["code"], told["error"]) == (status, fault.code, way)


def test_a_problem_tells_what_the_error_told_and_nothing_else() -> None:
    fault = errors.Conflict("matter-moved", "somebody was faster", next_step="Look again.")
    assert said(fault) == {
        "type": "urn:comity:error:matter-moved",
        "title": "Matter moved",
        "status": 409,
        "code": "matter-moved",
        "error": "conflict",
        "detail": "somebody was faster",
        "next_step": "Look again.",
    }


@pytest.mark.parametrize("way", errors.ComityError.__subclasses__())
def test_every_no_says_what_to_do_next_though_its_error_does_not(
    way: type[errors.ComityError],
) -> None:
    assert len(str(said(way("code", "why"))["next_step"])) > 15


@pytest.mark.parametrize("code", ["matter-unknown", "record-unknown"])
def test_what_is_hidden_and_what_is_absent_are_told_in_the_same_words(code: str) -> None:
    absent = errors.NotFound(code, f"there is no matter {NOWHERE} here")
    hidden = errors.NotFound(code, "There is no such matter here.", next_step="Ask the lead.")
    assert problems.reply(absent) == problems.reply(hidden)
    assert NOWHERE.encode() not in problems.reply(absent).body


def test_headers_say_how_to_sign_in_and_when_to_come_again() -> None:
    refused = dict(problems.reply(errors.Refused("sign-in-needed", "x")).headers)
    assert refused[b"www-authenticate"] == b"Bearer"
    busy = dict(problems.reply(errors.Unavailable("node-starting", "x")).headers)
    assert busy[b"retry-after"] == b"5"
    assert dict(problems.reply(errors.Invalid("body-malformed", "x")).headers) == {}


def test_strangers_are_told_the_code_alone() -> None:
    fault = errors.Unavailable("peer-busy", "32 requests from 10.0.0.1", next_step="Wait.")
    made = problems.bare(fault, 503)
    assert set(json.loads(made.body)) == {"type", "title", "status", "code", "error"}
    assert dict(made.headers) == {b"retry-after": b"5"}


def test_a_fault_of_the_node_is_told_without_what_it_was() -> None:
    said = json.loads(problems.broken().body)
    assert (said["status"], said["code"], said["error"]) == (500, "broken", "broken")
    assert "log" in said["detail"]


REFUSALS = [
    ("GET", "/matters/" + NOWHERE, {}, 404, "matter-unknown"),
    ("GET", "/records/" + NOWHERE, {}, 404, "record-unknown"),
    ("GET", "/kinds/no-such/1", {}, 404, "kind-unknown"),
    ("GET", "/nothing", {}, 404, "path-unknown"),
    ("PUT", "/matters", {}, 405, "method-not-allowed"),
    ("GET", "/matters?limit=0", {}, 422, "query-value"),
    ("GET", "/matters?limit=1&limit=2", {}, 422, "query-twice"),
    ("GET", "/matters?what=1", {}, 422, "query-unknown"),
    ("GET", "/matters?%", {}, 422, "query-malformed"),
    ("GET", "/matters?cursor=x", {}, 422, "cursor-malformed"),
    ("GET", "/matters?party=X", {}, 422, "authority-malformed"),
    ("GET", "/officers", {}, 403, "role-needed"),
    ("POST", "/acts/case.opened/1", {"json": []}, 422, "body-malformed"),
    ("POST", "/acts/case.opened/1", {"content": b"{}"}, 415, "media-type"),
    ("POST", "/imports?name=x", {"json": {}}, 415, "media-type"),
    ("POST", "/matches", {"json": {}}, 422, "body-malformed"),
]


@pytest.mark.parametrize(("method", "path", "given", "status", "code"), REFUSALS)
def test_every_no_of_the_doors_says_what_to_do_next(
    house: House, method: str, path: str, given: dict[str, object], status: int, code: str
) -> None:
    answer = house.program(house.lyon).ask(method, path, **given)
    told = problem(answer, status, code)
    assert told["detail"].strip()
    assert told["next_step"] not in problems._STEPS.values(), "it knows better"


def test_no_problem_shows_the_inside_of_the_node(house: House) -> None:
    for method, path, given, _, _ in REFUSALS:
        text = house.program(house.lyon).ask(method, path, **given).text
        assert "Traceback" not in text
        assert ".py" not in text
        assert str(house.lyon.node.settings.data) not in text
