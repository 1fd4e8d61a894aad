from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import NOW, Clock, form_token, sign_in
from tests.web.door import Door


def test_the_start_page_sends_strangers_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/gallery?tab=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fgallery%3Ftab%3D2"


def test_the_sign_in_page_says_how_to_get_a_link(client: TestClient) -> None:
    page = client.get("/sign-in").text
    assert "comity officer link" in page
    assert 'name="code"' in page


def test_an_officer_comes_in_with_a_link(client: TestClient, desk_door: Door) -> None:
    answer = sign_in(client, desk_door.link(NOW))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert "Noor de Vries" in page.text


def test_opening_a_link_changes_nothing_so_that_scanners_do_not_use_it_up(
    client: TestClient, desk_door: Door
) -> None:
    code = desk_door.link(NOW)
    for _ in range(3):
        assert client.get(f"/sign-in/{code}").status_code == 200
        assert client.head(f"/sign-in/{code}").status_code in (200, 405)
    assert code in desk_door.links
    assert not desk_door.sessions


def test_a_whole_link_may_be_pasted(client: TestClient, desk_door: Door) -> None:
    code = desk_door.link(NOW)
    data = {"form_token": form_token(client), "code": f"  http://127.0.0.1:8000/sign-in/{code}\n"}
    assert client.post("/sign-in", data=data).status_code == 303


@pytest.mark.parametrize("pasted", ["", "   ", "short", "no spaces inside", "https://[x", "ü" * 20])
def test_what_is_no_code_is_said_beside_the_field(client: TestClient, pasted: str) -> None:
    answer = client.post("/sign-in", data={"form_token": form_token(client), "code": pasted})
    assert answer.status_code == 422
    assert 'id="mistakes"' in answer.text
    assert "<title>Correct this: Sign in" in answer.text


def test_a_used_link_is_refused_and_the_page_says_what_to_do(
    client: TestClient, desk_door: Door
) -> None:
    code = desk_door.link(NOW)
    desk_door.sign_in(code, NOW)
    answer = sign_in(client, code)
    assert answer.status_code == 403
    assert "Ask your operator for a new one" in answer.text
    assert "comity officer link" in answer.text


def test_each_sign_in_gives_a_new_session_cookie(client: TestClient, desk_door: Door) -> None:
    seen = set()
    for _ in range(2):
        answer = sign_in(client, desk_door.link(NOW))
        seen.add(answer.cookies["comity-8000-session"])
    assert len(seen) == 2


def test_a_session_that_somebody_planted_is_replaced(client: TestClient, desk_door: Door) -> None:
    client.cookies.set("comity-8000-session", "planted")
    sign_in(client, desk_door.link(NOW))
    assert "planted" not in desk_door.sessions
    assert client.get("/").status_code == 200


def test_the_session_cookie_is_guarded(browser: Callable[..., TestClient], desk_door: Door) -> None:
    client = browser("https://node.example")
    answer = sign_in(client, desk_door.link(NOW))
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if "session-token" in value
    )
    assert cookie.startswith("__Host-comity-session=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert part in cookie


def test_signing_out_ends_the_session_for_everyone_who_has_its_cookie(
    officer: TestClient, desk_door: Door
) -> None:
    kept = officer.cookies["comity-8000-session"]
    answer = officer.post("/sign-out", data={"form_token": form_token(officer, "/")})
    assert answer.headers["location"] == "/signed-out"
    assert "comity-8000-session" not in officer.cookies
    officer.cookies.set("comity-8000-session", kept)
    assert officer.get("/").status_code == 303
    assert "You are signed out" in officer.get("/signed-out").text


def test_a_session_that_ran_out_leads_to_the_sign_in_page(
    officer: TestClient, clock: Clock
) -> None:
    clock.now += timedelta(hours=13)
    answer = officer.get("/")
    assert answer.headers["location"] == "/sign-in?next=%2F"
    assert "comity-8000-session" not in officer.cookies


def test_signing_in_never_leads_to_another_site(client: TestClient, desk_door: Door) -> None:
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"):
        answer = sign_in(client, desk_door.link(NOW), next=place)
        assert answer.headers["location"] == "/"
        client.cookies.clear()
    assert sign_in(client, desk_door.link(NOW), next="/gallery").headers["location"] == "/gallery"


def test_who_is_signed_in_is_not_asked_again(officer: TestClient) -> None:
    assert officer.get("/sign-in?next=/gallery").headers["location"] == "/gallery"
    assert officer.get("/sign-in?next=//evil.example").headers["location"] == "/"


def test_a_sign_in_form_without_its_token_is_refused(client: TestClient, desk_door: Door) -> None:
    """Login forgery: another site may not put its own session into a browser."""
    code = desk_door.link(NOW)
    for data in ({"code": code}, {"code": code, "form_token": "0" * 64}):
        assert client.post("/sign-in", data=data).status_code == 403
    assert code in desk_door.links


def test_a_link_from_a_mail_works_for_one_who_is_still_signed_in(
    officer: TestClient, desk_door: Door
) -> None:
    """The page is then drawn without the session cookie, and its form comes back with it."""
    code, kept = desk_door.link(NOW), officer.cookies["comity-8000-session"]
    officer.cookies.clear()
    token = form_token(officer, f"/sign-in/{code}")
    officer.cookies.set("comity-8000-session", kept)
    assert officer.post("/sign-in", data={"form_token": token, "code": code}).status_code == 303
