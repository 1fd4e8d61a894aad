import threading

import pytest

from comity import errors
from comity.web import once


def test_a_second_press_leads_where_the_first_one_led() -> None:
    calls: list[int] = []

    def work() -> str:
        calls.append(1)
        return "/matters/1"

    kept = once.Once()
    ticket = once.ticket()
    assert kept.run("o-1", ticket, work) == kept.run("o-1", ticket, work) == "/matters/1"
    assert len(calls) == 1


def test_two_presses_at_the_same_time_do_it_once() -> None:
    kept, begun, go = once.Once(), threading.Event(), threading.Event()
    calls: list[int] = []

    def work() -> str:
        calls.append(1)
        begun.set()
        go.wait(5)
        return "/done"

    paths: list[str] = []
    first = threading.Thread(target=lambda: paths.append(kept.run("o-1", "t", work)))
    second = threading.Thread(target=lambda: paths.append(kept.run("o-1", "t", work)))
    first.start()
    begun.wait(5)
    second.start()
    go.set()
    first.join(5)
    second.join(5)
    assert paths == ["/done", "/done"]
    assert len(calls) == 1


def test_what_failed_may_be_tried_again() -> None:
    kept = once.Once()

    def fail() -> str:
        raise errors.Conflict("matter-moved", "somebody was faster")

    with pytest.raises(errors.Conflict):
        kept.run("o-1", "t", fail)
    assert kept.run("o-1", "t", lambda: "/then") == "/then"


def test_tickets_of_two_officers_are_two() -> None:
    kept = once.Once()
    assert kept.run("o-1", "t", lambda: "/one") == "/one"
    assert kept.run("o-2", "t", lambda: "/two") == "/two"


def test_only_the_newest_tickets_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "KEPT_MAX", 2)
    kept = once.Once()
    for name in "abc":
        kept.run("o-1", name, lambda name=name: f"/{name}")
    assert kept.run("o-1", "a", lambda: "/again") == "/again"
