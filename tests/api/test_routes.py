"""What an endpoint declares, and the answers that all of them give alike."""

from typing import Any

import pytest

from comity.api import answers, calls, routes
from comity.desk import performing
from comity.matters import subjects
from comity.node import policy_texts
from comity.policy import engine
from comity.records.ids import MatterId, RecordId
from tests.api.house import NOWHERE
from tests.world.world import refused


@pytest.fixture(scope="module")
def policy() -> engine.Engine:
    return engine.Engine(policy_texts(), subjects.REGISTRY)


def route(**values: Any) -> routes.Route:
    given = {
        "method": "GET",
        "path": "/thing",
        "name": "read_thing",
        "action": "read.matter",
        "title": "A thing",
        "tag": "things",
        "work": lambda call: answers.Reply(200),
    }
    return routes.Route(**(given | values))


def test_routes_with_known_actions_and_different_places_are_good(policy: engine.Engine) -> None:
    routes.check(
        [
            route(),
            route(method="POST", name="do_thing", action="act:case.opened/1"),
            route(path="/other", name="read_other", action=routes.SIGNED_IN),
        ],
        policy,
    )


def test_a_route_that_asks_policy_for_nothing_it_knows_stops_the_start(
    policy: engine.Engine,
) -> None:
    for action in ("read.matters", "", "act:case.opened/2"):
        refused(
            "action-unknown", lambda action=action: routes.check([route(action=action)], policy)
        )


def test_no_two_routes_are_the_same(policy: engine.Engine) -> None:
    for other in (route(name="other"), route(path="/other")):
        refused("route-twice", lambda other=other: routes.check([route(), other], policy))


def call(**headers: str) -> calls.Call:
    sent = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return calls.Call(desk=None, url="/", headers=sent)  # type: ignore[arg-type]  # no desk needed


def tag_of(answer: answers.Reply) -> str:
    return dict(answer.headers)[b"etag"].decode()


def test_the_same_value_has_the_same_tag_and_another_has_another() -> None:
    first, again = (routes.unless_known(call(), {"a": 1}) for _ in range(2))
    assert tag_of(first) == tag_of(again)
    assert tag_of(first) != tag_of(routes.unless_known(call(), {"a": 2}))
    assert tag_of(first)[0] == tag_of(first)[-1] == '"'


@pytest.mark.parametrize("named", ["{}", '"other", {}', "W/{}", '"a",W/{},"b"', "*"])
def test_who_knows_the_answer_is_not_sent_it_again(named: str) -> None:
    tag = tag_of(routes.unless_known(call(), {"a": 1}))
    answer = routes.unless_known(call(if_none_match=named.format(tag)), {"a": 1}, (b"link", b"x"))
    assert (answer.status, answer.body) == (304, b"")
    assert dict(answer.headers) == {b"etag": tag.encode(), b"link": b"x"}


@pytest.mark.parametrize("named", ["", '"other"', "other", '""', "W/", '"{}'])
def test_who_knows_another_answer_is_sent_this_one(named: str) -> None:
    tag = tag_of(routes.unless_known(call(), {"a": 1}))
    sent = call(if_none_match=named.format(tag.strip('"')))
    answer = routes.unless_known(sent, {"a": 1})
    assert (answer.status, answer.body) == (200, b'{"a":1}')


def test_the_link_to_the_next_page_keeps_what_was_asked_and_cannot_break_out() -> None:
    query = {"text": ('a>; rel="x"\u00e9',), "type": ("case", "report"), "cursor": ("old",)}
    name, value = routes.following("/api/v1/matters", query, "new")
    assert name == b"link"
    assert value == (
        b"</api/v1/matters?text=a%3E%3B+rel%3D%22x%22%C3%A9&type=case&type=report&cursor=new>"
        b'; rel="next"'
    )


def test_an_act_that_is_durable_is_answered_with_where_it_is() -> None:
    done = performing.Done(RecordId("1" * 64), MatterId(NOWHERE), 7)
    answer = routes.done_reply(done)
    assert answer.status == 201
    assert answer.body == b'{"record":"%s","matter":"%s","leaf":7}' % (b"1" * 64, b"0" * 64)
    assert dict(answer.headers) == {
        b"location": b"/api/v1/records/" + b"1" * 64,
        b"etag": b'"' + b"1" * 64 + b'"',
    }
