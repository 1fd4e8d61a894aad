"""Chromium, a node's pages on loopback for it to open, and everybody who looks at them."""

import functools
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

from comity.records.ids import AuthorityId
from comity.web import app, home, page
from tests.browser import alliance as alliances
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
# Texts of the page itself in which an English word follows another: names and texts of people are
# isolated, codes and addresses are marked as such.
_ENGLISH = r"""
(() => {
  const skipped = 'bdi, code, pre, .prose, [lang=en], option, textarea, script, style, .top__name';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.data.replace(/\u2068[^\u2069]*\u2069/g, '');
    if (/[A-Za-z]{2,} [a-z]{2,}/.test(text) && !walk.currentNode.parentElement.closest(skipped))
      found.push(text.trim());
  }
  return found;
})()
"""
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


# What can differ between light and dark, wide and narrow, and between languages; the rest of what
# axe looks at is in the page itself, and is asked once.
APPEARANCE = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
LANGUAGE = ["html-has-lang", "html-lang-valid", "valid-lang", "target-size", "label", "link-name"]
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


@dataclass
class Seen:
    """One window, and what the browser complained about in it."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def goto(self, address: str) -> None:
        """Open another page in it."""
        self.page.goto(address)

    def check(self) -> None:
        """No script error, no breach of the content policy, nothing wider than the window."""
        self.complaints += self.page.evaluate("window.reports ?? []")
        assert not self.complaints, self.page.url
        assert self.page.locator("h1").count() == 1, self.page.url
        self.check_width()

    def check_width(self) -> None:
        """Nothing is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{self.page.url} is wider than its window"

    def check_accessible(self, rules: list[str] | None = None) -> None:
        """What axe finds, with the places where it finds it; `rules` narrow what it looks at."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text() + ";0")
        wanted = {"type": "rule", "values": rules} if rules else STANDARDS
        found = self.page.evaluate(
            "(wanted) => axe.run(document, {runOnly: wanted, resultTypes: ['violations']})"
            ".then((all) => all.violations.map("
            "(one) => one.id + ': ' + one.nodes.map((node) => node.target + ' '"
            " + node.failureSummary).join(' | ')))",
            wanted,
        )
        assert not found, "\n".join([self.page.url, *found])

    def check_translated(self) -> None:
        """No sentence of the page itself is left in English; what people wrote may be."""
        assert not self.page.evaluate(_ENGLISH), self.page.url


@dataclass
class Eyes:
    """Everybody who looks at a page: in light and dark, on a telephone, in Arabic, in German."""

    english: Seen
    arabic: Seen
    german: Seen

    @property
    def windows(self) -> tuple[Seen, Seen, Seen]:
        """All three."""
        return self.english, self.arabic, self.german

    def look(self, address: str) -> None:
        """Open a page, and look at it in every way."""
        for one in self.windows:
            one.goto(address)
        self.look_again()

    def look_again(self) -> None:
        """Look at what is open in all three windows; those in Arabic and German are narrow."""
        page = self.english.page
        self.english.check()
        self.english.check_accessible()
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # playwright's own type
        self.english.check_width()
        self.english.check_accessible(APPEARANCE)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # playwright's own type
        page.emulate_media(color_scheme="light")
        self.arabic.check()
        assert self.arabic.page.get_attribute("html", "dir") == "rtl"
        self.arabic.check_translated()
        self.arabic.check_accessible(LANGUAGE)
        self.german.check()


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
    return _opened


@pytest.fixture
def eyes(
    context: Callable[..., BrowserContext],
) -> Callable[[Callable[[BrowserContext], object]], Eyes]:
    """Makes everybody who looks, for one test; what is given signs each of them in."""
    return lambda sign_in: _eyes(context, sign_in)


@pytest.fixture(scope="session")
def staff(
    people: Callable[..., BrowserContext], alliance: alliances.Alliance
) -> Callable[[AuthorityId, str], Eyes]:
    """Everybody who looks, signed in at a member's node in a role; the same for all tests."""

    @functools.cache
    def of(authority: AuthorityId, role: str) -> Eyes:
        member = alliance.story.world.members[authority]
        return _eyes(people, lambda person: alliance.sign_in(person, member, role))

    return of


def _eyes(
    people: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext], object]
) -> Eyes:
    looks: list[dict[str, Any]] = [
        {"color_scheme": "light"},
        {"locale": "ar", "viewport": NARROW},
        {"locale": "de", "viewport": NARROW},
    ]
    windows = []
    for look in looks:
        person = people(**look)
        sign_in(person)
        windows.append(_opened(person, "about:blank"))
    return Eyes(*windows)


def _opened(person: BrowserContext, address: str) -> Seen:
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
