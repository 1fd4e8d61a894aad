import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from comity import errors
from comity.exchange import courier, https, parcel, receipt, session
from comity.exchange.contents import Item, Parcel
from comity.ledger import checkpoint
from comity.records.ids import AuthorityId, RecordId
from tests.exchange import listener, world
from tests.exchange.world import LYON, OSLO, TURIN


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off and quiet times short enough to be waited for."""
    monkeypatch.setattr(session, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(session, "SPACING_SECONDS", 0.001)


class Outbox:
    """A source in memory: parcels for each peer, delivered when answered."""

    def __init__(self) -> None:
        self.pending: dict[AuthorityId, list[bytes]] = defaultdict(list)
        self.answers: dict[AuthorityId, list[bytes]] = defaultdict(list)
        self.failures: list[tuple[AuthorityId, errors.ComityError]] = []
        self.asked: dict[AuthorityId, int] = defaultdict(int)

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        self.asked[peer] += 1
        return self.pending[peer][0] if self.pending[peer] else None

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        self.answers[peer].append(data)
        self.pending[peer].pop(0)

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        self.failures.append((peer, why))


async def echo(peer: AuthorityId, data: bytes) -> bytes:
    return data[::-1]


def made(source: courier.Source, post: courier.Post = echo) -> courier.Courier:
    return courier.Courier(
        source, post, clock=lambda: asyncio.get_running_loop().time(), jitter=lambda: 0.0
    )


@contextlib.asynccontextmanager
async def running(couriers: courier.Courier) -> AsyncIterator[None]:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(couriers.run())
        yield
        couriers.stop()


async def until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110  # What is waited for happens in other threads.
        await asyncio.sleep(0.005)


def test_everything_that_waits_is_sent_in_order_and_then_the_peer_is_left_alone() -> None:
    async def scene() -> None:
        source = Outbox()
        source.pending[TURIN] = [b"ab", b"cd", b"ef"]
        couriers = made(source)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: len(source.answers[TURIN]) == 3)
            await asyncio.sleep(0.1)
        assert source.answers[TURIN] == [b"ba", b"dc", b"fe"]
        assert source.asked[TURIN] == 4
        assert not source.failures

    asyncio.run(scene())


def test_a_wake_up_starts_a_round_at_once() -> None:
    async def scene() -> None:
        source = Outbox()
        couriers = made(source)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: source.asked[TURIN] == 1)
            source.pending[TURIN].append(b"ab")
            couriers.wake(TURIN)
            couriers.wake(OSLO)
            await until(lambda: source.answers[TURIN])
        assert source.asked[OSLO] == 0

    asyncio.run(scene())


def test_a_wake_up_during_a_round_leads_to_one_more() -> None:
    async def scene() -> None:
        source = Outbox()
        couriers = made(source)

        def ask(peer: AuthorityId) -> bytes | None:
            source.asked[peer] += 1
            if source.asked[peer] == 1:
                couriers.wake(peer)  # From the thread of the round itself.
            return None

        source.next_parcel = ask  # type: ignore[method-assign]  # The one call under test.
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: source.asked[TURIN] == 2)

    asyncio.run(scene())


def test_quiet_peers_are_asked_about_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "QUIET_SECONDS", 0.02)

    async def scene() -> None:
        source = Outbox()
        couriers = made(source)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: source.asked[TURIN] >= 3)

    asyncio.run(scene())


def test_one_peer_that_hangs_does_not_delay_another() -> None:
    async def scene() -> None:
        async def post(peer: AuthorityId, data: bytes) -> bytes:
            if peer == OSLO:
                await asyncio.sleep(60)
            return data

        source = Outbox()
        source.pending[OSLO] = [b"x"]
        source.pending[TURIN] = [b"x"] * 5
        couriers = made(source, post)
        couriers.meet(OSLO)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: len(source.answers[TURIN]) == 5)
            couriers.part(OSLO)
        assert not source.answers[OSLO]

    asyncio.run(scene())


def test_an_answer_that_is_not_accepted_is_a_failure_and_the_parcel_is_sent_again() -> None:
    async def scene() -> None:
        source = Outbox()
        source.pending[TURIN] = [b"ab"]
        accept = source.accept_answer
        refusals = [errors.Unverified("receipt-unproved", "no"), ValueError("a fault of ours")]

        def refuse_twice(peer: AuthorityId, data: bytes) -> None:
            if refusals:
                raise refusals.pop(0)
            accept(peer, data)

        source.accept_answer = refuse_twice  # type: ignore[method-assign]  # The call under test.
        couriers = made(source)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: source.answers[TURIN])
        codes = [fault.code for _, fault in source.failures]
        assert codes == ["receipt-unproved", "round-broken"]
        assert "a fault of ours" in source.failures[1][1].message
        assert isinstance(source.failures[1][1].__cause__, ValueError)

    asyncio.run(scene())


def test_a_stop_lets_the_round_under_way_end() -> None:
    async def scene() -> None:
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def post(peer: AuthorityId, data: bytes) -> bytes:
            reached.set()
            await go_on.wait()
            return data

        source = Outbox()
        source.pending[TURIN] = [b"ab", b"cd"]
        couriers = made(source, post)
        couriers.meet(TURIN)
        async with running(couriers):
            await reached.wait()
            couriers.stop()
            await asyncio.sleep(0.02)
            go_on.set()
        assert source.answers[TURIN] == [b"ab"]
        assert source.pending[TURIN] == [b"cd"]

    asyncio.run(scene())


def test_a_stop_does_not_wait_for_ever_nor_for_a_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "STOP_SECONDS", 0.1)
    monkeypatch.setattr(session, "FIRST_RETRY_SECONDS", 600.0)

    async def scene() -> None:
        async def post(peer: AuthorityId, data: bytes) -> bytes:
            if peer == OSLO:
                raise errors.Unavailable("peer-unreachable", "not there")
            await asyncio.sleep(60)
            return data

        source = Outbox()
        source.pending[TURIN], source.pending[OSLO] = [b"x"], [b"x"]
        couriers = made(source, post)
        couriers.meet(TURIN)
        couriers.meet(OSLO)
        async with asyncio.timeout(5), running(couriers):
            await until(lambda: source.failures and source.asked[TURIN])
        assert source.pending[TURIN] == [b"x"]

    asyncio.run(scene())


def test_peers_come_and_go_while_it_runs_and_from_other_threads() -> None:
    async def scene() -> None:
        source = Outbox()
        source.pending[TURIN] = [b"ab"]
        couriers = made(source)
        async with running(couriers):
            await asyncio.sleep(0)
            for act in (couriers.meet, couriers.meet, couriers.wake):
                thread = threading.Thread(target=act, args=(TURIN,))
                thread.start()
                await asyncio.to_thread(thread.join)
            await until(lambda: source.answers[TURIN])
            couriers.part(TURIN)
            couriers.part(TURIN)
            await asyncio.sleep(0.05)
            asked = source.asked[TURIN]
            couriers.wake(TURIN)
            await asyncio.sleep(0.05)
            assert source.asked[TURIN] == asked
        couriers.wake(TURIN)
        couriers.meet(OSLO)
        couriers.stop()

    asyncio.run(scene())


def turin_answers(data: bytes) -> bytes:
    """What Turin's node does with a parcel: take it in and answer with a receipt in a parcel."""
    turin = world.NODES[TURIN]
    opened = parcel.open_(data, turin.opener, world.Directory(), federation=world.FEDERATION)
    record = world.record_id(opened.parcel.items[0].envelope)
    issued = receipt.issue(
        receipt.Receipt(
            parcel=opened.digest,
            number=opened.parcel.number,
            sender=LYON,
            receiver=TURIN,
            at=world.NOW,
            outcomes=(receipt.Outcome(record=record, result="stored", index=0),),
            checkpoint=world.note(TURIN, [bytes.fromhex(record)]).decode(),
            withheld="no-head",
        ),
        turin.signer,
    )
    answer = Parcel(
        federation=world.FEDERATION,
        sender=TURIN,
        recipients=(LYON,),
        number=1,
        made_at=world.NOW,
        receipts=(issued,),
    )
    return parcel.seal(answer, turin.signer, world.cards(answer)).data


