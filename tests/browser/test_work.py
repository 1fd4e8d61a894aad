"""The pages of the work in a real browser: every one, in each way that people look at it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import alliance as alliances
from tests.browser.alliance import Alliance
from tests.browser.conftest import Seen

pytestmark = pytest.mark.browser

Context = Callable[..., BrowserContext]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark and narrow": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
    "arabic": {"locale": "ar"},
    "german and narrow": {"locale": "de", "viewport": {"width": 360, "height": 740}},
}
ASKED = ("light", "dark and narrow", "arabic")
"""Looks in which axe is asked too."""


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    with alliances.served(tmp_path_factory.mktemp("alliance")) as found:
        yield found


def pages_of(found: Alliance) -> dict[str, list[str]]:
    """Every page, by the role that opens it, at Turin."""
    case = f"/matters/{found.case}"
    return {
        "desk_head": [
            "/",
            "/matters",
            "/matters?text=nothing+like+it",
            case,
            f"{case}/things/request",
            f"{case}/things/exhibit",
            f"{case}/identifiers",
            f"{case}/parties",
            f"{case}/attention",
            f"{case}/act/request.filed/1",
            f"{case}/act/request.answered/1?about={found.request}",
            f"{case}/exhibits/{found.exhibit}/receive",
            f"/matters/{found.match}",
            f"/matters/{found.match}/answer",
            f"/matters/{found.report}",
            f"/records/{found.request}",
            f"/import?into={found.case}",
            f"/matches/new?source={found.case}",
            f"/exhibits/new?case={found.case}",
            "/new/case.opened/1",
            "/peers",
        ],
        "operator": ["/peers", "/officers"],
        "oversight": ["/access", "/ledgers", case],
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_sound(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance, look: str
) -> None:
    for role, paths in pages_of(alliance).items():
        person = context(**LOOKS[look])
        address = alliance.sign_in(person, alliance.story.turin, role)
        for path in paths:
            seen = watched_at(person, address + path)
            assert seen.page.locator("h1").count() == 1, path
            seen.check()
            if look in ASKED:
                seen.check_accessible()
            seen.page.close()


def fill_request(page: Page) -> None:
    page.select_option("#f-to", "fr-lyon")
    page.select_option("#f-measure", "search")
    page.fill("#f-basis", "Article 31")
    page.fill("#f-ask", "Search rack 7.")
    page.fill("#f-necessity", "It is there.")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_request_is_filed_with_and_without_scripts(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance, scripts: bool
) -> None:
    person = context(java_script_enabled=scripts)
    address = alliance.sign_in(person, alliance.story.turin, "officer")
    page = watched_at(person, f"{address}/matters/{alliance.case}").page
    page.click("text=File a request")
    page.click("button[value=look]")
    assert page.locator("#mistakes li").count() == 5
    fill_request(page)
    page.click("details.fold summary")
    page.select_option("#f-handling-tlp", "RED")
    page.click("button[value=look]")
    assert "Search rack 7." in page.inner_text("main")
    assert "TLP:RED" in page.inner_text("main")
    page.click("button[value=back]")
    assert page.input_value("#f-ask") == "Search rack 7."
    page.click("button[value=look]")
    page.click("button[value=do]")
    assert page.url.endswith(f"/matters/{alliance.case}")
    assert "Done." in page.inner_text("[role=status] >> nth=0")
    assert "Search rack 7." in page.inner_text("main")
    assert page.locator("text=Refresh").count() == 1


def test_a_request_is_filed_by_keyboard_alone(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    person = context()
    address = alliance.sign_in(person, alliance.story.turin, "officer")
    seen = watched_at(person, f"{address}/matters/{alliance.case}")
    page = seen.page

    def until(wanted: str) -> None:
        """Press Tab until what has the focus fits."""
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"Tab does not lead to {wanted}")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    until('a[href$="/act/request.filed/1"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-to")
    until("#f-to")
    page.keyboard.type("Authority fr")
    until("#f-measure")
    page.keyboard.type("Search")
    for field, text in (("basis", "Article 31"), ("ask", "By keyboard."), ("necessity", "So.")):
        until(f"#f-{field}")
        page.keyboard.type(text)
    until("button[value=look]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recipients")
    until("button[value=do]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".timeline")
    assert "By keyboard." in page.inner_text("main")
    seen.check()


def test_what_the_partner_does_appears_by_itself(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    person = context()
    story = alliance.story
    address = alliance.sign_in(person, story.lyon, "officer")
    case = watched_at(person, f"{address}/matters/{alliance.case}")
    work = watched_at(person, f"{address}/")
    case.page.wait_for_timeout(300)
    asked = {"request": alliance.request, "question": "Which rack is it in?"}
    story.world.act(story.turin, "clarification.asked/1", asked, alliance.case)
    story.world.settle()
    case.page.wait_for_selector("text=Which rack is it in?")
    case.page.wait_for_selector("text=Clarify the request")
    work.page.wait_for_selector("text=Clarify the request")
    for seen in (case, work):
        seen.check()
        seen.check_accessible()


def test_an_exhibit_and_an_import_go_through_the_browser(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    person = context(accept_downloads=True)
    address = alliance.sign_in(person, alliance.story.turin, "officer")
    seen = watched_at(person, f"{address}/exhibits/new?case={alliance.case}")
    page = seen.page
    for field in ("description", "source", "basis"):
        page.fill(f"#f-{field}", f"the {field}")
    page.select_option("#f-method", "seizure")
    file = {"name": "page.html", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"}
    page.set_input_files("#file", file)  # type: ignore[arg-type]  # playwright types it as its own
    page.click("main form button")
    page.wait_for_selector("text=page.html")
    with page.expect_download() as download:
        page.click("text=Download, verified")
    assert download.value.path().read_bytes() == b"<script>alert(1)</script>"
    page.goto(f"{address}/import?into={alliance.case}")
    page.fill("#text", "hxxps://new-lantern[.]example.org/shop and nonsense")
    page.click("main form button")
    seen.check()
    page.click("text=Note them in")
    page.wait_for_selector("#identifiers")
    assert "new-lantern.example.org" in page.inner_text("#identifiers")


def test_the_purpose_is_changed_in_one_click(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    person = context(viewport={"width": 360, "height": 740})
    address = alliance.sign_in(person, alliance.story.turin, "officer")
    seen = watched_at(person, f"{address}/matters/{alliance.case}")
    page = seen.page
    page.click(".purpose > summary")
    seen.check()
    seen.check_accessible()
    page.click(".purpose button[value=prosecution]")
    assert page.inner_text(".purpose > summary").split() == ["Purpose", "Prosecution"]
    assert page.url.endswith(f"/matters/{alliance.case}")
