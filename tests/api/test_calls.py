"""What a request says, read to the letter: what is unknown, doubled or malformed has its place."""

import datetime
import json
from typing import Any

import pydantic
import pytest

from comity.api import calls
from comity.desk import people
from comity.records.ids import AuthorityId
from tests.api.house import NOWHERE, House, Program, problem
from tests.world.world import refused

KNOWN = frozenset({"limit", "type", "text"})


def call(**values: tuple[str, ...]) -> calls.Call:
    """A call with this query."""
    return calls.Call(desk=None, url="/", query=values)  # type: ignore[arg-type]  # no desk needed


# Queries


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", {}),
        (b"limit=1", {"limit": ("1",)}),
        (b"type=case&type=report", {"type": ("case", "report")}),
        (b"text=", {"text": ("",)}),
        (b"text=a+b%20c%26%C3%A9", {"text": ("a b c&é",)}),
    ],
)
def test_a_query_is_read(raw: bytes, found: dict[str, tuple[str, ...]]) -> None:
    assert calls.query(raw, KNOWN) == found


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"limit", "query-malformed"),
        (b"&", "query-malformed"),
        (b"text=%FF", "query-malformed"),
        (b"text=\xc3\xa9", "query-malformed"),
        (b"text=a%00b", "query-malformed"),
        (b"text=a%0Ab", "query-malformed"),
        (b"text=a%7Fb", "query-malformed"),
        (b"&".join([b"text=a"] * 51), "query-malformed"),
        (b"limits=1", "query-unknown"),
        (b"Limit=1", "query-unknown"),
        (b"%6Cimit=1&other=2", "query-unknown"),
    ],
)
def test_a_query_that_says_more_than_is_known_is_refused(raw: bytes, code: str) -> None:
    refused(code, lambda: calls.query(raw, KNOWN))


def test_a_parameter_that_must_be_given_is_named() -> None:
    needed = frozenset({"text"})
    assert calls.query(b"text=", KNOWN, needed) == {"text": ("",)}
    for raw in (b"", b"limit=1"):
        told = refused("query-value", lambda raw=raw: calls.query(raw, KNOWN, needed))
        assert told.message == "text must be given"


def test_the_unknown_parameter_is_named() -> None:
    told = refused("query-unknown", lambda: calls.query(b"limits=1", KNOWN))
    assert "'limits'" in told.message


def test_a_parameter_stands_once_or_has_its_default() -> None:
    assert call().one("text", "none") == "none"
    assert call(text=("a",)).one("text") == "a"
    refused("query-twice", lambda: call(text=("a", "a")).one("text"))


@pytest.mark.parametrize("text", ["0", "-1", "501", "1.0", "1e2", "", " 1", "٣", "9" * 400, "x"])
def test_a_number_out_of_its_bounds_is_refused_with_them(text: str) -> None:
    told = refused("query-value", lambda: call(limit=(text,)).number("limit", 50, 500))
    assert "from 1 to 500" in told.message


def test_numbers_and_flags_are_read() -> None:
    assert call(limit=("500",)).number("limit", 50, 500) == 500
    assert call().number("limit", 50, 500) == 50
    assert call(dry_run=("true",)).flag("dry_run")
    assert not call().flag("dry_run")
    refused("query-value", lambda: call(dry_run=("True",)).flag("dry_run"))


def test_an_authority_is_one_by_its_form() -> None:
    assert calls.authority("fr-lyon", "to") == AuthorityId("fr-lyon")
    for text in ("", "FR-lyon", "fr", "fr-" + "x" * 40, "fr-lyon\n"):
        refused("authority-malformed", lambda text=text: calls.authority(text, "to"))


def test_what_cannot_be_an_id_is_told_like_an_id_of_nothing(house: House) -> None:
    program = house.program(house.lyon)
    for path in ("/matters/{}", "/records/{}", "/matters/{}/records", "/records/{}/proof"):
        absent = program.get(path.format(NOWHERE))
        for odd in ("x", "0" * 63, "0" * 65, "A" * 64, "%00", NOWHERE + "%0A"):
            answer = program.get(path.format(odd))
            assert (answer.status_code, answer.json()) == (404, absent.json())


# Headers and callers


