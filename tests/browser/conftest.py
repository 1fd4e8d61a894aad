"""Chromium, a node's pages on loopback for it to open, and everybody who looks at them."""

import functools
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from comity.records.ids import AuthorityId
from comity.web import app, home, page
from tests.browser import alliance as alliances
from tests.browser import looking
from tests.browser.looking import NARROW, WIDE, Eyes, Seen, Table, Tables
from tests.web import door, gallery

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """A node's pages that are being served, and its door."""

    address: str
    door: door.Door

    def sign_in(self, context: BrowserContext, viewer: Any = door.VIEWER) -> None:
        """Give a browser a session."""
        now = datetime.now(UTC)  # noqa: TID251  # Chromium keeps its own time
        token = self.door.sign_in(self.door.link(now, viewer), now).token
        name = f"comity-{self.address.rpartition(':')[2]}-session"
        context.add_cookies(
            [{"name": name, "value": token, "url": self.address, "sameSite": "Strict"}]
        )


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The pages, served until the last test is done."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    desk_door = door.Door()
    pages = app.create(
        desk_door,
        address=address,
        authority_name="National High Tech Crime Unit",
        clock=lambda: datetime.now(UTC),  # noqa: TID251  # Chromium keeps its own time
        time_zone="Europe/Amsterdam",
        routers=(home.router, gallery.router),
        sections=(page.Section("/gallery", "Gallery"), page.Section("/cases", "Cases")),
    )
    server = uvicorn.Server(uvicorn.Config(pages, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Site(address, desk_door)
    gallery.CHANGES.close()
    server.should_exit = True
    thread.join(timeout=timedelta(seconds=10).total_seconds())
    listener.close()
    assert not thread.is_alive(), "an open stream kept the server from stopping"


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[alliances.Alliance]:
    """The joint case of Lyon and Turin, for all tests."""
    with alliances.served(tmp_path_factory.mktemp("alliance")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def people(chromium: Browser) -> Callable[..., BrowserContext]:
    """Makes browser contexts, each a person of its own."""

    def make(**settings: Any) -> BrowserContext:
        new = chromium.new_context(**{"viewport": WIDE} | settings)
        new.set_default_timeout(20_000)
        return new

    return make


@pytest.fixture(scope="session")
def tables(people: Callable[..., BrowserContext], alliance: alliances.Alliance) -> Tables:
    """Where axe looks at pages; signed in, for the style sheets that only officers get."""

    def table(rules: list[str] | None, **settings: Any) -> Table:
        person = people(bypass_csp=True, **settings)
        address = alliance.sign_in(person, alliance.story.turin, "officer")
        return Table(person.new_page(), address, rules)

    return Tables(
        light=table(None),
        dark=table(looking.APPEARANCE, color_scheme="dark", viewport=NARROW),
        narrow=table(None, viewport=NARROW),
    )


@pytest.fixture
def context(people: Callable[..., BrowserContext]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes people for one test."""
    made: list[BrowserContext] = []

    def make(**settings: Any) -> BrowserContext:
        made.append(people(**settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def watched(
    site: Site, watched_at: Callable[[BrowserContext, str], Seen]
) -> Callable[[BrowserContext, str], Seen]:
    """Opens a page of the frame and notes what the browser complains about."""
    return lambda person, path: watched_at(person, site.address + path)


@pytest.fixture
def watched_at() -> Callable[[BrowserContext, str], Seen]:
    """Opens a page at an address and notes what the browser complains about."""
    return looking.opened


@pytest.fixture
def eyes(
    context: Callable[..., BrowserContext], tables: Tables
) -> Callable[[Callable[[BrowserContext], object]], Eyes]:
    """Makes everybody who looks, for one test; what is given signs each of them in."""
    return lambda sign_in: looking.eyes(context, tables, sign_in)


@pytest.fixture(scope="session")
def staff(
    people: Callable[..., BrowserContext], alliance: alliances.Alliance, tables: Tables
) -> Callable[[AuthorityId, str], Eyes]:
    """Everybody who looks, signed in at a member's node in a role; the same for all tests."""

    @functools.cache
    def of(authority: AuthorityId, role: str) -> Eyes:
        member = alliance.story.world.members[authority]
        return looking.eyes(people, tables, lambda person: alliance.sign_in(person, member, role))

    return of
