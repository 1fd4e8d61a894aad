from collections.abc import Callable

import pytest
from fastapi import APIRouter
from starlette.responses import Response
from starlette.testclient import TestClient

from comity import errors
from comity.web import app, door, faults, home
from comity.web.page import Signed
from tests.web.conftest import NOW
from tests.web.door import Door

SIX = (
    errors.Invalid,
    errors.Refused,
    errors.Unverified,
    errors.NotFound,
    errors.Conflict,
    errors.Unavailable,
)
router = APIRouter()


@router.get("/fails/{number}")
def fails(page: Signed, number: int) -> Response:
    raise SIX[number](
        "case-<b>moved", "case <i>7</i> is at 12, not 9", next_step="Read it <u>again"
    )


@pytest.fixture
def failing(browser: Callable[..., TestClient], desk_door: Door) -> TestClient:
    client = browser(routers=(home.router, router))
    client.cookies.set("comity-8000-session", desk_door.sign_in(desk_door.link(NOW), NOW).token)
    return client


@pytest.mark.parametrize("number", range(len(SIX)))
def test_each_of_the_six_errors_has_its_page(failing: TestClient, number: int) -> None:
    answer = failing.get(f"/fails/{number}")
    assert answer.status_code == SIX[number].status
    assert faults.TITLES[answer.status_code] in answer.text
    for part in (
        "case-&lt;b&gt;moved",
        "case &lt;i&gt;7&lt;/i&gt; is at",
        "Read it &lt;u&gt;again",
    ):
        assert part in answer.text
    assert "Noor de Vries" in answer.text, "the officer stays in the frame"


def test_a_fragment_that_fails_is_answered_with_a_fragment(failing: TestClient) -> None:
    answer = failing.get("/fails/4", headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "is at 12, not 9" in answer.text


def test_every_error_has_a_title_and_a_next_step() -> None:
    assert set(faults.TITLES) == set(faults._NEXT_STEPS)
    assert {error.status for error in SIX} <= set(faults.TITLES)


@pytest.mark.parametrize("path", ["/nowhere", "/fails/xyz", "/fails/1/2"])
def test_an_address_that_names_nothing_is_not_found(failing: TestClient, path: str) -> None:
    answer = failing.get(path)
    assert answer.status_code == 404
    assert "Noor de Vries" in answer.text


def test_an_unforeseen_fault_gives_a_reference_and_no_inside(officer: TestClient) -> None:
    answer = officer.get("/gallery/fall")
    assert answer.status_code == 500
    assert "reference-" in answer.text
    assert "RuntimeError" not in answer.text
    assert "secret of the inside" not in answer.text


class ClosedDoor(Door):
    """A desk whose store does not answer."""

    def session(self, token: str, now: object) -> door.Viewer | None:
        raise errors.Unavailable("store-busy", "the store does not answer")


def test_a_door_that_does_not_answer_is_a_page_too(browser: Callable[..., TestClient]) -> None:
    pages = app.create(
        ClosedDoor(), address="http://127.0.0.1:8000", authority_name="A", clock=lambda: NOW
    )
    client = TestClient(pages, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    client.cookies.set("comity-8000-session", "any")
    for path in ("/", "/nowhere"):
        assert client.get(path).status_code in (503, 404)
    assert "store-busy" in client.get("/").text


def test_a_link_opened_from_elsewhere_is_asked_for_again_by_ourselves(client: TestClient) -> None:
    """The session cookie does not come along from a mail; the second request is our own."""
    answer = client.get("/gallery?a=1", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/gallery?a=1">' in answer.text
    again = client.get("/gallery?a=1", headers={"sec-fetch-site": "same-origin"})
    assert again.headers["location"].startswith("/sign-in")


def test_asking_again_never_leads_to_another_site(client: TestClient) -> None:
    answer = client.get("//evil.example/gallery", headers={"sec-fetch-site": "cross-site"})
    assert "url=//" not in answer.text