@pytest.mark.parametrize("name", ["authorization", "comity-purpose", "host", "idempotency-key"])
def test_a_header_that_decides_something_stands_once(name: str) -> None:
    twice = [(name.encode(), b"a"), (name.encode(), b"b")]
    told = refused("header-twice", lambda: calls.headers(twice))
    assert name in told.message


def test_other_headers_may_stand_more_than_once() -> None:
    assert calls.headers([(b"accept", b"a"), (b"accept", b"b")]) == {b"accept": b"b"}


def test_every_kind_of_wrong_token_is_refused_in_the_same_words(house: House) -> None:
    lyon, now = house.lyon, house.world.now()
    hour, officer = datetime.timedelta(hours=1), house.lyon.people["officer"]
    expired = people.issue(lyon.tools, officer, "token", -hour, now)
    session = people.issue(lyon.tools, officer, "session", hour, now)
    link = people.issue(lyon.tools, officer, "link", hour, now)
    given = [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer cmt_token_" + "A" * 43,
        "Basic " + house.token(lyon),
        house.token(lyon),
        f"Bearer {house.token(lyon)}x",
        f"Bearer  {house.token(lyon)}",
        f"Bearer {house.token(house.turin)}",
        f"Bearer {expired}",
        f"Bearer {session}",
        f"Bearer {link}",
        "Bearer \xff".encode("latin-1"),
    ]
    program = Program(house.client(lyon), {})
    told = []
    for one in given:
        headers = {} if one is None else {"authorization": one}
        answer = program.ask("GET", "/me", headers=headers)
        problem(answer, 401, "sign-in-needed")
        assert answer.headers["www-authenticate"] == "Bearer"
        told.append(answer.text)
    assert len(set(told)) == 1


def test_bearer_may_be_spelled_in_any_case(house: House) -> None:
    program = Program(
        house.client(house.lyon), {"authorization": f"bEARER {house.token(house.lyon)}"}
    )
    assert program.told("/me")["officer"]["role"] == "officer"


def test_a_purpose_is_one_of_the_list(house: House) -> None:
    case = house.case()
    for purpose, code in (("", "purpose-needed"), ("curiosity", "purpose-unknown")):
        answer = house.program(house.lyon, purpose=purpose).get(f"/matters/{case}")
        problem(answer, 403, code)
    odd = Program(house.client(house.lyon), dict(house.program(house.lyon).sent))
    answer = odd.ask("GET", f"/matters/{case}", headers={"comity-purpose": b"\xe9tude"})
    problem(answer, 403, "purpose-unknown")


# Bodies


class Model(calls.Body):
    """A body for these tests."""

    name: str
    days: int = 1


def test_a_form_is_closed_and_converts_nothing() -> None:
    assert calls.form(Model, {"name": "a"}) == Model(name="a")
    for value, place in (
        ({"name": "a", "more": 1}, "more: "),
        ({"name": 1}, "name: "),
        ({"name": "a", "days": "1"}, "days: "),
        ({"name": "a", "days": True}, "days: "),
        ({}, "name: "),
        ([], "whole: "),
    ):
        told = refused("body-malformed", lambda value=value: calls.form(Model, value))
        assert told.message.startswith(place), told.message
        assert "OpenAPI" in told.next_step


def test_the_place_of_a_member_within_another_is_told_whole() -> None:
    told = refused("body-malformed", lambda: calls.form(Model, {}, within="about"))
    assert told.message.startswith("about.name: ")


def test_a_fault_never_repeats_what_was_sent() -> None:
    class Secret(pydantic.BaseModel):
        word: int

    told = refused("body-malformed", lambda: calls.form(Secret, {"word": "hunter2"}))
    assert "hunter2" not in told.message


