"""Every page of the frame, and every piece, in each way that people look at them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Site
from tests.browser.looking import Eyes, Seen

pytestmark = pytest.mark.browser

Context = Callable[..., BrowserContext]
Watched = Callable[[BrowserContext, str], Seen]

Looking = Callable[[Callable[[BrowserContext], object]], Eyes]

STRANGER = ("/sign-in", "/sign-in/a-code-of-a-link", "/signed-out", "/preferences", "/nowhere")
OFFICER = ("/", "/preferences", "/gallery", "/gallery/form", "/gallery/confirm", "/gallery/live")


def test_strangers_see_sound_pages(eyes: Looking, site: Site) -> None:
    everybody = eyes(lambda person: None)
    for path in STRANGER:
        everybody.look(site.address + path)


def test_officers_see_sound_pages(eyes: Looking, site: Site) -> None:
    everybody = eyes(site.sign_in)
    for path in OFFICER:
        everybody.english.goto(site.address + path)
        everybody.look_again()


def test_a_form_with_mistakes_is_sound_and_takes_the_focus(eyes: Looking, site: Site) -> None:
    everybody = eyes(site.sign_in)
    everybody.english.goto(site.address + "/gallery/form")
    page = everybody.english.page
    page.click("main .row > button.ds-button")
    page.wait_for_selector("#mistakes")
    assert page.evaluate("document.activeElement.id") == "mistakes"
    everybody.look_again()
    page.click("#mistakes li:nth-child(2) a")
    assert page.evaluate("location.hash") == "#f-measure"


def test_arabic_puts_every_box_before_its_label_and_the_mark_at_the_right(
    context: Context, watched: Watched, site: Site
) -> None:
    """axe does not see a page that is mirrored only half."""
    person = context(locale="ar")
    site.sign_in(person)
    page = watched(person, "/gallery/form").page
    pairs = page.evaluate(
        "[...document.querySelectorAll('main input[type=checkbox]')].map((box) => ["
        "box.getBoundingClientRect().left, box.labels[0].getBoundingClientRect().right])"
    )
    assert pairs
    assert all(box >= label for box, label in pairs)
    brand = page.locator(".top__brand").bounding_box()
    leave = page.locator(".top__officer button").bounding_box()
    assert brand is not None
    assert leave is not None
    assert brand["x"] > leave["x"]


def test_the_keyboard_reaches_the_content_first(
    context: Context, watched: Watched, site: Site
) -> None:
    person = context()
    site.sign_in(person)
    page = watched(person, "/gallery").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0, "the skip link shows when it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_has_the_focus_is_seen(context: Context, watched: Watched, site: Site) -> None:
    person = context()
    site.sign_in(person)
    page = watched(person, "/gallery").page
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => {const s = getComputedStyle(document.activeElement);"
            "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2"
            " || s.boxShadow !== 'none'})()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_paper_shows_the_page_without_its_frame(
    context: Context, watched: Watched, site: Site
) -> None:
    person = context(color_scheme="dark")
    site.sign_in(person)
    page = watched(person, "/gallery").page
    page.emulate_media(media="print")
    for hidden in (".sections", ".foot", ".top__officer", ".tabs", "main .ds-button"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("h1").is_visible()
    assert page.locator(".hash__all").first.is_visible(), "digests are whole on paper"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
