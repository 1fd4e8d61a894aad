"""The pages of the work in a real browser: every one, in each way that people look at it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from comity.desk import people
from comity.records.ids import AuthorityId
from tests.browser.alliance import Alliance
from tests.browser.looking import Eyes, Seen
from tests.world.world import OSLO, TURIN

pytestmark = pytest.mark.browser

Context = Callable[..., BrowserContext]
Staff = Callable[[AuthorityId, str], Eyes]


def pages_of(found: Alliance, role: str) -> list[str]:
    """Every page that a role opens at Turin."""
    case = f"/matters/{found.case}"
    staff = f"/matters/{people.staff_matter(found.story.turin.tools)}"
    match role:
        case "operator":
            return ["/peers", "/officers", "/proposals", staff, f"{staff}/act/role.given/1"]
        case "oversight":
            return ["/access", "/ledgers", f"{staff}/act/glass.reviewed/1"]
        case _:
            return [
                "/",
                "/matters",
                "/matters?text=nothing+like+it",
                case,
                f"{case}/things/request",
                f"{case}/things/exhibit",
                f"{case}/identifiers",
                f"{case}/parties",
                f"{case}/attention",
                f"{case}/export",
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
                "/preferences",
                "/account",
                "/confirm",
                "/proposals",
                f"/glass?matter={found.case}",
                f"{staff}/act/matter.protected/1?of={found.case}",
                f"{staff}/act/team.joined/1?of={found.case}",
            ]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ["desk_head", "operator", "oversight"])
def test_every_page_is_sound(staff: Staff, alliance: Alliance, role: str) -> None:
    address, everybody = alliance.addresses[TURIN], staff(TURIN, role)
    for path in pages_of(alliance, role):
        everybody.look(address + path)


def test_a_desk_without_work_is_taught_its_first_steps(staff: Staff, alliance: Alliance) -> None:
    for path in ("/", "/matters"):
        staff(OSLO, "officer").look(alliance.addresses[OSLO] + path)


def fill_request(page: Page) -> None:
    page.select_option("#f-to", "fr-lyon")
    page.select_option("#f-measure", "search")
    page.fill("#f-basis", "Article 31")
    page.fill("#f-ask", "Search rack 7.")
    page.fill("#f-necessity", "It is there.")


def test_looking_before_saying_is_sound_and_tells_who_will_read_what(
    staff: Staff, alliance: Alliance
) -> None:
    address, everybody = alliance.addresses[TURIN], staff(TURIN, "officer")
    others = everybody.others()
    for one in (everybody.english, *others):
        one.goto(f"{address}/matters/{alliance.case}/act/request.filed/1")
        fill_request(one.page)
        one.page.click("details.fold summary")
        one.page.select_option("#f-handling-audience", "chosen")
        one.page.click("button[value=look]")
        one.page.wait_for_selector(".recipients")
    everybody.look_again(*(one.page.content() for one in others))
    told = everybody.english.page.inner_text("main")
    assert "sees that there is, and cannot read: What is asked, Why it is needed" in told
    everybody.english.page.click("button[value=back]")
    assert everybody.english.page.input_value("#f-ask") == "Search rack 7."


def test_what_the_partner_does_appears_by_itself(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    """The record comes in a parcel of the partner's node, and two open pages change."""
    person = context()
    story = alliance.story
    address = alliance.sign_in(person, story.lyon, "officer")
    case = watched_at(person, f"{address}/matters/{alliance.case}")
    work = watched_at(person, f"{address}/")
    asked = {"request": alliance.request, "question": "Which rack is it in?"}
    story.world.act(story.turin, "clarification.asked/1", asked, alliance.case)
    story.world.settle()
    case.page.wait_for_selector("text=Which rack is it in?")
    case.page.wait_for_selector("text=Clarify the request")
    work.page.wait_for_selector("text=Clarify the request")
    for seen in (case, work):
        seen.check()
        seen.check_accessible()


def test_the_purpose_is_changed_in_one_click(
    context: Context, watched_at: Callable[..., Seen], alliance: Alliance
) -> None:
    person = context(viewport={"width": 360, "height": 740})
    address = alliance.sign_in(person, alliance.story.turin, "officer")
    seen = watched_at(person, f"{address}/matters/{alliance.case}/parties")
    page = seen.page
    page.click(".purpose > summary")
    seen.check()
    seen.check_accessible()
    page.click(".purpose button[value=prosecution]")
    assert page.inner_text(".purpose > summary").split() == ["Purpose", "Prosecution"]
    assert page.url.endswith(f"/matters/{alliance.case}/parties")
