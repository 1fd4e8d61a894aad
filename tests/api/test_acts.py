"""Acts: said once, answered once, however often and from how many sides they are sent."""

import asyncio
import dataclasses
import json
from collections import Counter
from typing import Any

import httpx2
import pytest

from comity.api import app
from comity.desk import cabinet
from comity.matters import subjects
from tests.api import described
from tests.api.house import ADDRESS, NOWHERE, House, Program, problem
from tests.world.world import OSLO, TURIN

NOTE = "/acts/note.made/1"


def note(case: str, text: str = "Seen again.") -> dict[str, Any]:
    return {"matter": case, "said": {"text": text}}


def notes(house: House, case: str) -> list[str]:
    """What the notes of a case say, as Lyon holds them."""
    lines = house.program(house.lyon).told(f"/matters/{case}/records")["records"]
    return [one["said"]["text"] for one in lines if one["kind"] == "note.made/1"]


def test_an_act_is_answered_when_it_is_durable_with_where_it_is(either: House) -> None:
    program = either.program(either.lyon)
    case = either.case()
    answer = program.post(NOTE, note(case))
    said = described.check(answer, "act_note_made_1")
    assert answer.status_code == 201
    assert (said["matter"], said["kind"]) == (case, "note.made/1")
    assert answer.headers["location"] == f"/api/v1/records/{said['record']}"
    assert answer.headers["etag"] == f'"{said["record"]}"'
    assert either.lyon.tools.store.leaf(said["record"]) == either.lyon.tools.store.size - 1


def test_an_act_reaches_the_other_parties_and_reads_the_same_there(either: House) -> None:
    case = either.case("A shop", TURIN)
    either.program(either.lyon).act("note.made/1", {"text": "Seen again."}, case)
    either.world.settle()
    told = either.program(either.turin).told(f"/matters/{case}/records")["records"]
    assert [one["kind"] for one in told] == ["case.opened/1", "note.made/1"]
    assert told[1]["said"] == {"text": "Seen again."}
    problem(either.program(either.oslo).get(f"/matters/{case}"), 404, "matter-unknown")


def test_handling_bounds_who_is_shown_what(house: House) -> None:
    case = house.case("A shop", TURIN, OSLO)
    body = note(case) | {"handling": {"tlp": "RED", "recipients": ["it-turin"]}}
    answer = house.program(house.lyon).post(NOTE, body)
    record = answer.json()["record"]
    house.world.settle()
    for member, text in ((house.turin, "Seen again."), (house.oslo, {"withheld": True})):
        lines = house.program(member).told(f"/matters/{case}/records")["records"]
        (line,) = [one for one in lines if one["record"] == record]
        assert line["said"] == {"text": text}
        assert line["handling"]["tlp"] == "RED"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"said": {"text": "x"}}, "matter"),
        ({"matter": None, "said": {"text": "x"}}, "matter"),
        ({"matter": "x", "said": {"text": "x"}}, "matter"),
        ({"matter": 7, "said": {"text": "x"}}, "matter"),
        ({"matter": NOWHERE}, "said"),
        ({"matter": NOWHERE, "said": "x"}, "said"),
        ({"matter": NOWHERE, "said": {"text": "x"}, "kind": "x"}, "kind"),
        ({"matter": NOWHERE, "said": {"text": "x"}, "handling": None}, "handling"),
        ({"matter": NOWHERE, "said": {"text": "x"}, "handling": []}, "handling"),
        ({"matter": NOWHERE, "said": {"text": "x"}, "handling": {"tlp": "PINK"}}, "handling.tlp"),
        ({"matter": NOWHERE, "said": {"text": "x"}, "handling": {"more": 1}}, "handling.more"),
        (
            {"matter": NOWHERE, "said": {"text": "x"}, "handling": {"recipients": ["X"]}},
            "handling.",
        ),
    ],
)
def test_the_member_at_fault_is_named(house: House, body: dict[str, Any], place: str) -> None:
    told = problem(house.program(house.lyon).post(NOTE, body), 422, "body-malformed")
    assert told["detail"].startswith(place)


