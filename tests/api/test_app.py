"""The whole of it: what is served where, and what is said of anything else."""

import asyncio
import dataclasses
from typing import Any

import pytest

from comity.api import app, routes
from comity.matters import subjects
from tests.api import wire
from tests.api.house import ADDRESS, House, problem
from tests.world.world import refused

DECLARED = app.declared(subjects.REGISTRY, base_url=ADDRESS, page_rows=50)


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/matters/", "//matters", "/acts/x.said/1"])
def test_nothing_is_at_any_other_path(house: House, path: str) -> None:
    for program in (house.program(house.lyon), house.program(house.lyon, "operator")):
        problem(program.get(path), 404, "path-unknown")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/matters", "GET"),
        ("DELETE", "/matters/x", "GET"),
        ("GET", "/acts/case.opened/1", "POST"),
        ("PUT", "/officers", "GET, POST"),
        ("HEAD", "/me", "GET"),
        ("OPTIONS", "/imports", "POST"),
    ],
)
def test_another_method_is_told_which_there_are(
    house: House, method: str, path: str, allowed: str
) -> None:
    answer = house.program(house.lyon).ask(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        problem(answer, 405, "method-not-allowed")


def test_every_declared_endpoint_is_served(house: House) -> None:
    client = house.client(house.lyon)
    for route in DECLARED:
        path = routes.PREFIX + route.path.replace(":path", "").replace("{", "").replace("}", "")
        media = {} if route.body is None else {"content-type": route.body.media}
        answer = client.request(route.method, path, headers=media)
        assert answer.status_code == 401, (route.method, path, answer.text)


def test_the_description_is_served_to_programs_that_have_no_token_yet(house: House) -> None:
    answer = house.client(house.lyon).get(app.DESCRIPTION)
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1.")
    assert str(house.lyon.node.settings.data) not in answer.text
    assert house.lyon.authority not in answer.text


def test_a_node_is_not_served_whose_routes_ask_policy_for_what_it_does_not_know(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [DECLARED[0], dataclasses.replace(DECLARED[1], action="read.everything")]
    monkeypatch.setattr(app, "declared", lambda registry, **_: wrong)
    refused(
        "action-unknown",
        lambda: app.create(house.lyon.tools, clock=house.world.now, base_url=ADDRESS),
    )


def test_a_node_with_names_answers_to_no_other(house: House) -> None:
    made = app.create(
        house.lyon.tools,
        clock=house.world.now,
        base_url=ADDRESS,
        hosts=frozenset({"Node.Test"}),
    )
    for host, status in (("node.test", 401), ("evil.test", 421)):
        for path in ("/api/v1/me", "/api/v1/matters/x"):
            assert wire.ask(made, "GET", path, headers={"host": host}).status == status


def test_what_is_no_request_is_passed_over(house: House) -> None:
    made = house.client(house.lyon).app
    sent: list[Any] = []

    async def nothing() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(made({"type": "websocket", "path": "/api/v1/me", "headers": []}, nothing, send))
    assert sent == []
