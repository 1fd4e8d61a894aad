"""When to send to a peer: back-off, wake-ups, and quiet times, as pure functions.

Times are seconds of any clock that does not go back; randomness comes in as `jitter`. A peer that
does not answer is tried ever more rarely, up to every ten minutes, and never given up. A wake-up
while a round is under way is not lost: it leads to one more. Even with nothing new to say there is
a round from time to time, so that checkpoints spread (docs/protocol/exchange.md, E10).
"""

from dataclasses import dataclass, replace

FIRST_RETRY_SECONDS = 2.0
RETRY_SECONDS_MAX = 600.0
SPACING_SECONDS = 0.05
"""Between two rounds with one peer, however much there is to say."""
QUIET_SECONDS = 60.0
"""The longest time without a round: one round of gossip."""

_DOUBLINGS_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerState:
    """What is remembered about talking to one peer."""

    failures: int = 0
    """In a row."""
    not_before: float = 0.0
    """No round starts earlier."""
    woken: bool = True
    """There may be something to say. True at the start: the outbox outlives the program."""
    quiet_until: float = 0.0
    """When a round starts although nothing woke it."""


@dataclass(frozen=True, slots=True)
class Send:
    """Start a round now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before `until`, unless woken."""

    until: float


def wake(state: PeerState) -> PeerState:
    """Something to say came up. Many wake-ups before a round are one."""
    return replace(state, woken=True)


def decide(state: PeerState, *, now: float) -> Send | Wait:
    """Whether a round starts now, or how long to wait. Waking never shortens a back-off."""
    due = state.not_before if state.woken else max(state.not_before, state.quiet_until)
    return Send() if now >= due else Wait(due)


def started(state: PeerState) -> PeerState:
    """A round begins: what wakes from here on is for the next one."""
    return replace(state, woken=False)


def silent(state: PeerState, *, now: float) -> PeerState:
    """There was nothing to say. The outcome of earlier rounds stands."""
    return replace(state, quiet_until=now + QUIET_SECONDS)


def answered(state: PeerState, *, now: float) -> PeerState:
    """The peer took what was sent; there may be more. Back-off starts anew."""
    return replace(
        state,
        failures=0,
        not_before=now + SPACING_SECONDS,
        woken=True,
        quiet_until=now + QUIET_SECONDS,
    )


def failed(state: PeerState, *, now: float, jitter: float) -> PeerState:
    """The peer did not answer, or not properly. `jitter` is from 0 up to 1."""
    return replace(
        state,
        failures=state.failures + 1,
        not_before=now + back_off(state.failures, jitter),
        woken=True,
    )


def back_off(failures: int, jitter: float) -> float:
    """Seconds to wait after `failures` earlier ones: doubled each time, then half of it random.

    The random half keeps many nodes from coming back in the same moment.
    """
    ceiling = min(RETRY_SECONDS_MAX, FIRST_RETRY_SECONDS * 2.0 ** min(failures, _DOUBLINGS_MAX))
    return ceiling * (0.5 + 0.5 * jitter)