def test_a_kind_that_begins_a_matter_takes_none(house: House) -> None:
    body = {"matter": NOWHERE, "said": {"title": "A shop"}}
    told = problem(
        house.program(house.lyon).post("/acts/case.opened/1", body), 422, "body-malformed"
    )
    assert told["detail"].startswith("matter: ")


def test_a_closed_matter_takes_nothing_more(house: House) -> None:
    case = house.case()
    head = house.program(house.lyon, "desk_head")
    head.act("case.closed/1", {"outcome": "referred", "reason": "Over."}, case)
    answer = house.program(house.lyon).post(NOTE, note(case))
    problem(answer, 403, "matter-closed")


def test_what_the_matter_does_not_admit_is_refused_and_leaves_nothing(house: House) -> None:
    case, store = house.case(), house.lyon.tools.store
    said = {"request": NOWHERE, "reason": "No longer needed."}
    before = store.size
    body = {"matter": case, "said": said}
    answer = house.program(house.lyon).post("/acts/request.withdrawn/1", body)
    problem(answer, 403, "not-admissible")
    assert store.size == before


def test_nobody_is_addressed_who_is_not_in_the_directory(house: House) -> None:
    said = {"title": "A shop", "parties": ["xx-nobody"]}
    answer = house.program(house.lyon).post("/acts/case.opened/1", {"said": said})
    problem(answer, 403, "authority-unknown")


# Preview


def test_a_preview_tells_who_would_receive_what_and_says_nothing(house: House) -> None:
    case, store = house.case("A shop", TURIN, OSLO), house.lyon.tools.store
    body = note(case) | {"handling": {"recipients": ["it-turin"]}}
    before = store.size
    answer = house.program(house.lyon).post(NOTE, body, params={"preview": "true"})
    assert answer.status_code == 200
    told = described.check(answer, "act_note_made_1")["recipients"]
    assert [(one["authority"], one["shown"], one["hidden"], one["why"]) for one in told] == [
        ("it-turin", ["text"], [], "party"),
        ("no-oslo", [], ["text"], "party-not-recipient"),
    ]
    assert store.size == before
    assert notes(house, case) == []


def test_a_preview_is_refused_where_the_act_would_be(house: House) -> None:
    case = house.case()
    for role, code in (("operator", "matter-unknown"), ("oversight", "oversight-never-acts")):
        program = house.program(house.lyon, role)
        answer = program.post(NOTE, note(case), params={"preview": "true"})
        problem(answer, 404 if role == "operator" else 403, code)
    answer = house.program(house.lyon).post(NOTE, note(NOWHERE), params={"preview": "true"})
    problem(answer, 404, "matter-unknown")


def test_no_preview_is_an_act(house: House) -> None:
    case = house.case()
    program = house.program(house.lyon)
    assert program.post(NOTE, note(case), params={"preview": "false"}).status_code == 201
    problem(program.post(NOTE, note(case), params={"preview": "1"}), 422, "query-value")


# Requests that are sent again


def sent_again(program: Program, key: str, body: Any, **given: Any) -> httpx2.Response:
    return program.post(NOTE, body, headers={"idempotency-key": key}, **given)


