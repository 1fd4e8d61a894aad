import pytest
from starlette.testclient import TestClient

from comity import errors
from comity.web import page
from comity.web.door import Preferences
from tests.web.conftest import NOW, form_token
from tests.web.door import Door

SESSION = "comity-8000-session"


def test_a_form_token_fits_one_session_only(officer: TestClient, desk_door: Door) -> None:
    other = desk_door.sign_in(desk_door.link(NOW), NOW).token
    token = form_token(officer, "/")
    officer.cookies.clear()
    officer.cookies.set(SESSION, other)
    assert officer.post("/sign-out", data={"form_token": token}).status_code == 403
    assert (
        officer.post("/sign-out", data={"form_token": form_token(officer, "/")}).status_code == 303
    )


def test_a_form_token_tells_nothing_of_the_session(officer: TestClient) -> None:
    assert officer.cookies[SESSION] not in officer.get("/").text


def test_a_stale_form_says_what_to_do(officer: TestClient) -> None:
    answer = officer.post("/sign-out", data={"a": "1"})
    assert answer.status_code == 403
    assert "form-stale" in answer.text
    assert "reload the page" in answer.text


def test_what_is_not_a_form_is_not_read(officer: TestClient) -> None:
    for kind in ("application/json", "text/plain", ""):
        headers = {"content-type": kind} if kind else {}
        answer = officer.post("/sign-out", content=b'{"a": 1}', headers=headers)
        assert answer.status_code == 415


def test_a_notice_is_shown_once(officer: TestClient) -> None:
    data = {"form_token": form_token(officer, "/preferences"), "scheme": "dark"}
    assert officer.post("/preferences", data=data).status_code == 303
    assert "Your preferences are saved." in officer.get("/preferences").text
    assert "Your preferences are saved." not in officer.get("/preferences").text


def test_a_notice_cookie_cannot_put_words_on_a_page(officer: TestClient) -> None:
    officer.cookies.set("comity-8000-notice", "pay-here")
    shown = officer.get("/").text
    assert "pay-here" not in shown
    assert 'role="status"' not in shown


def test_a_reading_cookie_that_was_tampered_with_is_nothing(client: TestClient) -> None:
    for value in ("xx.light.UTC", "fr.pink.UTC", "fr.light.Mars%2FOlympus", "....", "fr"):
        client.cookies.set("comity-8000-reading", value)
        shown = client.get("/sign-in")
        assert shown.status_code == 200
        assert '<html lang="en" dir="ltr" data-color-scheme="auto"' in shown.text or value == "fr"


@pytest.mark.parametrize(
    "wrong",
    [Preferences(language="xx"), Preferences(time_zone="EST5EDT"), Preferences(scheme="pink")],  # type: ignore[arg-type]  # what a browser may send
)
def test_choices_that_are_not_offered_are_invalid(wrong: Preferences) -> None:
    with pytest.raises(errors.Invalid):
        page.check(wrong)
