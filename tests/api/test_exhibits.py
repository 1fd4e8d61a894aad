"""Exhibits: streamed in, handed over, received, and given out byte for byte."""

import asyncio
import hashlib
import json
import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from comity.cli import inside
from tests.api import described, wire
from tests.api.house import ADDRESS, NOWHERE, House, Program, problem
from tests.world.world import OSLO, TURIN, Member

DATA = os.urandom(300_000)
ABOUT = {
    "name": 'disk "1".img',
    "description": "Image of the seized server",
    "source": "Rack 7, imaged with dd",
    "method": "seizure",
    "basis": "Order 12/2026",
}


def upload(program: Program, case: str, data: bytes = DATA, **about: Any) -> httpx2.Response:
    parts = [
        ("about", ("about", json.dumps(ABOUT | about).encode(), "application/json")),
        ("file", ("disk.img", data, "application/octet-stream")),
    ]
    return program.ask("POST", f"/matters/{case}/exhibits", files=parts)


def taken(house: House, case: str) -> str:
    answer = upload(house.program(house.lyon), case)
    assert answer.status_code == 201, answer.text
    record: str = described.check(answer, "take_exhibit")["record"]
    return record


def vault(member: Member) -> set[Path]:
    """The files in a member's vault."""
    return {path for path in (member.node.settings.data / "vault").rglob("*") if path.is_file()}


def test_what_was_taken_in_is_given_out_byte_for_byte(either: House) -> None:
    case, program = either.case(), either.program(either.lyon)
    exhibit = taken(either, case)
    answer = program.get(f"/matters/{case}/exhibits/{exhibit}/content")
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="disk__1_.img"'
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    (line,) = [
        one
        for one in program.told(f"/matters/{case}/records")["records"]
        if one["record"] == exhibit
    ]
    assert line["said"]["content"] == {
        "name": ABOUT["name"],
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "size": len(DATA),
    }


def test_an_exhibit_is_handed_over_and_received_with_both_signatures(house: House) -> None:
    case = house.case("A shop", TURIN, OSLO)
    exhibit = taken(house, case)
    one = f"/matters/{case}/exhibits/{exhibit}"
    head = house.program(house.lyon, "desk_head")
    offered = head.post(f"{one}/hand-over", {"to": "it-turin", "purpose": "examination"})
    described.check(offered, "hand_over_exhibit")
    house.world.settle()
    turin = house.program(house.turin)
    described.check(turin.post(f"{one}/receive"), "receive_exhibit")
    house.world.settle()
    for member in (house.lyon, house.turin, house.oslo):
        (thing,) = house.program(member).told(f"/matters/{case}")["things"]
        assert thing["status"] == "received"
        assert [act["author"] for act in thing["acts"]] == ["fr-lyon", "it-turin"]
    assert turin.get(f"{one}/content").content == DATA
    problem(house.program(house.oslo).get(f"{one}/content"), 404, "exhibit-elsewhere")
    problem(house.program(house.oslo).post(f"{one}/receive"), 403, "not-the-taker")


@pytest.mark.parametrize(
    ("about", "place"),
    [
        ({"name": ""}, "name: "),
        ({"name": "x" * 501}, "name: "),
        ({"description": 7}, "description: "),
        ({"more": "x"}, "more: "),
        ({"method": "theft"}, "method"),
    ],
)
def test_an_exhibit_that_is_badly_described_leaves_nothing(
    house: House, about: dict[str, Any], place: str
) -> None:
    case = house.case()
    before = vault(house.lyon), house.lyon.tools.store.size
    answer = upload(house.program(house.lyon), case, **about)
    told = problem(answer, 422, answer.json()["code"])
    assert place in told["detail"]
    assert (vault(house.lyon), house.lyon.tools.store.size) == before


def form(case_file: bytes, end: bytes = b"\r\n--m--\r\n") -> bytes:
    head = b'--m\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    about = json.dumps(ABOUT).encode()
    return head % b"about" + about + b"\r\n" + head % b"file" + case_file + end


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (form(DATA, b""), "multipart/form-data; boundary=m", 422, "form-malformed"),
        (form(DATA)[:-10], "multipart/form-data; boundary=m", 422, "form-malformed"),
        (b"", "multipart/form-data; boundary=m", 422, "form-malformed"),
        (form(DATA), "multipart/form-data; boundary=other", 422, "form-malformed"),
        (form(DATA), "multipart/form-data", 422, "form-malformed"),
        (b"{}", "application/json", 415, "media-type"),
    ],
)
def test_a_form_that_is_not_whole_leaves_nothing(
    house: House, body: bytes, media: str, status: int, code: str
) -> None:
    case, before = house.case(), vault(house.lyon)
    size = house.lyon.tools.store.size
    program = house.program(house.lyon)
    problem(program.send(f"/matters/{case}/exhibits", body, media), status, code)
    assert (vault(house.lyon), house.lyon.tools.store.size) == (before, size)


