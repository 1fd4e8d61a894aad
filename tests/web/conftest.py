"""A node's pages with a door in memory, asked through the whole ASGI stack."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from comity.web import app, home
from tests.web import door, gallery

ADDRESS = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 5, 13, 5, tzinfo=UTC)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk_door() -> door.Door:
    return door.Door()


@pytest.fixture
def browser(desk_door: door.Door, clock: Clock) -> Callable[..., TestClient]:
    """Makes a client that keeps cookies; `address` and everything `app.create` takes may differ."""

    def make(address: str = ADDRESS, **settings: Any) -> TestClient:
        pages = app.create(
            desk_door,
            address=address,
            authority_name="National High Tech Crime Unit",
            clock=clock,
            time_zone="Europe/Amsterdam",
            **{"routers": (home.router, gallery.router)} | settings,
        )
        return TestClient(
            pages, base_url=address, follow_redirects=False, raise_server_exceptions=False
        )

    return make


@pytest.fixture
def client(browser: Callable[..., TestClient]) -> TestClient:
    """Somebody who is not signed in."""
    return browser()


@pytest.fixture
def officer(client: TestClient, desk_door: door.Door) -> TestClient:
    """An officer who signed in with a link."""
    sign_in(client, desk_door.link(NOW))
    return client


def form_token(client: TestClient, path: str = "/sign-in") -> str:
    """The token of the forms on a page."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return page.text.partition('name="form_token" value="')[2].partition('"')[0]


def sign_in(client: TestClient, code: str, **entries: str) -> Any:
    """Use a link as a person does: open the page, press the button."""
    token = form_token(client, f"/sign-in/{code}")
    return client.post("/sign-in", data={"form_token": token, "code": code, **entries})
