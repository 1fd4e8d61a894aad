"""What goes wrong, in a real browser: said in the reader's language, with the next step."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from comity.desk import sessions
from comity.records.ids import AuthorityId
from tests.browser.alliance import Alliance
from tests.browser.looking import Eyes
from tests.world.world import TURIN

pytestmark = pytest.mark.browser

Looking = Callable[[Callable[[BrowserContext], object]], Eyes]


Staff = Callable[[AuthorityId, str], Eyes]


def test_pages_that_are_not_there_or_not_for_this_role(staff: Staff, alliance: Alliance) -> None:
    everybody, address = staff(TURIN, "officer"), alliance.addresses[TURIN]
    for path, told in (
        ("/nowhere", "Check the address."),
        (f"/matters/{'0' * 64}", "There is no such matter here."),
        (f"/matters/{alliance.case}/export", "This needs a desk head"),
        (f"/matters/{alliance.case}/things/nothing", "There is nothing at this address."),
    ):
        everybody.look(address + path)
        page = everybody.english.page
        assert told in page.inner_text("main").replace("\u2068", "").replace("\u2069", "")
        assert page.locator("main a.ds-button").count() == 1, "no dead end"


def test_an_act_that_no_longer_fits_is_refused_with_what_was_typed_kept(
    staff: Staff, alliance: Alliance
) -> None:
    everybody, address = staff(TURIN, "officer"), alliance.addresses[TURIN]
    others = everybody.others()
    story = alliance.story
    request = story.request(alliance.case, ask="Keep the log of November.")
    story.world.settle()
    for one in (everybody.english, *others):
        one.goto(f"{address}/matters/{alliance.case}/act/request.declined/1?about={request}")
        one.page.select_option("#f-ground", index=1)
        one.page.fill("#f-reason", "Nothing is kept.")
        one.page.click("button[value=look]")
        one.page.wait_for_selector(".recipients")
    declined = {"request": request, "ground": "other", "reason": "Not here."}
    story.world.act(story.turin, "request.declined/1", declined, alliance.case)
    for one in (everybody.english, *others):
        one.page.click("button[value=do]")
        one.page.wait_for_selector("[role=alert]")
        assert one.page.input_value("#f-reason") == "Nothing is kept."
    everybody.look_again(*(one.page.content() for one in others))
    assert "request is declined" in everybody.english.page.inner_text("[role=alert]")
    assert "Ersuchen" in others[1].page.inner_text("[role=alert]")


def test_a_form_that_was_filled_in_wrong_leads_to_each_mistake(
    staff: Staff, alliance: Alliance
) -> None:
    everybody, address = staff(TURIN, "officer"), alliance.addresses[TURIN]
    others = everybody.others()
    for one in (everybody.english, *others):
        one.goto(f"{address}/exhibits/new?case={alliance.case}")
        one.page.click("main form .row button")
        one.page.wait_for_selector("#mistakes")
        assert one.page.evaluate("document.activeElement.id") == "mistakes"
        links = one.page.locator("#mistakes a").evaluate_all("all => all.map((a) => a.hash)")
        assert "#file" in links
        assert len(links) == 5
        assert all(one.page.locator(where).count() == 1 for where in links)
    everybody.look_again(*(one.page.content() for one in others))


def test_a_file_that_can_be_read_in_part_says_what_to_do_about_the_rest(
    staff: Staff, alliance: Alliance
) -> None:
    everybody, address = staff(TURIN, "officer"), alliance.addresses[TURIN]
    others = everybody.others()
    text = "class,value\ndomain,lamp.example.org\nbtc,notabitcoin\niban,GB00WEST12345698765432"
    for one in (everybody.english, *others):
        one.goto(f"{address}/import?into={alliance.case}")
        one.page.fill("#text", text)
        one.page.click("main form .row button")
        one.page.wait_for_selector("#faults")
    everybody.look_again(*(one.page.content() for one in others))
    assert "Its check digits do not hold" in everybody.english.page.inner_text("#faults")


def test_a_session_that_has_ended_leads_back_to_where_it_was(
    eyes: Looking, alliance: Alliance
) -> None:
    tokens: list[str] = []

    def sign_in(person: BrowserContext) -> None:
        alliance.sign_in(person, alliance.story.turin, "officer")
        tokens.append(next(c["value"] for c in person.cookies() if c["name"].endswith("session")))

    everybody, address = eyes(sign_in), alliance.addresses[TURIN]
    now = alliance.story.world.now()
    for token in tokens:
        sessions.end(alliance.story.turin.tools, token, now)
    everybody.look(f"{address}/matters")
    page = everybody.english.page
    assert page.url == f"{address}/sign-in?next=%2Fmatters"


def test_a_form_without_its_token_does_nothing_and_says_why(
    staff: Staff, alliance: Alliance
) -> None:
    everybody, address = staff(TURIN, "officer"), alliance.addresses[TURIN]
    others = everybody.others()
    for one in (everybody.english, *others):
        one.goto(f"{address}/matters/{alliance.case}/act/note.made/1")
        one.page.evaluate("document.querySelectorAll('[name=form_token]')[2].value = 'of another'")
        one.page.click("button[value=look]")
        one.page.wait_for_selector(".door")
    everybody.look_again(*(one.page.content() for one in others))
    assert "reload the page" in everybody.english.page.inner_text("main")
