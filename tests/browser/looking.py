"""Everybody who looks at a page, and what they find."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

AXE = Path(__file__).parents[2] / "build" / "test-assets" / "axe-core-4.14.1" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between light and dark, wide and narrow; the rest of what axe looks at is in the
# page itself, and is asked once.
APPEARANCE = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 360, "height": 740}
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


# Lays the document of another window out in this one.
_PUT = """
(html) => {
  const other = new DOMParser().parseFromString(html, 'text/html');
  for (const one of other.documentElement.attributes)
    document.documentElement.setAttribute(one.name, one.value);
  document.title = other.title;
  document.body.replaceWith(other.body);
}
"""
_AXE = """
(wanted) => axe.run(document, {runOnly: wanted, resultTypes: ['violations']}).then((all) =>
  all.violations.map((one) => one.id + ': ' +
    one.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')))
"""


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
        check_width(self.page, self.page.url)

    def check_accessible(self) -> None:
        """What axe finds, with the places where it finds it."""
        self.page.evaluate(AXE.read_text() + ";0")
        check_accessible(self.page, self.page.url)


@dataclass
class Table:
    """A window in which axe is loaded once: pages are laid out in it as they stand elsewhere.

    That is several times faster than to load axe into each page. Its content policy is off: what
    the policy says is heard in windows that open the page themselves.
    """

    page: Page
    style_sheets: str
    """The address of a page that has them all."""
    rules: list[str] | None = None
    """What axe looks at; everything if None."""

    def lay(self, html: str, named: str) -> None:
        """Lay a page out; nothing of it is wider than this window."""
        if not self.page.evaluate("'axe' in window"):
            self.page.goto(self.style_sheets)
            self.page.evaluate(AXE.read_text() + ";0")
        self.page.evaluate(_PUT, html)
        check_width(self.page, named)

    def check(self, html: str, named: str) -> None:
        """Lay a page out, and ask axe."""
        self.lay(html, named)
        check_accessible(self.page, named, self.rules)


@dataclass
class Tables:
    """One for each way in which axe looks."""

    light: Table
    dark: Table
    """Narrow too."""
    narrow: Table
    """For other languages."""


@dataclass
class Eyes:
    """Everybody who looks at a page: in light and dark, on a telephone, in Arabic, in German."""

    tables: Tables
    english: Seen
    arabic: BrowserContext
    german: BrowserContext

    def look(self, address: str) -> None:
        """Look at a page in every way: open it in English, and fetch it in other languages."""
        self.english.goto(address)
        self.look_again(*(one.request.get(address).text() for one in (self.arabic, self.german)))

    def look_again(self, arabic: str = "", german: str = "") -> None:
        """Look at what is open in English, and at the same page in other languages."""
        named = self.english.page.url
        self.english.check()
        html = self.english.page.content()
        self.tables.light.check(html, named)
        self.tables.dark.check(html, named)
        if arabic:
            assert 'dir="rtl"' in arabic.partition("<head>")[0], named
            self.tables.narrow.check(arabic, named)
            left = self.tables.narrow.page.evaluate(_ENGLISH)
            assert not left, f"{named} is not translated: {left}"
        if german:
            self.tables.narrow.lay(german, named)

    def others(self) -> list[Seen]:
        """Windows in the other languages, for what is more than to fetch a page."""
        return [opened(one, "about:blank") for one in (self.arabic, self.german)]


def check_width(page: Page, named: str) -> None:
    """Nothing is wider than the window."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0, f"{named} is wider than its window"


def check_accessible(page: Page, named: str, rules: list[str] | None = None) -> None:
    """What axe, which is in the page already, finds."""
    wanted = {"type": "rule", "values": rules} if rules else STANDARDS
    found = page.evaluate(_AXE, wanted)
    assert not found, "\n".join([named, *found])


def eyes(
    people: Callable[..., BrowserContext],
    tables: Tables,
    sign_in: Callable[[BrowserContext], object],
) -> Eyes:
    """Everybody, each a person of its own; `sign_in` gives each a session, or nothing."""
    english, arabic, german = (
        people(color_scheme="light"),
        people(locale="ar", viewport=NARROW, extra_http_headers={"accept-language": "ar"}),
        people(locale="de", viewport=NARROW, extra_http_headers={"accept-language": "de"}),
    )
    for person in (english, arabic, german):
        sign_in(person)
    return Eyes(tables, opened(english, "about:blank"), arabic, german)


def opened(person: BrowserContext, address: str) -> Seen:
    """A page at an address; what the browser complains about is noted."""
    person.add_init_script(_LISTEN)
    page = person.new_page()
    seen = Seen(page)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: seen.complaints.append(f"dialog {dialog.message}"))
    page.on(
        "console",
        lambda message: (
            seen.complaints.append(message.text)
            if message.type in ("error", "warning") and not message.text.startswith(_EXPECTED)
            else None
        ),
    )
    page.goto(address)
    return seen
