import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from comity.web import live
from comity.web.changes import Counts
from tests.web.door import Door


class Listener:
    """An ASGI client of one stream: what was sent to it, and the way to leave."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.left = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent[1:]).decode()


def run(
    counts: Counts,
    script: Callable[[Listener], Any],
    *,
    since: int = 0,
    still: Callable[[], bool] = lambda: True,
    beat: float = 15,
) -> Listener:
    """Open a stream, let `script` happen, and wait until the stream has ended."""

    async def scene() -> Listener:
        listener = Listener()
        stream = live.Stream(counts, "case", since=since, still=still, beat_seconds=beat)
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            group.create_task(stream({"type": "http"}, listener.receive, listener.send))
            await asyncio.sleep(0.05)
            await script(listener)
        return listener

    return asyncio.run(scene())


def test_a_change_is_told_by_number_and_without_content() -> None:
    counts = Counts(5)

    async def script(listener: Listener) -> None:
        counts.changed("other")
        counts.changed("case")
        await asyncio.sleep(0.05)
        listener.left.set()

    listener = run(counts, script, since=5)
    assert listener.text == "retry: 2000\n\nid: 7\nevent: changed\ndata: 7\n\n"
    headers = dict(listener.sent[0]["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-length" not in headers


def test_a_change_between_drawing_and_listening_is_not_lost() -> None:
    counts = Counts(5)
    counts.changed("case")

    async def script(listener: Listener) -> None:
        listener.left.set()

    assert "data: 6" in run(counts, script, since=5).text


def test_a_quiet_stream_beats() -> None:
    async def script(listener: Listener) -> None:
        await asyncio.sleep(0.2)
        listener.left.set()

    assert run(Counts(0), script, beat=0.02).text.count(": beat\n\n") >= 2


def test_a_stream_ends_with_its_session() -> None:
    async def script(listener: Listener) -> None:
        pass

    listener = run(Counts(0), script, still=lambda: False, beat=0.02)
    assert listener.text.endswith("event: ended\ndata: session\n\n")
    assert listener.sent[-1]["more_body"] is False


def test_a_stream_ends_with_the_node() -> None:
    counts = Counts(0)

    async def script(listener: Listener) -> None:
        counts.close()

    assert run(counts, script).sent[-1]["more_body"] is False


def test_a_stream_ends_when_the_browser_leaves_and_nobody_waits_on() -> None:
    counts = Counts(0)

    async def script(listener: Listener) -> None:
        listener.left.set()

    run(counts, script)
    assert not counts._waiting


@pytest.mark.parametrize(
    ("header", "query", "number"),
    [
        (None, b"", 0),
        (None, b"since=12", 12),
        ("40", b"since=12", 40),
        ("x", b"since=12", 12),
        (None, b"since=-1", 0),
        (None, "since=٣".encode(), 0),
        (None, b"since=99999999999999999999999", 0),
    ],
)
def test_a_listener_goes_on_where_it_stopped(header: str | None, query: bytes, number: int) -> None:
    headers = [(b"last-event-id", header.encode())] if header else []
    request = Request({"type": "http", "headers": headers, "query_string": query})
    assert live.since(request) == number


def test_without_scripts_a_fresh_part_is_a_link_away(officer: TestClient, desk_door: Door) -> None:
    page = officer.get("/gallery/live").text
    assert '<a class="ds-link" href="/gallery/live">Refresh</a>' in page
    assert 'role="status"' in page


def test_a_part_that_is_asked_for_after_the_session_sends_the_window_to_sign_in(
    officer: TestClient, desk_door: Door
) -> None:
    desk_door.sessions.clear()
    answer = officer.get("/gallery/part", headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith("/sign-in")
