from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.exchange import session
from comity.exchange.session import PeerState, Send, Wait


def test_a_peer_is_asked_about_at_the_start_and_then_left_until_something_comes_up() -> None:
    state = PeerState()
    assert session.decide(state, now=100.0) == Send()
    state = session.silent(session.started(state), now=100.0)
    assert session.decide(state, now=100.0) == Wait(160.0)
    assert session.decide(session.wake(state), now=101.0) == Send()
    assert session.decide(state, now=160.0) == Send()


def test_an_answer_leads_to_one_more_round_after_the_spacing() -> None:
    state = session.answered(session.started(PeerState()), now=100.0)
    assert session.decide(state, now=100.0) == Wait(100.0 + session.SPACING_SECONDS)
    assert session.decide(state, now=100.1) == Send()


def test_a_wake_up_during_a_round_is_not_lost() -> None:
    state = session.wake(session.started(PeerState()))
    for settled in (session.silent(state, now=100.0), session.answered(state, now=100.0)):
        assert session.decide(settled, now=101.0) == Send()


def test_many_wake_ups_before_a_round_are_one() -> None:
    state = PeerState()
    for _ in range(100):
        state = session.wake(state)
    state = session.silent(session.started(state), now=100.0)
    assert session.decide(state, now=100.0) == Wait(160.0)


def test_a_failure_waits_longer_each_time_and_an_answer_starts_anew() -> None:
    state, waits = PeerState(), []
    for _ in range(12):
        state = session.failed(session.started(state), now=0.0, jitter=1.0)
        waits.append(state.not_before)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    state = session.answered(session.started(state), now=0.0)
    assert session.failed(state, now=0.0, jitter=1.0).not_before == 2


def test_waking_never_shortens_a_back_off() -> None:
    state = session.failed(session.started(PeerState()), now=100.0, jitter=0.0)
    assert session.decide(state, now=100.5) == Wait(101.0)
    assert session.decide(session.wake(state), now=100.5) == Wait(101.0)


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_back_off_is_between_one_second_and_ten_minutes(failures: int, jitter: float) -> None:
    assert 1.0 <= session.back_off(failures, jitter) <= session.RETRY_SECONDS_MAX


Happening = Literal["wake", "silent", "answered", "failed"]


@given(st.lists(st.sampled_from(["wake", "silent", "answered", "failed"])), st.floats(0, 0.999))
def test_whatever_happens_a_round_starts_again_within_the_longest_wait(
    happened: list[Happening], jitter: float
) -> None:
    state, now = PeerState(), 0.0
    for event in happened:
        match event:
            case "wake":
                state = session.wake(state)
            case "silent":
                state = session.silent(session.started(state), now=now)
            case "answered":
                state = session.answered(session.started(state), now=now)
            case "failed":
                state = session.failed(session.started(state), now=now, jitter=jitter)
        now += 1.0
    assert session.decide(state, now=now + session.RETRY_SECONDS_MAX) == Send()


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_jitter_spreads_the_second_half_of_the_wait(jitter: float) -> None:
    assert session.back_off(3, jitter) == pytest.approx(8 + 8 * jitter)
