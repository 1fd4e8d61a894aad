"""Challenges: good once, for minutes, for one use by one officer, and only from this process."""

import datetime
import os

import pytest

from comity.desk import challenges

NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def made() -> challenges.Challenges:
    return challenges.Challenges()


def give(made: challenges.Challenges) -> bytes:
    return made.give(os.urandom, "confirm", "o-ada", NOW)


def test_a_challenge_is_good_once(made: challenges.Challenges) -> None:
    one = give(made)
    assert made.take(one, "confirm", "o-ada", NOW)
    assert not made.take(one, "confirm", "o-ada", NOW)


def test_two_are_never_the_same(made: challenges.Challenges) -> None:
    assert give(made) != give(made)


@pytest.mark.parametrize(("use", "officer"), [("register", "o-ada"), ("confirm", "o-bo")])
def test_it_is_for_one_use_by_one_officer(
    made: challenges.Challenges, use: str, officer: str
) -> None:
    assert not made.take(give(made), use, officer, NOW)


def test_it_ends_after_minutes(made: challenges.Challenges) -> None:
    one, other = give(made), give(made)
    assert made.take(one, "confirm", "o-ada", NOW + challenges.LIFETIME - SECOND)
    assert not made.take(other, "confirm", "o-ada", NOW + challenges.LIFETIME)


def test_no_changed_byte_and_no_other_process_is_believed(made: challenges.Challenges) -> None:
    one = give(made)
    for at in range(len(one)):
        changed = bytearray(one)
        changed[at] ^= 1
        assert not made.take(bytes(changed), "confirm", "o-ada", NOW)
    assert not made.take(one[:-1], "confirm", "o-ada", NOW)
    assert not made.take(b"", "confirm", "o-ada", NOW)
    other = challenges.Challenges()
    assert not other.take(one, "confirm", "o-ada", NOW)
    give(other)
    assert not other.take(one, "confirm", "o-ada", NOW)


def test_what_was_used_is_forgotten_when_it_would_have_ended(made: challenges.Challenges) -> None:
    for number in range(50):
        now = NOW + number * challenges.LIFETIME
        assert made.take(made.give(os.urandom, "a", "", now), "a", "", now)
    assert len(made._used) == 1
