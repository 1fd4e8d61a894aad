"""A node's pages, asked through the whole ASGI stack: the frame with a door in memory, and the
pages of the work with real nodes behind them."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from comity.web import app, home, site
from tests.web import door, gallery
from tests.web.pages.story import Story
from tests.world.world import LYON, Member, World

ADDRESS = "http://127.0.0.1:8000"
Visit = Callable[..., TestClient]
NOW = datetime(2026, 3, 5, 13, 5, tzinfo=UTC)


_schemas = itertools.count()


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


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world, its stores in SQLite."""
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either_story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """The same story on each engine: Lyon's store is the one that differs."""
    if request.param == "sqlite":
        made = World(tmp_path)
    else:
        url, schema = request.getfixturevalue("postgres_url"), f"pages_{next(_schemas)}"
        joint = "&" if "?" in url else "?"
        own = f"{url}{joint}options=-csearch_path%3D{schema}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        made = World(tmp_path, lambda authority: own if authority == LYON else "")
    yield Story(made)
    made.close()


@pytest.fixture
def story(world: World) -> Story:
    """Lyon, Turin and Oslo in one directory, and nothing else."""
    return Story(world)


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Makes a browser in which one of a member's people is signed in."""
    sites: dict[str, site.Pages] = {}

    def make(member: Member, role: str = "officer", **settings: Any) -> TestClient:
        if member.authority not in sites:
            sites[member.authority] = site.create(
                member.tools, clock=member.outbox._clock, address=ADDRESS, **settings
            )
        client = TestClient(sites[member.authority], base_url=ADDRESS, follow_redirects=False)
        if role:
            come_in(client, member, role)
        return client

    yield make
    for one in sites.values():
        one.close()


def come_in(client: TestClient, member: Member, role: str) -> None:
    """Use a link as a person does."""
    code = Story.link(member, role)
    answer = sign_in(client, code)
    assert answer.status_code == 303, answer.text
