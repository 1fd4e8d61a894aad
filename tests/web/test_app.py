from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from comity import errors
from comity.web import app, page
from tests.web.conftest import NOW
from tests.web.door import Door


def application(client: TestClient) -> FastAPI:
    inner: Any = client.app
    while not isinstance(inner, FastAPI):
        inner = inner._app
    return inner


def all_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every route, those of included routers too."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for one in inner.routes if inner is not None else [route]:
            if isinstance(one, APIRoute):
                yield one


def calls(dependant: Dependant) -> set[object]:
    found: set[object] = {dependant.call}
    for inner in dependant.dependencies:
        found |= calls(inner)
    return found


def test_every_route_takes_a_page_so_that_none_escapes_the_form_check(client: TestClient) -> None:
    routes = list(all_routes(application(client)))
    assert len(routes) > 5
    for route in routes:
        assert page._open in calls(route.dependant), route.path


def test_nothing_is_said_about_the_application_itself(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "settings",
    [{"address": "http://node.example"}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}],
)
def test_settings_that_cannot_work_are_refused_at_once(settings: dict[str, str]) -> None:
    given: dict[str, Any] = {"address": "https://node.example"} | settings
    with pytest.raises(errors.Invalid):
        app.create(Door(), authority_name="A", clock=lambda: NOW, **given)


def test_the_navigation_shows_what_the_role_may_open(
    browser: Callable[..., TestClient], desk_door: Door
) -> None:
    sections = (
        page.Section("/cases", "Cases"),
        page.Section("/peers", "Peers", frozenset({"operator"})),
    )
    client = browser(sections=sections)
    token = desk_door.sign_in(desk_door.link(NOW), NOW).token
    client.cookies.set("comity-8000-session", token)
    drawn = client.get("/").text
    assert 'href="/cases"' in drawn
    assert 'href="/peers"' not in drawn
