"""The same request sent again: one effect, one answer, whoever waits and whatever breaks."""

import threading
from concurrent.futures import Future

import pytest

from comity import errors
from comity.desk import performing, repeating
from comity.records.ids import MatterId
from comity.store import port
from tests.store.conftest import pen_held
from tests.world.world import Member, World, refused

ACT = performing.Act(kind="case.opened/1", said={"title": "Night Bazaar"})


def body(said: performing.Said) -> bytes:
    return said.record.encode()


def send(
    world: World,
    member: Member,
    key: str,
    request: str = "one",
    repeats: repeating.Repeats | None = None,
    act: performing.Act = ACT,
    role: str = "officer",
) -> Future[port.Answered]:
    made = repeats or repeating.Repeats()
    return made.say(world.desk(member, role), act, body, key=key, request=request)


def test_a_request_sent_again_has_one_effect_and_the_same_answer(
    shared: World, lyon: Member
) -> None:
    first = send(shared, lyon, "k-again").result()
    size = lyon.tools.store.size
    # Also after a restart, when nothing is remembered but what is stored.
    second = send(shared, lyon, "k-again").result()
    assert (first.body, first.status) == (second.body, repeating.CREATED)
    assert second.at == first.at
    assert lyon.tools.store.size == size
    assert lyon.tools.store.record(first.body.decode()) is not None


def test_two_of_the_same_at_once_are_one(shared: World, lyon: Member) -> None:
    repeats = repeating.Repeats()
    with pen_held(lyon.tools.store):
        waiting = [send(shared, lyon, "k-twice", repeats=repeats) for _ in range(2)]
        assert waiting[0] is waiting[1]
        refused(
            "idempotency-key-reused",
            lambda: send(shared, lyon, "k-twice", "another", repeats=repeats),
        )
    assert waiting[0].result() == waiting[1].result()


def test_a_key_that_was_used_is_not_used_for_another_request(shared: World, lyon: Member) -> None:
    repeats = repeating.Repeats()
    send(shared, lyon, "k-used", repeats=repeats).result()
    fault = refused(
        "idempotency-key-reused", lambda: send(shared, lyon, "k-used", "two", repeats=repeats)
    )
    assert "new key" in fault.next_step
    # It is told at once, and a right one is answered as before.
    assert send(shared, lyon, "k-used", repeats=repeats).result().request_digest == "one"


def test_a_key_is_of_one_officer(shared: World, lyon: Member) -> None:
    mine = send(shared, lyon, "k-mine").result()
    theirs = send(shared, lyon, "k-mine", role="desk_head").result()
    assert mine.body != theirs.body


@pytest.mark.parametrize("key", ["", "a b", "é", "k\n", "k" * 201])
def test_what_is_no_key_is_refused(shared: World, lyon: Member, key: str) -> None:
    refused("idempotency-key", lambda: send(shared, lyon, key))


def test_a_refused_request_may_be_sent_again_once_it_is_right(shared: World, lyon: Member) -> None:
    repeats = repeating.Repeats()
    wrong = performing.Act(kind="case.opened/1", said={"title": "x"})
    for _ in range(2):
        with pytest.raises(errors.Invalid):
            send(shared, lyon, "k-wrong", repeats=repeats, act=wrong)
    assert send(shared, lyon, "k-wrong", repeats=repeats).result().status == repeating.CREATED


def test_what_the_store_refuses_is_told_and_forgotten(shared: World, lyon: Member) -> None:
    own, repeats = lyon.tools, repeating.Repeats()
    case = send(shared, lyon, "k-case", repeats=repeats).result().body.decode()
    act = performing.Act(kind="note.made/1", matter=MatterId(case), said={"text": "once"})
    officer = lyon.people["officer"].id
    with pen_held(own.store):
        # Another process carried out the same request a moment before.
        taken = port.Answered(officer, "k-taken", "one", 201, b"theirs", shared.now())
        own.store.append(port.Append(answered=(taken,)))
        given = send(shared, lyon, "k-taken", repeats=repeats, act=act)
    assert isinstance(given.exception(), errors.Conflict)
    with own.cabinet.holding(MatterId(case)) as folder:
        assert len(folder.matter) == 1
    # Sent again, it finds the answer that was given.
    assert send(shared, lyon, "k-taken", repeats=repeats, act=act).result().body == b"theirs"


def test_an_act_that_is_durable_is_told_so_though_its_carrier_is_not_there(
    shared: World, lyon: Member, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(peer: str) -> None:
        raise RuntimeError(f"the line to {peer} is closed")

    act = performing.Act(kind="case.opened/1", said={"title": "Told", "parties": ["it-turin"]})
    lyon.tools.wake.append(broken)
    try:
        told = send(shared, lyon, "k-wake", act=act).result(timeout=10)
    finally:
        lyon.tools.wake.remove(broken)
    assert lyon.tools.store.record(told.body.decode()) is not None
    assert "it-turin could not be woken" in caplog.text


def test_carriers_are_woken_for_each_recipient(shared: World, lyon: Member) -> None:
    woken: list[str] = []
    act = performing.Act(kind="case.opened/1", said={"title": "Woken", "parties": ["it-turin"]})
    lyon.tools.wake.append(woken.append)
    try:
        send(shared, lyon, "k-woken", act=act).result()
    finally:
        lyon.tools.wake.remove(woken.append)
    assert woken == ["it-turin"]


def test_many_at_once_leave_nothing_behind(shared: World, lyon: Member) -> None:
    repeats = repeating.Repeats()
    answers: list[bytes] = []

    def work() -> None:
        answers.append(send(shared, lyon, "k-many", repeats=repeats).result().body)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert repeats._under_way == {}


def test_parts_of_a_request_are_told_apart_by_their_lengths() -> None:
    assert repeating.digest(b"ab", b"c") != repeating.digest(b"a", b"bc")
    assert repeating.digest(b"ab", b"c") == repeating.digest(b"ab", b"c")
