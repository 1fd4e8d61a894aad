from starlette.testclient import TestClient


def test_an_empty_start_page_says_what_will_appear_there(officer: TestClient) -> None:
    page = officer.get("/").text
    assert "Nothing waits for you yet" in page
    assert "clocks that run out soon" in page
    assert '<a href="/" aria-current="page">My work</a>' in page
