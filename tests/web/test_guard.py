import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from comity.web import guard
from tests.web.conftest import form_token
from tests.web.door import Door

REQUIRED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def answers(client: TestClient) -> Iterator[tuple[str, object]]:
    """One answer of every sort: pages, redirects, files, and each way of saying no."""
    yield "page", client.get("/sign-in")
    yield "redirect", client.get("/")
    yield "no such page", client.get("/nowhere")
    yield "no such file", client.get("/static/abc/app.css")
    yield "not so", client.put("/sign-in")
    yield "stale form", client.post("/sign-in", data={"code": "x"})
    yield "not a form", client.post("/sign-in", content=b"{}")
    yield "from elsewhere", client.post("/sign-in", headers={"sec-fetch-site": "cross-site"})
    yield "another host", client.get("/sign-in", headers={"host": "evil.example"})
    yield "too large", client.post("/sign-in", content=b"x" * (guard.BODY_BYTES_MAX + 1))
    yield "packed", client.post("/sign-in", headers={"content-encoding": "gzip"})


def test_every_answer_carries_the_headers(officer: TestClient) -> None:
    officer.cookies.clear()
    seen = set()
    for name, answer in [*answers(officer), ("fall", officer.get("/gallery/fall"))]:
        seen.add(answer.status_code)
        for header, value in REQUIRED.items():
            assert answer.headers[header] == value, (name, header)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers["cache-control"] == "no-store", name
    assert {200, 303, 403, 404, 405, 413, 415, 421} <= seen


def test_a_page_that_fails_carries_the_headers_and_tells_no_secret(officer: TestClient) -> None:
    answer = officer.get("/gallery/fall")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "secret of the inside" not in answer.text


def test_each_answer_has_a_nonce_of_its_own_and_its_scripts_carry_it(officer: TestClient) -> None:
    nonces = set()
    for _ in range(3):
        page = officer.get("/")
        nonce = re.search(r"script-src 'nonce-([^']+)'", page.headers["content-security-policy"])
        assert nonce is not None
        nonces.add(nonce[1])
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert len(nonces) == 3


def test_pages_before_signing_in_need_no_script(client: TestClient) -> None:
    only = re.findall(r"<script[^>]*>", client.get("/sign-in").text)
    assert len(only) == 1
    assert "passkeys.js" in only[0]
    for path in ("/sign-in/some-code-1", "/signed-out", "/preferences"):
        assert "<script" not in client.get(path).text


def test_tls_is_asked_for_again_only_where_there_is_tls(browser: Callable[..., TestClient]) -> None:
    assert "strict-transport-security" in browser("https://node.example").get("/sign-in").headers
    assert "strict-transport-security" not in browser().get("/sign-in").headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8001", "", "a b"])
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/sign-in", headers={"host": host}).status_code == 421


def test_a_request_with_two_hosts_is_refused(client: TestClient) -> None:
    headers = [("host", "127.0.0.1:8000"), ("host", "evil.example")]
    assert client.get("/sign-in", headers=headers).status_code == 421


def test_what_a_proxy_says_changes_nothing(client: TestClient) -> None:
    headers = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=e",
    }
    answer = client.get("/", headers=headers)
    assert answer.headers["location"].startswith("/sign-in")
    assert "evil" not in answer.text


def test_the_scheme_and_letters_of_the_host_do_not_matter(
    browser: Callable[..., TestClient],
) -> None:
    client = browser("https://node.example")
    assert client.get("/sign-in", headers={"host": "NODE.example"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
def test_a_form_from_another_site_is_refused_even_with_its_token(
    officer: TestClient, desk_door: Door, site: str
) -> None:
    data = {"form_token": form_token(officer, "/")}
    answer = officer.post("/sign-out", data=data, headers={"sec-fetch-site": site})
    assert answer.status_code == 403
    assert len(desk_door.sessions) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "null"},
        {},
    ],
)
def test_our_own_form_goes_through_in_every_browser(
    officer: TestClient, headers: dict[str, str]
) -> None:
    data = {"form_token": form_token(officer, "/")}
    assert officer.post("/sign-out", data=data, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:8001", "https://127.0.0.1:8000"]
)
def test_a_foreign_origin_is_refused_where_there_is_no_better_header(
    officer: TestClient, origin: str
) -> None:
    data = {"form_token": form_token(officer, "/")}
    assert officer.post("/sign-out", data=data, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_method_that_changes_something_passes_from_elsewhere(
    officer: TestClient, method: str
) -> None:
    answer = officer.request(method, "/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_a_body_is_bounded_by_what_comes_not_by_what_was_stated(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"code="
        for _ in range(guard.BODY_BYTES_MAX // 1024 + 2):
            yield b"x" * 1024

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=chunks(), headers=headers).status_code == 413


def test_a_form_of_very_many_fields_is_refused(client: TestClient) -> None:
    body = "&".join(f"a{n}=1" for n in range(1_500))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=body.encode(), headers=headers)
    assert answer.status_code == 422


def test_larger_bodies_are_taken_only_where_they_were_allowed(
    browser: Callable[..., TestClient],
) -> None:
    client = browser(larger_bodies={"/preferences": 1024 * 1024})
    body = b"x" * (guard.BODY_BYTES_MAX + 1)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/preferences", content=body, headers=headers).status_code == 403
    assert client.post("/sign-in", content=body, headers=headers).status_code == 413
