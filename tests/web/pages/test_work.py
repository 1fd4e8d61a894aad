from comity.desk import importing
from tests.web.conftest import Visit
from tests.web.pages.story import Story


def test_an_empty_desk_teaches_the_first_three_steps(story: Story, visit: Visit) -> None:
    story.world.settle()
    page = visit(story.lyon).get("/").text
    if "Your first three steps" not in page:
        # The directory is the only matter: it is what changed last.
        assert "Changed last" in page
    assert "Open a case" in page


def test_what_waits_stands_with_its_buttons_case_and_due_day(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case)
    story.world.settle()
    page = visit(story.turin).get("/").text
    assert "\u2068Authority fr-lyon\u2069 filed a request" in page
    assert "Preservation" in page
    assert "1 Dec 2026" in page
    assert f'href="/matters/{case}/act/request.answered/1?about={request}"' in page
    assert f"/matters/{case}/things/request#t-{request[:16]}" in page


def test_triage_waits_for_whoever_filed_the_report(story: Story, visit: Visit) -> None:
    rows = importing.Rows(
        title="Feed",
        form="text",
        identifiers=[{"cls": "domain", "value": "a.example", "context": None}],
        faults=0,
    )
    importing.import_rows(story.world.desk(story.lyon), rows, None)
    assert "Triage the report" in visit(story.lyon).get("/").text


def test_operators_and_oversight_begin_where_their_work_is(story: Story, visit: Visit) -> None:
    assert visit(story.lyon, "operator").get("/").headers["location"] == "/peers"
    assert visit(story.lyon, "oversight").get("/").headers["location"] == "/access"


def test_the_list_is_drawn_again_without_its_frame(story: Story, visit: Visit) -> None:
    part = visit(story.lyon).get("/", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "As of" in part
