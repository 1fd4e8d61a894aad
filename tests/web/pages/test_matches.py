"""A match from the first question to the joint case, through the pages of both sides."""

import re

from starlette.testclient import TestClient

from comity.records.ids import MatterId
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post
from tests.world.world import LYON, TURIN


def said(client: TestClient, path: str, data: dict[str, str]) -> str:
    """Send a form whose answer leads on; where it leads."""
    answer = post(client, path, data)
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    return location


def test_a_match_leads_to_a_joint_case(story: Story, visit: Visit) -> None:
    own = story.case("Own", parties=[])
    story.identifiers(story.lyon, own, ["lantern.example", "only-lyon.example"])
    theirs = story.world.act(
        story.turin, "case.opened/1", {"title": "Theirs", "summary": None, "parties": []}
    ).matter
    story.identifiers(story.turin, theirs, ["lantern.example", "only-turin.example"])
    lyon, turin = visit(story.lyon), visit(story.turin)

    assert "Domain (2)" in lyon.get(f"/matches/new?source={own}").text
    asking = {"source": own, "peer": TURIN, "contact": "Desk Lyon, +33 4 00"}
    match = said(lyon, "/matches/new", asking)
    story.world.settle()
    assert "Answer blindly" in turin.get("/").text
    said(turin, f"{match}/answer", {"contact": "Desk Torino, +39 0"})
    story.world.settle()

    assert "Read the answer" in lyon.get(f"{match}/conclude").text
    said(lyon, f"{match}/conclude", {})
    story.world.settle()
    asker, answerer = lyon.get(match).text, turin.get(match).text
    assert "lantern.example" in asker
    assert "only-turin.example" not in asker
    assert "lantern.example" not in answerer
    assert "only-lyon.example" not in answerer
    assert "+39 0" not in asker
    assert "+33 4 00" not in answerer

    thing = thing_of(story, match)
    for client, kind in ((lyon, "contact.offered/1"), (turin, "contact.released/1")):
        path = f"{match}/act/{kind}"
        answer = post(client, path, {"about": thing, "step": "do"}, page=f"{path}?about={thing}")
        assert answer.status_code == 303, answer.text
        story.world.settle()
    assert "+39 0" in lyon.get(match).text
    assert "+33 4 00" in turin.get(match).text
    assert "Open the joint case" in lyon.get(match).text
    assert "Open the joint case" not in turin.get(match).text

    case = said(lyon, f"{match}/joint-case", {"title": "Joint", "priority": "urgent"})
    story.world.settle()
    assert "lantern.example" in turin.get(f"{case}/identifiers").text


def thing_of(story: Story, match: str) -> str:
    with story.lyon.tools.cabinet.holding(MatterId(match.removeprefix("/matters/"))) as folder:
        return folder.matter.things("match")[0].id


def test_a_matter_without_identifiers_asks_nothing(story: Story, visit: Visit) -> None:
    own = story.case("Own", parties=[])
    asking = {"source": own, "peer": TURIN, "contact": "Desk Lyon"}
    answer = post(visit(story.lyon), "/matches/new", asking)
    assert answer.status_code == 422
    assert "nothing-to-match" in answer.text
    assert "Desk Lyon" in answer.text


def test_a_partner_must_be_chosen_from_the_directory(story: Story, visit: Visit) -> None:
    own = story.case("Own", parties=[])
    page = post(visit(story.lyon), "/matches/new", {"source": own, "contact": "Desk"})
    assert page.status_code == 422
    assert 'href="#f-peer"' in page.text
    assert not re.search(rf'<option value="{LYON}"', page.text)


def test_the_joint_case_waits_for_both_consents(story: Story, visit: Visit) -> None:
    own = story.case("Own", parties=[])
    story.identifiers(story.lyon, own, ["lantern.example"])
    client = visit(story.lyon)
    match = said(client, "/matches/new", {"source": own, "peer": TURIN, "contact": "Desk Lyon"})
    answer = post(client, f"{match}/joint-case", {"title": "Joint", "priority": "routine"})
    assert answer.status_code == 403
    assert "consent-missing" in answer.text
    refused = post(client, f"{match}/answer", {"contact": "Desk Lyon"})
    assert refused.status_code == 403
