"""What other nodes reach: parcels in, the ledger out, and nothing for strangers to learn."""

import asyncio
import json
import logging

import pytest

from comity.api import answers, peers
from comity.desk import carrying, ledgers
from comity.ledger import checkpoint
from tests.api import spoiling, wire
from tests.api.house import House
from tests.world.world import TURIN, Member

SENT = {"content-type": answers.PARCEL}
BARE = {"type", "title", "status", "code", "error"}


class Listener:
    """The application for peers of one member."""

    def __init__(self, house: House, member: Member) -> None:
        self.failed: list[str] = []
        self.app = peers.create(
            member.tools,
            clock=house.world.now,
            failed=lambda fault: self.failed.append(fault.code),
        )

    def post(self, data: bytes, **given: object) -> wire.Heard:
        pieces = (data[: len(data) // 2], data[len(data) // 2 :])
        return wire.ask(self.app, "POST", peers.PARCELS, headers=SENT, pieces=pieces, **given)

    def get(self, path: str) -> wire.Heard:
        return wire.ask(self.app, "GET", path)


@pytest.fixture
def turin(house: House) -> Listener:
    return Listener(house, house.turin)


def problem(heard: wire.Heard, status: int, code: str) -> dict[str, object]:
    """The problem, which tells strangers the code and no more."""
    assert heard.headers[b"content-type"] == b"application/problem+json"
    said: dict[str, object] = json.loads(heard.body)
    assert (heard.status, said["status"], said["code"]) == (status, status, code)
    assert set(said) == BARE
    return said


def test_a_parcel_is_taken_by_its_bytes_and_answered_with_its_receipt(
    house: House, turin: Listener
) -> None:
    case = house.case("A shop", TURIN)
    data = house.lyon.outbox.next_parcel(TURIN)
    assert data is not None
    heard = turin.post(data)
    assert heard.status == 200
    assert heard.headers[b"content-type"] == answers.PARCEL.encode()
    house.lyon.outbox.accept_answer(TURIN, heard.body)
    assert house.lyon.tools.store.waiting_peers().get(TURIN, 0) == 0
    assert house.program(house.turin).get(f"/matters/{case}").status_code == 200
    assert turin.failed == []


def test_a_replayed_parcel_is_answered_again_and_changes_nothing(
    house: House, turin: Listener
) -> None:
    data = spoiling.parcel(house, house.turin)
    assert turin.post(data).status == 200
    before = spoiling.state(house.turin)
    again = turin.post(data)
    assert again.status == 200
    assert spoiling.state(house.turin) == before
    house.lyon.outbox.accept_answer(TURIN, again.body)
    assert house.lyon.tools.store.waiting_peers().get(TURIN, 0) == 0


@pytest.mark.parametrize("wrong", list(spoiling.SPOILT))
def test_a_parcel_that_is_wrong_is_not_taken_and_leaves_nothing(
    house: House, turin: Listener, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = spoiling.SPOILT[wrong](house)
    before = spoiling.state(house.turin)
    with caplog.at_level(logging.WARNING):
        heard = turin.post(data)
    problem(heard, 400, "parcel-not-taken")
    assert spoiling.state(house.turin) == before
    # Why it was not taken is for this node alone.
    (code,) = turin.failed
    assert code != "parcel-not-taken"
    assert code in caplog.text
    assert code.encode() not in heard.body


def test_all_parcels_that_are_not_taken_are_refused_in_the_same_words(
    house: House, turin: Listener
) -> None:
    told = {turin.post(spoiling.SPOILT[wrong](house)).body for wrong in list(spoiling.SPOILT)[:12]}
    assert len(told) == 1


def test_what_is_too_large_or_no_parcel_by_its_head_is_not_listened_to(turin: Listener) -> None:
    large = SENT | {"content-length": str(carrying.BYTES_MAX + 1)}
    heard = wire.ask(turin.app, "POST", peers.PARCELS, headers=large, pieces=())
    problem(heard, 413, "body-too-large")
    for headers in ({}, {"content-type": "text/plain"}, SENT | {"content-encoding": "gzip"}):
        heard = wire.ask(turin.app, "POST", peers.PARCELS, headers=headers, pieces=())
        problem(heard, 415, "media-type")


def test_a_sender_that_goes_away_is_forgotten(turin: Listener) -> None:
    heard = wire.ask(turin.app, "POST", peers.PARCELS, headers=SENT, pieces=(b"x", wire.GONE))
    problem(heard, 422, "body-broken-off")
    assert turin.get(peers.CHECKPOINT).status == 200


def test_the_ledger_is_open_to_whoever_knows_the_address(house: House, turin: Listener) -> None:
    heard = turin.get(peers.CHECKPOINT)
    owner = ledgers.owner_keys(house.lyon.tools.directory(), TURIN)
    head = checkpoint.verify(heard.body, owner)
    assert head.size == house.turin.tools.store.size
    tile = turin.get("/ledger/tile/0/000.p/1")
    assert (tile.status, len(tile.body)) == (200, 32)
    assert tile.headers[b"cache-control"] == b"no-store"
    entries = turin.get("/ledger/tile/entries/000.p/1")
    assert (entries.status, len(entries.body)) == (200, 34)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "path-unknown"),
        ("GET", "/api/v1/me", 404, "path-unknown"),
        ("GET", "/api/v1/openapi.json", 404, "path-unknown"),
        ("GET", "/ledger", 404, "path-unknown"),
        ("GET", "/peer/parcels/", 404, "path-unknown"),
        ("GET", "/peer/parcels", 405, "method-not-allowed"),
        ("PUT", "/peer/parcels", 405, "method-not-allowed"),
        ("POST", "/ledger/checkpoint", 405, "method-not-allowed"),
        ("DELETE", "/ledger/tile/0/000", 405, "method-not-allowed"),
        ("GET", "/ledger/tile/0/999", 404, "tile-beyond"),
        ("GET", "/ledger/tile/../checkpoint", 404, "tile-path"),
        ("GET", "/ledger/tile/", 404, "tile-path"),
    ],
)
def test_there_is_nothing_else(
    turin: Listener, method: str, path: str, status: int, code: str
) -> None:
    problem(wire.ask(turin.app, method, path), status, code)


