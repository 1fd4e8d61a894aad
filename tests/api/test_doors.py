"""The way of a request through an endpoint: bounded, known, worked, answered."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from comity import errors
from comity.api import answers, calls, doors, routes, workers
from comity.desk import tools
from tests.api import wire
from tests.api.house import House


class Endpoint:
    """One door of Lyon's, whose work a test gives."""

    def __init__(self, house: House, work: Any, **more: Any) -> None:
        self.seen: list[calls.Call] = []
        self.failed: list[errors.ComityError] = []
        hosts = more.pop("hosts", frozenset())
        route = routes.Route(
            **(
                {
                    "method": "POST",
                    "path": "/thing",
                    "name": "do_thing",
                    "action": routes.SIGNED_IN,
                    "title": "A thing",
                    "tag": "things",
                    "work": lambda call: (self.seen.append(call), work(call))[1],
                    "query": {"text": {"type": "string"}},
                }
                | more
            )
        )
        self.door = doors.Door(
            route,
            doors.House(
                tools=house.lyon.tools,
                clock=house.world.now,
                quick=workers.Workers(1, "quick"),
                slow=workers.Workers(1, "slow"),
                hosts=hosts,
                failed=self.failed.append,
            ),
        )
        self._sent = dict(house.program(house.lyon).sent)

    def ask(self, headers: Any = (), **given: Any) -> wire.Heard:
        named = self._sent | dict(headers)
        return wire.ask(self.door, "POST", "/api/v1/thing", headers=named, **given)


def fine(_: calls.Call) -> answers.Answer:
    return answers.json_reply({"thread": threading.current_thread().name})


def test_an_endpoint_sees_who_asks_and_what_was_sent(house: House) -> None:
    asked = Endpoint(house, fine, body=routes.Body(), headers={routes.REPEAT_KEY: "kept"})
    sent = {"content-type": "application/json", "idempotency-key": "k"}
    heard = asked.ask(sent, query=b"text=a", pieces=(b"{", b"}"))
    assert (heard.status, heard.body) == (200, b'{"thread":"quick-1"}')
    (call,) = asked.seen
    assert call.desk.officer == house.lyon.people["officer"]
    assert call.desk.purpose == "investigation"
    assert (call.url, call.body) == ("/api/v1/thing?text=a", b"{}")
    assert call.query == {"text": ("a",)}
    assert call.headers[b"idempotency-key"] == b"k"


def test_what_may_take_long_runs_apart(house: House) -> None:
    assert b"slow-1" in Endpoint(house, fine, slow=True).ask().body


def test_a_key_that_would_not_be_kept_is_refused_and_not_passed_over(house: House) -> None:
    key = {"idempotency-key": "k"}
    asked = Endpoint(house, fine)
    heard = asked.ask(key)
    assert heard.status == 422
    assert b'"idempotency-key"' in heard.body
    assert asked.seen == []
    assert Endpoint(house, fine, headers={routes.REPEAT_KEY: "kept"}).ask(key).status == 200
    assert Endpoint(house, fine, method="GET").ask(key).status == 200


def test_no_work_is_done_for_nobody(house: House) -> None:
    asked = Endpoint(house, fine)
    assert asked.ask({"authorization": "Bearer cmt_token_x"}).status == 401
    assert asked.ask(query=b"other=1").status == 422
    assert asked.seen == []


@pytest.mark.parametrize(
    "body",
    [
        routes.Body(media=answers.BYTES, streamed=True),
        routes.Body(media=answers.BYTES, bytes_max=routes.BODY_BYTES_MAX + 1),
    ],
)
def test_a_large_body_is_not_listened_to_before_its_sender_is_known(
    house: House, body: routes.Body
) -> None:
    asked = Endpoint(house, fine, body=body)
    never: list[bytes] = []
    sent = {"content-type": "application/octet-stream", "authorization": "Bearer cmt_token_x"}
    # An empty list of pieces: whoever asked for one would fail.
    assert asked.ask(sent, pieces=never).status == 401


def test_a_streamed_body_reaches_the_work_piece_by_piece(house: House) -> None:
    def work(call: calls.Call) -> answers.Answer:
        return answers.json_reply([piece.decode() for piece in call.chunks])

    asked = Endpoint(house, work, body=routes.Body(media=answers.BYTES, streamed=True), slow=True)
    heard = asked.ask({"content-type": answers.BYTES}, pieces=(b"a", b"b", b"c"))
    assert heard.body == b'["a","b","c"]'


def test_a_node_answers_to_its_own_names_alone(house: House) -> None:
    named = Endpoint(house, fine, hosts=frozenset({b"node.test"}))
    assert named.ask({"host": "NODE.test"}).status == 200
    for host in ("evil.test", "", "node.test.evil", "node.test:80"):
        heard = named.ask({"host": host})
        assert heard.status == 421
        assert b"wrong-host" in heard.body
    assert len(named.seen) == 1
    assert Endpoint(house, fine).ask({"host": "anything"}).status == 200


def test_an_error_becomes_a_problem_and_the_node_is_told(house: House) -> None:
    def work(_: calls.Call) -> answers.Answer:
        raise errors.Unavailable("storage-failed", "the disk is full", next_step="Make room.")

    asked = Endpoint(house, work)
    heard = asked.ask()
    assert (heard.status, heard.headers[b"retry-after"]) == (503, b"5")
    assert b"storage-failed" in heard.body
    assert [fault.code for fault in asked.failed] == ["storage-failed"]


def test_a_fault_of_ours_is_logged_and_told_without_detail(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_: calls.Call) -> answers.Answer:
        raise KeyError("a secret of the inside")

    asked = Endpoint(house, work)
    with caplog.at_level(logging.ERROR):
        heard = asked.ask()
    assert heard.status == 500
    assert b"secret" not in heard.body
    assert b"Traceback" not in heard.body
    assert "fault in do_thing" in caplog.text
    assert "a secret of the inside" in caplog.text
    assert asked.failed == []


def test_a_stream_that_breaks_at_once_is_a_problem_and_later_breaks_the_connection(
    house: House,
) -> None:
    def pieces(good: int) -> Iterator[bytes]:
        yield from [b"x"] * good
        raise errors.Unverified("exhibit-damaged", "it does not open")

    at_once = Endpoint(house, lambda _: answers.Stream(pieces(0)))
    assert at_once.ask().status == 400
    with pytest.raises(answers.BrokenOff):
        Endpoint(house, lambda _: answers.Stream(pieces(1))).ask()


def test_work_may_wait_for_the_disk(house: House) -> None:
    def work(call: calls.Call) -> workers.Waiting[answers.Answer]:
        future = call.desk.tools.store.append(tools.port.Append())
        return workers.Waiting(future, lambda done: answers.json_reply(done.result().leaves))

    assert Endpoint(house, work).ask().body == b"[]"
