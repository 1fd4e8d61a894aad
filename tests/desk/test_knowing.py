"""What is remembered of secrets: for seconds, within bounds, and never past a change."""

import datetime
import threading

import pytest

from comity.desk import knowing
from comity.store import port

NOW = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
ADA = port.Officer(id="o-ada", name="Ada Example", role="officer")


def secret(number: int = 0, lifetime: datetime.timedelta = 60 * SECOND) -> port.Credential:
    return port.Credential(
        digest=number.to_bytes(32, "big"),
        officer=ADA.id,
        sort="session",
        label="",
        created_at=NOW,
        expires_at=NOW + lifetime,
    )


def remembered(known: knowing.Known, *credentials: port.Credential) -> None:
    for one in credentials:
        known.keep(knowing.Holder(ADA, one), NOW, known.turn)


def named(known: knowing.Known, digest: bytes, now: datetime.datetime) -> port.Officer | None:
    held = known.holder(digest, now)
    return held.officer if held else None


@pytest.mark.parametrize(
    ("after", "found"),
    [(0, True), (knowing.SECONDS - 0.001, True), (knowing.SECONDS, False), (-0.001, False)],
)
def test_a_secret_is_remembered_for_seconds(after: float, found: bool) -> None:
    known = knowing.Known()
    remembered(known, secret())
    when = NOW + after * SECOND
    assert named(known, secret().digest, when) == (ADA if found else None)


def test_nobody_is_remembered_past_the_end_of_the_secret() -> None:
    known = knowing.Known()
    remembered(known, secret(lifetime=2 * SECOND))
    assert named(known, secret().digest, NOW + SECOND) == ADA
    assert named(known, secret().digest, NOW + 2 * SECOND) is None


def test_an_invented_secret_names_nobody() -> None:
    known = knowing.Known()
    remembered(known, secret())
    assert named(known, b"\xff" * 32, NOW) is None


def test_a_change_forgets_everyone_and_what_was_asked_before_it() -> None:
    known = knowing.Known()
    turn = known.turn
    remembered(known, secret(1))
    known.forget()
    assert named(known, secret(1).digest, NOW) is None
    known.keep(knowing.Holder(ADA, secret(2)), NOW, turn)
    assert named(known, secret(2).digest, NOW) is None
    known.keep(knowing.Holder(ADA, secret(2)), NOW, known.turn)
    assert named(known, secret(2).digest, NOW) == ADA


def test_no_more_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowing, "SECRETS_MAX", 8)
    known = knowing.Known()
    for number in range(100):
        remembered(known, secret(number))
        assert named(known, secret(number).digest, NOW) == ADA
        assert len(known._found) <= 8


def test_many_threads_may_keep_and_forget_at_once() -> None:
    known = knowing.Known()
    stop = threading.Event()

    def keep() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            remembered(known, secret(number % 50))

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for one in threads:
        one.start()
    turn = known.turn
    for _ in range(200):
        known.forget()
    stop.set()
    for one in threads:
        one.join()
    known.forget()
    assert known.turn == turn + 201
    assert not any(named(known, secret(number).digest, NOW) for number in range(50))
