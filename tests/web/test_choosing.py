"""What the forms offer to choose from, kind by kind."""

import re

from tests.web.conftest import Visit
from tests.web.pages.story import Story
from tests.world.world import LYON, OSLO, TURIN


def offered(page: str, field: str) -> set[str]:
    """The values that a select or a list of boxes offers."""
    select = re.search(rf'<select[^>]*name="{field}".*?</select>', page, re.S)
    if select is not None:
        return set(re.findall(r'<option value="([^"]+)"', select[0]))
    return set(re.findall(rf'type="checkbox"[^>]*name="{field}" value="([^"]+)"', page))


def test_parties_and_others_are_told_apart(story: Story, visit: Visit) -> None:
    case = story.case(parties=[TURIN])
    client = visit(story.lyon, "desk_head")

    def form(kind: str) -> str:
        return client.get(f"/matters/{case}/act/{kind}").text

    assert offered(form("request.filed/1"), "to") == {TURIN}
    assert offered(form("party.added/1"), "party") == {OSLO}
    assert offered(form("party.removed/1"), "party") == {TURIN}
    assert offered(form("lead.offered/1"), "to") == {TURIN}
    assert offered(form("note.made/1"), "handling.recipients") == {TURIN}
    begun = client.get("/new/case.opened/1").text
    assert offered(begun, "parties") == {TURIN, OSLO}
    assert LYON not in offered(begun, "parties")


def test_what_only_one_answer_fits_is_not_asked_for(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case)
    client = visit(story.lyon)
    page = client.get(f"/matters/{case}/act/request.withdrawn/1?about={request}").text
    assert 'name="request"' not in page
    missing = client.get(f"/matters/{case}/act/request.withdrawn/1")
    assert missing.status_code == 404
    assert "press the button beside what you mean" in missing.text


def test_triage_chooses_among_open_cases(story: Story, visit: Visit) -> None:
    case = story.case()
    report = story.world.act(
        story.lyon, "report.filed/1", {"title": "A tip", "account": None}
    ).matter
    triage = story.world.act(story.lyon, "triage.asked/1", {}, report).record
    closed = story.case("Over")
    said = {"outcome": "disrupted", "reason": "gone"}
    story.world.act(story.lyon, "case.closed/1", said, closed, role="desk_head")
    page = visit(story.lyon).get(f"/matters/{report}/act/report.triaged/1?about={triage}").text
    assert offered(page, "case") == {case}
    assert offered(page, "referred_to") == {TURIN, OSLO}


def test_a_case_may_grow_out_of_a_report(story: Story, visit: Visit) -> None:
    report = story.world.act(
        story.lyon, "report.filed/1", {"title": "A tip", "account": None}
    ).matter
    assert offered(visit(story.lyon).get("/new/case.opened/1").text, "origin") == {report}
