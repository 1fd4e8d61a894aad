"""Coming in with a real browser: cookies, links from elsewhere, and without any script."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.conftest import Site
from tests.browser.looking import Seen
from tests.web import door, gallery

pytestmark = pytest.mark.browser

Context = Callable[..., BrowserContext]
Watched = Callable[[BrowserContext, str], Seen]

POLYGLOTS = (
    '"><img src=x onerror=alert(1)><script>alert(2)</script>',
    "'-alert(3)-'</title><svg/onload=alert(4)>",
    "javascript:/*--></title></style></textarea><a href=javascript:alert(5)>",
    "{{ 7 * 7 }}${7*7}<%= 7 %>",
)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # Chromium keeps its own time


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_comes_in_works_and_leaves(
    context: Context, watched: Watched, site: Site, scripts: bool
) -> None:
    person = context(java_script_enabled=scripts)
    page = watched(person, f"/sign-in/{site.door.link(now())}").page
    page.click("main button")
    assert page.inner_text("h1") == "My work"
    page.click("footer a[href='/preferences']")
    page.select_option("#language", "de")
    page.check("#scheme-dark")
    page.click("main form > button")
    assert page.get_attribute("html", "lang") == "de"
    assert page.get_attribute("html", "data-color-scheme") == "dark"
    assert page.locator("[role=status]").count() == 1
    page.goto(site.address + "/gallery/form")
    page.fill("#f-exhibits-0-title", "disk")
    page.click("button[name=more]")
    assert page.input_value("#f-exhibits-0-title") == "disk"
    assert page.locator("#f-exhibits-1-title").count() == 1
    page.click(".top__officer button")
    assert page.url.endswith("/signed-out")
    page.goto(site.address + "/gallery")
    assert "/sign-in" in page.url


def test_a_link_in_a_mail_keeps_the_session_although_the_cookie_is_strict(
    context: Context, watched: Watched, site: Site
) -> None:
    person = context()
    site.sign_in(person)
    elsewhere = person.new_page()
    elsewhere.goto(f"data:text/html,<a href='{site.address}/gallery?a=1'>case</a>")
    elsewhere.click("a")
    elsewhere.wait_for_selector("text=Operation Lantern")
    assert elsewhere.url == f"{site.address}/gallery?a=1"


def test_a_stranger_with_a_link_in_a_mail_is_asked_to_sign_in(context: Context, site: Site) -> None:
    elsewhere = context().new_page()
    elsewhere.goto(f"data:text/html,<a href='{site.address}/gallery'>case</a>")
    elsewhere.click("a")
    elsewhere.wait_for_selector("#code")
    assert elsewhere.url == f"{site.address}/sign-in?next=%2Fgallery"


def test_a_form_on_another_site_changes_nothing(context: Context, site: Site) -> None:
    person = context()
    site.sign_in(person)
    before = dict(site.door.sessions)
    elsewhere = person.new_page()
    form = f"<form method=post action='{site.address}/sign-out'><button>x</button></form>"
    elsewhere.goto(f"data:text/html,{form}")
    elsewhere.click("button")
    elsewhere.wait_for_selector("text=another site")
    assert site.door.sessions == before


def test_pages_cannot_be_framed(context: Context, site: Site) -> None:
    elsewhere = context().new_page()
    elsewhere.set_content(f"<iframe src='{site.address}/sign-in'></iframe>")
    elsewhere.wait_for_timeout(300)
    framed = elsewhere.frames[1]
    assert framed.locator("#code").count() == 0


def test_no_text_becomes_part_of_a_page(context: Context, watched: Watched, site: Site) -> None:
    person = context()
    seen = watched(person, "/sign-in")
    page = seen.page
    for text in POLYGLOTS:
        site.sign_in(person, replace(door.VIEWER, name=text, authority_name=text, role=text))
        seen.goto(site.address + "/gallery/form")
        assert page.inner_text(".top__name bdi") == text
        for name in ("title", "seen_at@zone", "grounds", "accounts", "basis.instrument", "copies"):
            page.evaluate(
                "([name, value]) => {const field = document.getElementsByName(name)[0];"
                "if (field.options) field.options[0].value = value; else field.value = value}",
                [name, text],
            )
        page.click("main .row > button.ds-button")
        page.wait_for_selector("#mistakes")
        assert page.input_value("#f-title") == text
        assert page.input_value("#f-grounds") == text
        seen.check()


def test_a_live_part_follows_changes_and_breaks_no_policy(
    context: Context, watched: Watched, site: Site
) -> None:
    person = context()
    site.sign_in(person)
    seen = watched(person, "/gallery/live")
    page = seen.page
    for _ in range(2):
        before = page.inner_text("#seen")
        page.wait_for_timeout(1_100)
        gallery.CHANGES.changed("gallery")
        page.wait_for_function(
            "(before) => document.querySelector('#seen').innerText !== before", arg=before
        )
        assert page.inner_text("#seen") == str(gallery.CHANGES.number("gallery"))
    seen.check()
    seen.check_accessible()


def test_a_part_is_live_though_a_script_comes_late(
    context: Context, watched: Watched, site: Site
) -> None:
    person = context()
    site.sign_in(person)

    def late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    person.route("**/hx-sse.min.js", late)
    page = watched(person, "/gallery/live").page
    before = page.inner_text("#seen")
    gallery.CHANGES.changed("gallery")
    page.wait_for_function(
        "(before) => document.querySelector('#seen').innerText !== before", arg=before
    )