def test_a_sender_that_goes_away_leaves_nothing(house: House) -> None:
    case, before = house.case(), vault(house.lyon)
    sent = dict(house.program(house.lyon).sent) | {
        "content-type": "multipart/form-data; boundary=m"
    }
    pieces = [form(DATA)[:200_000], wire.GONE]
    door = house.client(house.lyon).app
    path = f"/api/v1/matters/{case}/exhibits"
    heard = wire.ask(door, "POST", path, headers=sent, pieces=pieces)
    assert heard.status == 422
    assert b"body-broken-off" in heard.body
    assert vault(house.lyon) == before


def test_an_empty_file_is_an_exhibit(house: House) -> None:
    case, program = house.case(), house.program(house.lyon)
    exhibit = upload(program, case, b"").json()["record"]
    answer = program.get(f"/matters/{case}/exhibits/{exhibit}/content")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("role", ["operator", "oversight"])
def test_who_may_not_take_exhibits_in_is_refused_before_anything_is_kept(
    house: House, role: str
) -> None:
    case, before = house.case(), vault(house.lyon)
    answer = upload(house.program(house.lyon, role), case)
    absent = upload(house.program(house.lyon, role), NOWHERE)
    assert answer.status_code in (403, 404)
    if role == "operator":
        assert (answer.status_code, answer.content) == (absent.status_code, absent.content)
    assert vault(house.lyon) == before


def test_what_is_hidden_answers_just_like_what_is_not_there(house: House) -> None:
    case = house.case("A shop", TURIN)
    exhibit = taken(house, case)
    house.world.settle()
    oslo = house.program(house.oslo, "desk_head")
    for way, method in (("content", "GET"), ("receive", "POST")):
        hidden, absent, nothing = (
            oslo.ask(method, f"/matters/{matter}/exhibits/{one}/{way}")
            for matter, one in ((case, exhibit), (case, NOWHERE), (NOWHERE, NOWHERE))
        )
        problem(hidden, 404, "matter-unknown")
        assert hidden.content == absent.content == nothing.content


def test_no_exhibit_of_another_matter_is_reached_through_this_one(house: House) -> None:
    one, other = house.case(), house.case()
    exhibit = taken(house, one)
    answer = house.program(house.lyon).get(f"/matters/{other}/exhibits/{exhibit}/content")
    problem(answer, 404, "exhibit-unknown")


def test_each_look_at_an_exhibit_is_noted_first(house: House) -> None:
    case, store = house.case(), house.lyon.tools.store
    exhibit = taken(house, case)
    before = store.size
    house.program(house.lyon).get(f"/matters/{case}/exhibits/{exhibit}/content")
    kinds = [store.record(leaf).kind for leaf in store.leaves(before, store.size)]
    assert kinds == ["access.noted/1"]


def test_a_large_exhibit_goes_in_and_out_and_is_never_held_whole(house: House) -> None:
    """48 MiB in pieces of 256 KiB; what is held at once stays far below."""
    case, size, piece = house.case(), 48 * 2**20, os.urandom(2**18)
    head, tail = form(b"\0").split(b"\0")
    sent = dict(house.program(house.lyon).sent) | {
        "content-type": "multipart/form-data; boundary=m"
    }

    async def body() -> AsyncIterator[bytes]:
        yield head
        for _ in range(size // len(piece)):
            yield piece
        yield tail

    async def there_and_back() -> tuple[int, str, int]:
        transport = inside.Inside(house.client(house.lyon).app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=ADDRESS, headers=sent, timeout=60
        ) as client:
            path = f"/api/v1/matters/{case}/exhibits"
            made = await client.post(path, content=body())
            exhibit = made.json()["record"]
            count, digest = 0, hashlib.sha256()
            async with client.stream("GET", f"{path}/{exhibit}/content") as answer:
                async for chunk in answer.aiter_bytes():
                    digest.update(chunk)
                    count += len(chunk)
        return count, digest.hexdigest(), tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        count, digest, peak = asyncio.run(there_and_back())
    finally:
        tracemalloc.stop()
    assert count == size
    assert digest == hashlib.sha256(piece * (size // len(piece))).hexdigest()
    assert peak < 16 * 2**20


def test_nothing_is_given_out_of_an_exhibit_that_was_altered_on_the_disk(house: House) -> None:
    case, before = house.case(), vault(house.lyon)
    exhibit = taken(house, case)
    (path,) = vault(house.lyon) - before
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(spoilt))
    answer = house.program(house.lyon).get(f"/matters/{case}/exhibits/{exhibit}/content")
    told = problem(answer, 400, answer.json()["code"])
    assert told["error"] == "unverified"
