from starlette.testclient import TestClient

from tests.web.conftest import form_token
from tests.web.door import Door


def save(client: TestClient, **entries: str) -> int:
    data = {"form_token": form_token(client, "/preferences"), **entries}
    return client.post("/preferences", data=data).status_code


def test_an_officers_choices_are_kept_by_the_door(officer: TestClient, desk_door: Door) -> None:
    assert save(officer, language="ar", scheme="dark", time_zone="Asia/Amman") == 303
    (viewer, _), *_ = desk_door.sessions.values()
    assert viewer.preferences.language == "ar"
    page = officer.get("/").text
    assert '<html lang="ar" dir="rtl" data-color-scheme="dark"' in page
    assert "UTC+3" in page


def test_a_stranger_reads_as_chosen_in_this_browser(client: TestClient) -> None:
    assert save(client, language="de", scheme="light", time_zone="America/Argentina/Salta") == 303
    page = client.get("/sign-in").text
    assert '<html lang="de" dir="ltr" data-color-scheme="light"' in page
    assert 'value="America/Argentina/Salta" selected' in client.get("/preferences").text


def test_nothing_chosen_follows_the_browser_and_the_node(client: TestClient) -> None:
    headers = {"accept-language": "fr-CA, fr;q=0.9, en;q=0.1"}
    assert '<html lang="fr"' in client.get("/sign-in", headers=headers).text
    assert save(client, language="", scheme="auto", time_zone="") == 303
    assert '<html lang="fr"' in client.get("/sign-in", headers=headers).text


def test_what_is_not_offered_is_refused_beside_its_field(officer: TestClient) -> None:
    for name, value in (("language", "xx"), ("scheme", "pink"), ("time_zone", "Mars/Olympus")):
        assert save(officer, **{name: value}) == 422
    data = {"form_token": form_token(officer, "/preferences"), "language": "<script>"}
    answer = officer.post("/preferences", data=data)
    assert 'id="language" name="language" aria-invalid="true"' in answer.text
    assert "<script>" not in answer.text.replace("<script nonce", "")


def test_a_language_is_chosen_under_any_page_and_leads_back_there(client: TestClient) -> None:
    data = {"form_token": form_token(client), "language": "es", "next": "/sign-in?next=%2Fcases"}
    answer = client.post("/preferences/language", data=data)
    assert answer.headers["location"] == "/sign-in?next=%2Fcases"
    assert '<html lang="es"' in client.get("/sign-in").text
    data["next"] = "//evil.example"
    assert client.post("/preferences/language", data=data).headers["location"] == "/"
    data["language"] = "xx"
    assert client.post("/preferences/language", data=data).status_code == 422
