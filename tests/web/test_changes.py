import asyncio
import threading

from comity.web.changes import Counts


def test_numbers_grow_by_topic_and_never_fall_below_the_start() -> None:
    counts = Counts(100)
    assert counts.number("case") == 100
    counts.changed("case")
    counts.changed("other")
    counts.changed("case")
    assert counts.number("case") == 103
    assert counts.number("other") == 102
    assert counts.number("quiet") == 100


async def _waits(counts: Counts, since: int) -> int | None:
    async with asyncio.timeout(5):
        return await counts.wait("case", since)


def test_a_change_that_came_before_the_waiting_is_told_at_once() -> None:
    counts = Counts(0)
    counts.changed("case")
    assert asyncio.run(_waits(counts, 0)) == 1


def test_a_page_drawn_before_a_restart_is_told_at_once() -> None:
    assert asyncio.run(_waits(Counts(2_000), 1_999)) == 2_000


def test_a_change_from_another_thread_wakes_all_who_wait_for_it() -> None:
    counts = Counts(0)

    async def scene() -> list[int | None]:
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(_waits(counts, 0)) for _ in range(3)]
            await asyncio.sleep(0.05)
            thread = threading.Thread(target=lambda: [counts.changed("x"), counts.changed("case")])
            thread.start()
        thread.join()
        return [task.result() for task in waiting]

    assert asyncio.run(scene()) == [2, 2, 2]
    assert not counts._waiting


def test_closing_sends_everyone_away() -> None:
    counts = Counts(0)

    async def scene() -> int | None:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(_waits(counts, 0))
            await asyncio.sleep(0.05)
            counts.close()
        return waiting.result()

    assert asyncio.run(scene()) is None
    assert asyncio.run(_waits(counts, 0)) is None
