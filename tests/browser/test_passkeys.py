"""Passkeys in a real browser, with a virtual authenticator: in, present, and a second yes."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from comity.desk import people
from tests.browser.alliance import Alliance
from tests.browser.looking import Tables

People = Callable[..., BrowserContext]
_NUMBERS = itertools.count(1)
pytestmark = pytest.mark.browser


def with_key(page: Page) -> None:
    """Plug a security key into this page's browser; its holder always answers."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sound(page: Page, tables: Tables) -> None:
    """What axe and the window say of a page, light, and dark and narrow."""
    html = page.content()
    tables.light.check(html, page.url)
    tables.dark.check(html, page.url)


@pytest.fixture
def desk_head(people: People, alliance: Alliance) -> Iterator[Page]:
    yield from _with_passkey(people, alliance, "desk_head")


@pytest.fixture
def operator(people: People, alliance: Alliance) -> Iterator[Page]:
    yield from _with_passkey(people, alliance, "operator")


def _with_passkey(people: People, alliance: Alliance, role: str) -> Iterator[Page]:
    """Someone at Oslo's node who came in by a link and added a passkey."""
    person = people()
    address = alliance.sign_in(person, alliance.story.oslo, role)
    page = person.new_page()
    with_key(page)
    page.goto(f"{address}/account")
    label = f"Key {next(_NUMBERS)}"
    page.get_by_label("Name").fill(label)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_role("rowheader", name=label)).to_be_visible()
    yield page
    person.close()


def test_a_passkey_lets_its_holder_in(desk_head: Page, tables: Tables) -> None:
    page = desk_head
    sound(page, tables)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("signed out")
    page.goto(page.url.replace("/signed-out", "/sign-in"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Sign out")).to_be_visible()
    page.goto(page.url.rstrip("/") + "/account")
    expect(page.get_by_role("cell", name="passkey")).to_be_visible()


def test_presence_is_shown_anew(desk_head: Page) -> None:
    page = desk_head
    root = page.url.replace("/account", "")
    page.goto(f"{root}/confirm?next=/account")
    before = page.context.cookies()
    page.get_by_role("button", name="Confirm with your passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How you come in")
    assert page.context.cookies() != before


def test_two_persons_add_a_third(
    operator: Page, desk_head: Page, alliance: Alliance, tables: Tables
) -> None:
    root = operator.url.replace("/account", "")
    operator.goto(f"{root}/officers")
    operator.get_by_label("Name").fill("Noor of Oslo")
    operator.get_by_label("Role").select_option("officer")
    operator.get_by_role("button", name="Add").click()
    expect(operator.get_by_text("It is proposed.")).to_be_visible()
    sound(operator, tables)
    digest = operator.url.rpartition("/")[2]

    desk_head.goto(f"{root}/proposals")
    desk_head.get_by_role("link", name="Add an officer").first.click()
    assert desk_head.url.endswith(digest)
    expect(desk_head.get_by_text("Noor of Oslo")).to_be_visible()
    sound(desk_head, tables)
    desk_head.get_by_role("button", name="Approve it with your passkey").click()
    expect(desk_head.get_by_text("You approved it, and it is done.")).to_be_visible()
    assert people.find_officer(alliance.story.oslo.tools, "Noor of Oslo").role == "officer"


def test_a_browser_without_a_key_is_told_what_to_do(people: People, alliance: Alliance) -> None:
    person = people()
    page = person.new_page()
    address = alliance.addresses[alliance.story.oslo.authority]
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new Error())")
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Your browser gave no passkey.")).to_be_visible()
    person.close()