DEEP = "[" * 40 + "]" * 40
TABLE: list[tuple[str, bytes, int, str]] = [
    ("nothing", b"", 400, "json-syntax"),
    ("a byte order mark", b"\xef\xbb\xbf{}", 400, "json-syntax"),
    ("other bytes than UTF-8", b'{"said":"\xff"}', 400, "json-not-utf8"),
    ("UTF-16", '{"said":{}}'.encode("utf-16"), 400, "json-not-utf8"),
    ("bytes after the value", b'{"said":{}} {}', 400, "json-syntax"),
    ("a comment", b'{"said":{}/**/}', 400, "json-syntax"),
    ("a comma too many", b'{"said":{},}', 400, "json-syntax"),
    ("single quotes", b"{'said':{}}", 400, "json-syntax"),
    ("a raw line break in a text", b'{"said":"a\nb"}', 400, "json-syntax"),
    ("a key twice", b'{"said":{},"said":{}}', 400, "json-duplicate-key"),
    ("a key twice, deep inside", b'{"said":{"a":[{"b":1,"b":1}]}}', 400, "json-duplicate-key"),
    ("a key twice in two spellings", b'{"said":{"a":1,"\\u0061":2}}', 400, "json-duplicate-key"),
    ("no number", b'{"said":{"a":NaN}}', 400, "json-not-finite"),
    ("infinity", b'{"said":{"a":-Infinity}}', 400, "json-not-finite"),
    ("a float without end", b'{"said":{"a":1e999}}', 400, "json-not-finite"),
    ("half a surrogate pair", b'{"said":{"a":"\\ud800"}}', 400, "json-lone-surrogate"),
    ("half a pair in a key", b'{"said":{"\\udc00":1}}', 400, "json-lone-surrogate"),
    ("the null character", b'{"said":{"a":"\\u0000"}}', 400, "json-null-character"),
    ("an integer beyond 2^53", b'{"said":{"a":9007199254740993}}', 400, "json-integer-range"),
    ("a very long integer", b'{"said":{"a":-%s}}' % (b"9" * 5_000), 400, "json-integer-range"),
    ("too deep", b'{"said":{"a":%s}}' % DEEP.encode(), 400, "json-too-deep"),
    ("endlessly deep", b'{"said":' + b"[" * 200_000, 400, "json-too-deep"),
    ("a text", b'"said"', 422, "body-malformed"),
    ("a list", b'[{"said":{}}]', 422, "body-malformed"),
    ("null", b"null", 422, "body-malformed"),
    ("an unknown member", b'{"said":{},"note":1}', 422, "body-malformed"),
    ("nothing said", b"{}", 422, "body-malformed"),
    ("no object said", b'{"said":[]}', 422, "body-malformed"),
    ("too large", b'{"said":{"a":"%s"}}' % (b"x" * 2**20), 413, "body-too-large"),
]


@pytest.mark.parametrize(
    ("body", "status", "code"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_json_that_is_not_strict_is_refused_with_its_place_and_leaves_nothing(
    house: House, body: bytes, status: int, code: str
) -> None:
    program, store = house.program(house.lyon), house.lyon.tools.store
    before = store.size
    answer = program.send("/acts/case.opened/1", body, "application/json")
    told = problem(answer, status, code)
    assert told["detail"]
    assert len(told["detail"]) < 300
    assert store.size == before


@pytest.mark.parametrize(
    ("said", "code", "place"),
    [
        ({}, "field-missing", "title"),
        ({"title": "x"}, "statement-malformed", "title"),
        ({"title": 7}, "statement-malformed", "title"),
        ({"title": "abc", "parties": "it-turin"}, "statement-malformed", "parties"),
        ({"title": "abc", "priority": "high"}, "statement-malformed", "priority"),
        ({"title": "abc", "more": 1}, "statement-malformed", "more"),
        ({"title": "abc", "_sd": []}, "statement-malformed", "_sd"),
    ],
)
def test_a_statement_that_does_not_fit_its_kind_names_the_field_and_leaves_nothing(
    house: House, said: dict[str, Any], code: str, place: str
) -> None:
    store = house.lyon.tools.store
    before = store.size
    answer = house.program(house.lyon).post("/acts/case.opened/1", {"said": said})
    told = problem(answer, 422, code)
    assert place in told["detail"]
    assert store.size == before


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_media_type_is_refused_and_leaves_nothing(
    house: House, media: str
) -> None:
    store = house.lyon.tools.store
    before = store.size
    body = json.dumps({"said": {"title": "abc"}}).encode()
    answer = house.program(house.lyon).send("/acts/case.opened/1", body, media)
    problem(answer, 415, "media-type")
    assert store.size == before
