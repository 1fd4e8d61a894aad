"""Threads for work that may block: the loop goes on, faults come back, no thread is lost."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from comity import errors
from comity.api import workers


def run(*works: Any, threads: int = 2) -> list[Any]:
    """What each piece of work gives, begun together."""

    async def all_of_them() -> list[Any]:
        crew = workers.Workers(threads, "crew")
        return await asyncio.gather(*(crew.run(work) for work in works))

    return asyncio.run(all_of_them())


def test_work_is_done_in_a_named_thread_and_its_outcome_comes_back() -> None:
    (name,) = run(lambda: threading.current_thread().name)
    assert name == "crew-1"


def test_so_many_threads_and_no_more_work_at_once() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet() -> str:
        both.wait()
        return threading.current_thread().name

    names = run(*[meet] * 6, threads=2)
    assert set(names) == {"crew-1", "crew-2"}


def test_a_fault_belongs_to_its_caller_and_the_thread_lives_on() -> None:
    def fails() -> None:
        raise errors.Conflict("matter-moved", "somebody was faster")

    async def both() -> Any:
        crew = workers.Workers(1, "crew")
        with pytest.raises(errors.Conflict):
            await crew.run(fails)
        return await crew.run(lambda: threading.current_thread().name)

    assert asyncio.run(both()) == "crew-1"


def test_the_loop_goes_on_while_work_blocks() -> None:
    go_on = threading.Event()

    async def both() -> bool:
        crew = workers.Workers(1, "crew")
        blocked = asyncio.gather(crew.run(lambda: go_on.wait(10)))
        go_on.set()
        return bool((await blocked)[0])

    assert asyncio.run(both())


def test_a_thread_is_free_while_its_work_waits_for_the_disk() -> None:
    until: Future[int] = Future()

    def finish() -> str:
        until.set_result(7)
        return "finished"

    waiting = workers.Waiting(until, lambda done: done.result() + 1)
    assert run(lambda: waiting, finish, threads=1) == [8, "finished"]


def test_what_follows_a_wait_runs_on_the_loop_however_the_wait_ended() -> None:
    seen: list[str] = []

    def then(done: Future[int]) -> str:
        seen.append(threading.current_thread().name)
        return type(done.exception()).__name__

    failed: Future[int] = Future()
    failed.set_exception(errors.Conflict("matter-moved", "somebody was faster"))
    assert run(lambda: workers.Waiting(failed, then)) == ["Conflict"]
    assert seen == [threading.current_thread().name]


def test_a_fault_of_what_follows_is_the_callers() -> None:
    failed: Future[int] = Future()
    failed.set_exception(errors.Conflict("matter-moved", "somebody was faster"))
    with pytest.raises(errors.Conflict):
        run(lambda: workers.Waiting(failed, lambda done: done.result()))


def test_who_is_cancelled_does_not_stop_the_work_or_its_thread() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        ended.set()

    async def cancel() -> str:
        crew = workers.Workers(1, "crew")
        task = asyncio.get_running_loop().create_task(crew.run(work))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        return await crew.run(lambda: "next")

    assert asyncio.run(cancel()) == "next"
    assert ended.is_set()


def test_a_loop_that_closed_meanwhile_is_not_told() -> None:
    begun, go_on = threading.Event(), threading.Event()
    crew = workers.Workers(1, "crew")

    def work() -> None:
        begun.set()
        go_on.wait(10)

    async def leave() -> None:
        asyncio.get_running_loop().create_task(crew.run(work))
        await asyncio.to_thread(begun.wait, 10)

    asyncio.run(leave())
    go_on.set()
    assert asyncio.run(crew.run(lambda: "still here")) == "still here"