def test_the_same_request_with_the_same_key_has_one_effect_and_one_answer(either: House) -> None:
    case, program = either.case(), either.program(either.lyon)
    first, again = (sent_again(program, "again-1", note(case)) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["etag"] == again.headers["etag"]
    assert notes(either, case) == ["Seen again."]


def test_the_same_key_for_another_request_is_refused_and_says_nothing(either: House) -> None:
    case, program = either.case(), either.program(either.lyon)
    assert sent_again(program, "again-2", note(case)).status_code == 201
    other = sent_again(program, "again-2", note(case, "Something else."))
    told = problem(other, 422, "idempotency-key-reused")
    assert "new key" in told["next_step"]
    spaced = json.dumps(note(case), indent=1).encode()
    headers = {"idempotency-key": "again-2", "content-type": "application/json"}
    problem(program.ask("POST", NOTE, content=spaced, headers=headers), 422, other.json()["code"])
    assert notes(either, case) == ["Seen again."]


def test_a_key_is_its_officers_own(house: House) -> None:
    case = house.case()
    for role in ("officer", "desk_head"):
        assert sent_again(house.program(house.lyon, role), "again-3", note(case)).status_code == 201
    assert len(notes(house, case)) == 2


def test_a_request_that_was_refused_may_be_sent_again(house: House) -> None:
    case, program = house.case(), house.program(house.lyon)
    no_purpose = house.program(house.lyon, purpose="curiosity")
    problem(sent_again(no_purpose, "again-4", note(case)), 403, "purpose-unknown")
    assert sent_again(program, "again-4", note(case)).status_code == 201


def test_a_preview_uses_up_no_key(house: House) -> None:
    case, program = house.case(), house.program(house.lyon)
    answer = sent_again(program, "again-5", note(case), params={"preview": "true"})
    assert answer.status_code == 200
    assert sent_again(program, "again-5", note(case, "Other.")).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\xe9"])
def test_a_key_that_is_none_is_refused(house: House, key: str) -> None:
    headers = {"idempotency-key": key.encode("latin-1")}
    answer = house.program(house.lyon).post(NOTE, note(NOWHERE), headers=headers)
    problem(answer, 422, "idempotency-key")


def test_eight_of_the_same_at_once_make_exactly_one_record(either: House) -> None:
    case, program = either.case(), either.program(either.lyon)
    bodies = [note(case)] * 8
    answers = _at_once(either, bodies, key="again-6")
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    assert notes(either, case) == ["Seen again."]
    assert sent_again(program, "again-6", note(case)).content == answers[0].content


def test_of_different_requests_at_once_with_one_key_one_is_said(either: House) -> None:
    case = either.case()
    bodies = [note(case, f"Text {number}.") for number in range(8)]
    answers = _at_once(either, bodies, key="again-7")
    assert Counter(one.status_code for one in answers) == {201: 1, 422: 7}
    assert len(notes(either, case)) == 1


def test_eight_acts_at_once_are_eight_records_in_one_chain(either: House) -> None:
    case = either.case()
    answers = _at_once(either, [note(case, f"Text {number}.") for number in range(8)])
    assert {one.status_code for one in answers} == {201}
    assert sorted(notes(either, case)) == [f"Text {number}." for number in range(8)]
    told = either.program(either.lyon).told(f"/matters/{case}")
    assert (told["forks"], told["rejections"], told["waiting"]) == ([], [], [])


def _at_once(house: House, bodies: list[Any], key: str | None = None) -> list[httpx2.Response]:
    """Notes that are sent in one moment, by one program."""
    door = house.client(house.lyon).app
    headers = dict(house.program(house.lyon).sent)
    if key is not None:
        headers["idempotency-key"] = key

    async def send() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=door)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            sending = (client.post("/api/v1" + NOTE, json=one, headers=headers) for one in bodies)
            return list(await asyncio.gather(*sending))

    return asyncio.run(send())


# Another writer


def test_who_was_overtaken_is_told_and_reads_the_matter_again(house: House) -> None:
    case, lyon = house.case(), house.lyon
    own = cabinet.Cabinet(lyon.tools.store, subjects.REGISTRY)
    other = app.create(
        dataclasses.replace(lyon.tools, cabinet=own), clock=house.world.now, base_url=ADDRESS
    )
    with own.holding(case) as folder:
        assert len(folder.matter) == 1
    program = house.program(lyon)
    program.act("note.made/1", {"text": "First."}, case)

    async def say() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=other)
        async with httpx2.AsyncClient(transport=transport, headers=dict(program.sent)) as client:
            path = ADDRESS + "/api/v1" + NOTE
            return [await client.post(path, json=note(case, "Second.")) for _ in range(2)]

    first, second = asyncio.run(say())
    problem(first, 409, "matter-moved")
    assert second.status_code == 201, second.text
    lyon.tools.cabinet.forget(case)
    assert notes(house, case) == ["First.", "Second."]
