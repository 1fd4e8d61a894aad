import pytest

from comity import errors
from comity.web import seats
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post


def test_what_can_be_no_id_names_nothing() -> None:
    for text in ("", "zz", "A" * 64, "0" * 63, "../" * 10):
        with pytest.raises(errors.NotFound):
            seats.matter_id(text)
        with pytest.raises(errors.NotFound):
            seats.record_id(text)
        with pytest.raises(errors.Invalid):
            seats.authority_id(text)
    assert seats.matter_id("ab" * 32) == "ab" * 32
    assert seats.authority_id("it-turin") == "it-turin"


def test_every_page_of_the_work_sends_strangers_to_sign_in(story: Story, visit: Visit) -> None:
    case = story.case()
    stranger = visit(story.lyon, "")
    for path in ("/", "/matters", f"/matters/{case}", "/peers", "/officers", "/access", "/stream"):
        answer = stranger.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in?next=")


def test_a_session_that_was_ended_seats_nobody(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    cookies = dict(client.cookies)
    post(client, "/sign-out", {}, page="/")
    client.cookies.update(cookies)
    assert client.get("/").headers["location"].startswith("/sign-in")
