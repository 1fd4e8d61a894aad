"""Two ways of using a page: with a pointer, and with a keyboard alone."""

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Download, Page

TABS_MAX = 120
# How often Tab is pressed at the least from what has the focus to what is wanted.
_FAR = """
(wanted) => {
  const stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((one) => one.checkVisibility());
  return stops.indexOf(document.querySelector(wanted)) - stops.indexOf(document.activeElement);
}
"""


class Hands(Protocol):
    """What a person does on a page. Places are CSS selectors; each names one thing."""

    page: Page

    def press(self, place: str) -> None:
        """Press a button or follow a link, and wait for the page that it leads to."""

    def write(self, place: str, text: str) -> None:
        """Write into a field."""

    def choose(self, place: str, value: str) -> None:
        """Choose from a list."""

    def attach(self, place: str, file: Path) -> None:
        """Choose a file."""

    def save(self, place: str) -> Download:
        """Press what gives a file, and take it."""


class Pointer:
    """A mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, place: str) -> None:
        self.page.click(place)

    def write(self, place: str, text: str) -> None:
        self.page.fill(place, text)

    def choose(self, place: str, value: str) -> None:
        self.page.select_option(place, value)

    def attach(self, place: str, file: Path) -> None:
        self.page.set_input_files(place, file)

    def save(self, place: str) -> Download:
        with self.page.expect_download() as download:
            self.page.click(place)
        return download.value


class Keyboard:
    """Keys alone: Tab until what is wanted has the focus, then type."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # Playwright does not wait until the browser heeds this; asked for only when a key is
        # about to be pressed, it may come too late.
        page.on("filechooser", lambda _: None)

    def press(self, place: str) -> None:
        self._reach(place)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, place: str, text: str) -> None:
        self._reach(place)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, place: str, value: str) -> None:
        self._reach(place)
        for _ in range(40):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} under {place}")

    def attach(self, place: str, file: Path) -> None:
        self._reach(place)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files(file)

    def save(self, place: str) -> Download:
        self._reach(place)
        with self.page.expect_download() as download:
            self.page.keyboard.press("Enter")
        return download.value

    def _reach(self, place: str) -> None:
        for _ in range(self.page.evaluate(_FAR, place) - 1):
            self.page.keyboard.press("Tab")
        for _ in range(TABS_MAX):
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", place):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {place}")