def test_one_address_is_answered_so_many_times_at_once(house: House, turin: Listener) -> None:
    async def crowd() -> tuple[list[int], list[int]]:
        go_on = asyncio.Event()

        def parcel(client: tuple[str, int]) -> object:
            return wire.call(
                turin.app, "POST", peers.PARCELS, headers=SENT, pieces=(go_on, b"x"), client=client
            )

        async with asyncio.TaskGroup() as tasks:
            held = [
                tasks.create_task(parcel(("10.0.0.1", number)))
                for number in range(peers.AT_ONCE_EACH)
            ]
            await asyncio.sleep(0)
            refused = await wire.call(turin.app, "GET", peers.CHECKPOINT, client=("10.0.0.1", 99))
            other = await wire.call(turin.app, "GET", peers.CHECKPOINT, client=("10.0.0.2", 1))
            go_on.set()
        later = await wire.call(turin.app, "GET", peers.CHECKPOINT, client=("10.0.0.1", 99))
        problem(refused, 503, "peer-busy")
        assert refused.headers[b"retry-after"] == b"5"
        return [other.status, later.status], [one.result().status for one in held]

    assert asyncio.run(crowd()) == ([200, 200], [400] * peers.AT_ONCE_EACH)


def test_all_addresses_together_are_answered_so_many_times_at_once(turin: Listener) -> None:
    async def crowd() -> int:
        go_on = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for number in range(peers.AT_ONCE_ALL):
                who = (f"10.0.0.{number // 4}", number)
                waiting = wire.call(
                    turin.app, "POST", peers.PARCELS, headers=SENT, pieces=(go_on, b""), client=who
                )
                tasks.create_task(waiting)
            await asyncio.sleep(0)
            heard = await wire.call(turin.app, "GET", peers.CHECKPOINT, client=("10.9.9.9", 1))
            go_on.set()
        return heard.status

    assert asyncio.run(crowd()) == 503


def test_a_fault_of_the_node_is_logged_and_not_told(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def clock() -> object:
        raise RuntimeError("the inside of the node")

    app = peers.create(house.turin.tools, clock=clock)  # type: ignore[arg-type]  # it is broken
    data = spoiling.parcel(house, house.turin)
    with caplog.at_level(logging.ERROR):
        heard = wire.ask(app, "POST", peers.PARCELS, headers=SENT, pieces=(data,))
    assert heard.status == 500
    assert b"inside" not in heard.body
    assert "the inside of the node" in caplog.text


def test_what_is_no_request_is_passed_over(turin: Listener) -> None:
    sent: list[object] = []

    async def ask() -> None:
        async def send(message: object) -> None:
            sent.append(message)

        await turin.app({"type": "websocket"}, None, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    assert sent == []


def test_a_node_that_vouches_for_nothing_yet_says_when_to_come_again(
    house: House, turin: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = spoiling.parcel(house, house.turin)
    monkeypatch.setattr(house.turin.tools.halt, "asking", True)
    heard = turin.post(data)
    problem(heard, 503, "node-starting")
    assert heard.headers[b"retry-after"] == b"5"
    assert turin.failed == ["node-starting"]