class LyonOutbox:
    """Lyon's side: one record for Turin, delivered by nothing but a receipt that proves it."""

    def __init__(self) -> None:
        envelope = world.record_bytes("for Turin")
        lyon = world.NODES[LYON]
        made = Parcel(
            federation=world.FEDERATION,
            sender=LYON,
            recipients=(TURIN,),
            number=1,
            made_at=world.NOW,
            items=(Item(envelope),),
        )
        self.sealed = parcel.seal(made, lyon.signer, world.cards(made))
        self.sent = receipt.Sent(
            digest=self.sealed.digest,
            sender=LYON,
            receiver=TURIN,
            records=frozenset({world.record_id(envelope)}),
        )
        self.delivered: frozenset[RecordId] = frozenset()
        self.failures: list[str] = []

    def next_parcel(self, peer: AuthorityId) -> bytes | None:
        return None if self.delivered else self.sealed.data

    def accept_answer(self, peer: AuthorityId, data: bytes) -> None:
        opener = world.NODES[LYON].opener
        answer = parcel.open_(data, opener, world.Directory(), federation=world.FEDERATION).parcel
        signed = receipt.read(answer.receipts[0], world.Directory())
        key = checkpoint.owner_key(TURIN, world.NODES[TURIN].checkpoint.public)
        self.delivered = receipt.settle(signed, self.sent, [key]).delivered

    def failed(self, peer: AuthorityId, why: errors.ComityError) -> None:
        self.failures.append(why.message)


def test_a_record_reaches_a_peer_over_https_that_first_fails_and_its_receipt_comes_back(
    tmp_path: Path,
) -> None:
    keys = listener.keys_in(tmp_path / "keys")
    heard: list[bytes] = []

    async def respond(body: bytes) -> listener.Answer:
        heard.append(body)
        if len(heard) == 1:
            return 503, {}, b""
        if len(heard) == 2:
            return 200, {}, b"garbage"
        return 200, {}, turin_answers(body)

    source = LyonOutbox()

    async def scene(url: str) -> None:
        async def post(peer: AuthorityId, data: bytes) -> bytes:
            return await https.post(url, data, certificate=keys.card.certificate)

        couriers = made(source, post)
        couriers.meet(TURIN)
        async with running(couriers):
            await until(lambda: source.delivered)

    with listener.listening(keys, respond) as url:
        asyncio.run(scene(url))
    assert source.delivered == source.sent.records
    assert heard == [source.sealed.data] * 3
    assert [("503" in why, "not a parcel" in why) for why in source.failures] == [
        (True, False),
        (False, True),
    ]
