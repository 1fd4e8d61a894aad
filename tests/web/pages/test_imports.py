import io

from tests.web.conftest import Visit
from tests.web.pages.story import HIDDEN, Story, post, token

TABLE = b"class,value\ndomain,lantern.example.org\nonion,not-an-onion\nbtc,nonsense\n"
TEXT = "see hxxp://lantern-market[.]example.org/a and seller@mail.example.org"


def test_pasted_text_is_shown_first_and_noted_on_a_yes(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    read = post(client, "/import", {"into": case, "text": TEXT}, page=f"/import?into={case}")
    assert read.status_code == 200
    assert "http://lantern-market.example.org/a" in read.text
    assert not story.lyon.tools.store.identifiers(case)
    carried = dict(HIDDEN.findall(read.text.partition("<main")[2]))
    taken = client.post("/import", data=carried)
    again = client.post("/import", data=carried)
    assert taken.headers["location"] == again.headers["location"]
    assert len(story.lyon.tools.store.identifiers(case)) == 3
    assert "seller@mail.example.org" in client.get(taken.headers["location"]).text


def test_rows_that_cannot_be_taken_are_listed_with_place_and_reason(
    story: Story, visit: Visit
) -> None:
    client = visit(story.lyon)
    read = client.post(
        "/import",
        data={"form_token": token(client, "/import"), "title": "Feed"},
        files={"file": ("feed.csv", io.BytesIO(TABLE), "text/csv")},
    )
    assert read.status_code == 200, read.text
    assert "line 3" in read.text
    assert "line 4" in read.text
    assert "2 rows not taken" in read.text
    carried = dict(HIDDEN.findall(read.text.partition("<main")[2]))
    report = client.post("/import", data=carried).headers["location"]
    page = client.get(report.replace("/identifiers", "")).text
    assert "Feed" in page
    assert "Triage the report" in page


def test_what_somebody_else_read_cannot_be_taken(story: Story, visit: Visit) -> None:
    client, other = visit(story.lyon), visit(story.lyon, "desk_head")
    read = post(client, "/import", {"text": TEXT})
    carried = dict(HIDDEN.findall(read.text.partition("<main")[2]))
    answer = post(other, "/import", {**carried, "form_token": token(other, "/import")})
    assert answer.status_code == 422
    assert "Choose the file again" in answer.text


def test_nothing_and_what_cannot_be_read_is_said_on_the_form(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    assert "Choose a file, or paste text." in post(client, "/import", {"text": " "}).text
    answer = client.post(
        "/import",
        data={"form_token": token(client, "/import")},
        files={"file": ("a.json", io.BytesIO(b"{"), "application/json")},
    )
    assert answer.status_code == 422
    assert "This was not done" in answer.text


def test_operators_import_nothing(story: Story, visit: Visit) -> None:
    assert visit(story.lyon, "operator").get("/import").status_code == 403
