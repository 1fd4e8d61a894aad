"""The whole job, from signing in to signing out, by keyboard alone and without any script."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from comity.desk import evidence, matching
from comity.records.ids import MatterId, RecordId
from tests.browser.alliance import Alliance
from tests.browser.hands import Hands, Keyboard, Pointer
from tests.browser.looking import Seen
from tests.web.pages.story import Story
from tests.world.world import LYON, TURIN

pytestmark = pytest.mark.browser

Context = Callable[..., BrowserContext]
Watched = Callable[[BrowserContext, str], Seen]
WAYS: dict[str, tuple[Callable[..., Hands], bool]] = {
    "by keyboard": (Keyboard, True),
    "without scripts": (Pointer, False),
}
FORM = "main form"


@dataclass
class Partner:
    """The other side, at whose node things happen while the officer waits."""

    story: Story

    def note(self, value: str) -> None:
        """It pursues the same target."""
        case = self.story.case("Another operation", parties=[])
        self.story.identifiers(self.story.lyon, case, [value, "other.example.org"])

    def answer(self, match: MatterId) -> None:
        """It answers a blind question."""
        self.story.world.settle()
        desk = self.story.world.desk(self.story.lyon)
        matching.answer(desk, match, contact="Desk Lyon, +33 4 00")
        self.story.world.settle()

    def release(self, match: MatterId, asked: RecordId) -> None:
        """It consents too."""
        self.story.world.settle()
        self.story.world.act(self.story.lyon, "contact.released/1", {"match": asked}, match)
        self.story.world.settle()

    def execute(self, case: MatterId, request: RecordId) -> None:
        """It does what it was asked for."""
        self.story.world.settle()
        said = {"request": request, "outcome": "executed", "answer": "Kept until March."}
        self.story.world.act(self.story.lyon, "request.answered/1", said, case)
        self.story.world.settle()

    def receive(self, case: MatterId, exhibit: RecordId) -> None:
        """It takes over what it was handed."""
        self.story.world.settle()
        evidence.receive(self.story.world.desk(self.story.lyon), case, exhibit)
        self.story.world.settle()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("way", WAYS)
def test_the_whole_job(
    context: Context, watched_at: Watched, alliance: Alliance, tmp_path: Path, way: str
) -> None:
    kind, scripts = WAYS[way]
    person = context(java_script_enabled=scripts)
    story, partner = alliance.story, Partner(alliance.story)
    address = alliance.addresses[TURIN]
    target = f"target-{'k' if scripts else 's'}.example.org"
    partner.note(target)
    seen = watched_at(person, f"{address}/sign-in/{alliance.link(story.turin, 'desk_head')}")
    hands = kind(seen.page)
    _sign_in_and_begin(hands, target)
    source = _here(hands)
    match = _match(hands, partner)
    case = _joint_case(hands, match, partner)
    _request(hands, case, partner)
    _hand_over(hands, case, partner, tmp_path)
    _prove_and_export(hands, case, tmp_path)
    hands.press(".top__officer > form button")
    assert "You are signed out" in hands.page.inner_text("h1")
    hands.page.goto(f"{address}/matters/{source}")
    assert "/sign-in" in hands.page.url
    if scripts:
        seen.check()


def _sign_in_and_begin(hands: Hands, target: str) -> None:
    """Come in, look at the work and the registry, open a case, bring identifiers in."""
    page = hands.page
    hands.press(f"{FORM} button")
    assert page.inner_text("h1") == "My work"
    hands.press(".sections a[href='/matters']")
    assert page.inner_text("h1") == "Registry"
    hands.press("main a[href='/new/case.opened/1']")
    hands.write("#f-title", f"Operation {target}")
    hands.press("button[value=look]")
    assert "Nobody else" in page.inner_text("main")
    hands.press("button[value=do]")
    assert "Done." in page.inner_text("[role=status] >> nth=0")
    hands.press("main a[href^='/import']")
    hands.write("#text", f"hxxps://{target.replace('.', '[.]')}/shop and {target}")
    hands.press(f"{FORM} .ds-button:not(a)")
    hands.press(f"{FORM} .ds-button:not(a)")
    assert target in page.inner_text("#identifiers")


def _match(hands: Hands, partner: Partner) -> MatterId:
    """Ask blindly, read the answer, consent; the partner does its part between."""
    hands.press("main a[href^='/matches/new']")
    hands.choose("#f-peer", LYON)
    hands.write("#f-contact", "Desk Turin, +39 011 00")
    hands.press(f"{FORM} .ds-button:not(a)")
    match = _here(hands)
    partner.answer(match)
    _see(hands, "a[href$='/conclude']")
    hands.press("a[href$='/conclude']")
    hands.press(f"{FORM} .ds-button:not(a)")
    assert "What you have in common" in hands.page.inner_text("main")
    consent = "main a[href*='contact.offered']"
    asked = RecordId((hands.page.get_attribute(consent, "href") or "").rpartition("=")[2])
    hands.press(consent)
    hands.press("button[value=look]")
    hands.press("button[value=do]")
    partner.release(match, asked)
    _see(hands, "a[href$='/joint-case']")
    assert "Desk Lyon, +33 4 00" in hands.page.inner_text(".match")
    return match


def _joint_case(hands: Hands, match: MatterId, partner: Partner) -> MatterId:
    hands.press(f"a[href='/matters/{match}/joint-case']")
    hands.write("#f-title", "Joint operation")
    hands.press(f"{FORM} .ds-button:not(a)")
    assert "Joint operation" in hands.page.inner_text("h1")
    partner.story.world.settle()
    return _here(hands)


def _request(hands: Hands, case: MatterId, partner: Partner) -> None:
    """Ask for something; see who will read it before it is said, and the answer when it comes."""
    page = hands.page
    hands.press("main a[href$='/act/request.filed/1']")
    hands.choose("#f-to", LYON)
    hands.choose("#f-measure", "preservation")
    hands.write("#f-basis", "Article 29")
    hands.write("#f-ask", "Preserve rack 7.")
    hands.write("#f-necessity", "It is overwritten daily.")
    hands.press("button[value=look]")
    assert "reads: What is asked, Why it is needed" in page.inner_text(".recipients")
    hands.press("button[value=do]")
    hands.press(".tabs a[href$='/things/request']")
    thing = page.get_attribute(".thing a[href^='/records/']", "href") or ""
    partner.execute(case, RecordId(thing.rpartition("/")[2]))
    _see(hands, "text=Kept until March.")


def _hand_over(hands: Hands, case: MatterId, partner: Partner, folder: Path) -> None:
    """Take an exhibit in, and hand it over: each side signs its half."""
    file = folder / "rack.img"
    file.write_bytes(b"rack seven")
    hands.press("main a[href^='/exhibits/new']")
    hands.write("#f-description", "Image of rack 7")
    hands.write("#f-source", "dd, in the presence of two")
    hands.choose("#f-method", "seizure")
    hands.write("#f-basis", "Warrant 7")
    hands.attach("#file", file)
    hands.press(f"{FORM} .ds-button:not(a)")
    kept = hands.save("a[href$='/content']")
    assert kept.path().read_bytes() == b"rack seven"
    offer = "main a[href$='/hand-over']"
    exhibit = (hands.page.get_attribute(offer, "href") or "").split("/")[-2]
    hands.press(offer)
    hands.choose("#f-to", LYON)
    hands.write("#f-purpose", "Analysis")
    hands.press(f"{FORM} .ds-button:not(a)")
    assert "Half signed" in hands.page.inner_text("main")
    partner.receive(case, RecordId(exhibit))
    _see(hands, ".half--whole")


def _prove_and_export(hands: Hands, case: MatterId, folder: Path) -> None:
    """See why the ledger holds an entry, and take the whole case along."""
    page = hands.page
    hands.press(f".tabs a[href='/matters/{case}']")
    hands.press(".timeline li:first-child a[href^='/records/']")
    assert "Entry" in page.inner_text("main")
    proof = hands.save("a[href$='/proof']").path().read_text()
    assert proof.startswith("c2sp.org/tlog-proof")
    hands.press(f".crumbs a[href='/matters/{case}']")
    hands.press("a[href$='/export']")
    hands.save(f"{FORM} .ds-button:not(a)").save_as(folder / "export.zip")
    with zipfile.ZipFile(folder / "export.zip") as archive:
        assert len([name for name in archive.namelist() if name.startswith("records/")]) > 5


def _here(hands: Hands) -> MatterId:
    """The matter whose page is open."""
    return MatterId(hands.page.url.partition("/matters/")[2].partition("/")[0])


def _see(hands: Hands, place: str) -> None:
    """What came meanwhile: by itself where there are scripts, else after the link to refresh."""
    if isinstance(hands, Pointer):
        hands.press(".live__status a")
    hands.page.wait_for_selector(place)
