"""Chromium, and a node's pages on loopback for it to open."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from comity.web import app, home, page
from tests.web import door, gallery

AXE = Path(__file__).parents[2] / "build" / "test-assets" / "axe-core-4.14.1" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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
_LISTEN = """
window.reports = [];
document.addEventListener('securitypolicyviolation', (event) =>
    window.reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# A page that answers 4xx is what some tests ask for; the browser notes it, and that is all.
_EXPECTED = "Failed to load resource: the server responded with a status of 4"


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


@dataclass
class Seen:
    """What a browser complained about while a page was open."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def check(self) -> None:
        """No script error, no breach of the content policy, nothing wider than the window."""
        self.complaints += self.page.evaluate("window.reports ?? []")
        assert not self.complaints, self.page.url
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{self.page.url} is wider than its window"

    def check_accessible(self) -> None:
        """What axe finds, with the places where it finds it."""
        self.page.evaluate(AXE.read_text() + ";0")
        found = self.page.evaluate(
            "(tags) => axe.run(document, {runOnly: tags}).then((all) => all.violations.map("
            "(one) => one.id + ': ' + one.nodes.map((node) => node.target + ' '"
            " + node.failureSummary).join(' | ')))",
            STANDARDS,
        )
        assert not found, "\n".join([self.page.url, *found])


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
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, each a person of its own."""
    made: list[BrowserContext] = []

    def make(**settings: Any) -> BrowserContext:
        new = chromium.new_context(**{"viewport": {"width": 1200, "height": 900}} | settings)
        new.set_default_timeout(10_000)
        made.append(new)
        return new

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

    def open_page(person: BrowserContext, address: str) -> Seen:
        person.add_init_script(_LISTEN)
        opened = person.new_page()
        seen = Seen(opened)
        opened.on("pageerror", lambda error: seen.complaints.append(str(error)))
        opened.on("dialog", lambda dialog: seen.complaints.append(f"dialog {dialog.message}"))
        opened.on(
            "console",
            lambda message: (
                seen.complaints.append(message.text)
                if message.type in ("error", "warning") and not message.text.startswith(_EXPECTED)
                else None
            ),
        )
        opened.goto(address)
        return seen

    return open_page
