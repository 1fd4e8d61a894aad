from starlette.testclient import TestClient

from comity.policy import asks
from comity.web import purposes
from tests.web.conftest import Visit, come_in
from tests.web.pages.story import Story, post


def stated(client: TestClient, path: str = "/matters") -> str:
    return client.get(path).text.partition('class="purpose__name">')[2].partition("</summary>")[0]


def test_each_role_begins_with_the_purpose_of_its_work(story: Story, visit: Visit) -> None:
    assert "Investigation" in stated(visit(story.lyon))
    assert "Investigation" in stated(visit(story.lyon, "desk_head"))
    assert "Oversight" in stated(visit(story.lyon, "oversight"), "/access")
    assert "Operation" in stated(visit(story.lyon, "operator"), "/peers")


def test_a_stated_purpose_is_shown_and_kept_with_what_is_read(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    answer = post(client, "/purpose", {"purpose": "prosecution", "next": "/matters"}, page="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/matters")
    assert "Prosecution" in stated(client)
    client.get(f"/matters/{case}")
    account = visit(story.lyon, "oversight").get("/access").text
    assert "Prosecution" in account


def test_a_new_session_begins_anew(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    post(client, "/purpose", {"purpose": "prosecution", "next": "/"}, page="/")
    come_in(client, story.lyon, "officer")
    assert "Investigation" in stated(client)


def test_a_purpose_that_is_not_for_this_role_is_refused(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    for purpose in ("oversight", "curiosity", ""):
        answer = post(client, "/purpose", {"purpose": purpose, "next": "/"}, page="/")
        assert answer.status_code == 422
        assert "Investigation" in stated(client)


def test_every_purpose_of_policy_can_be_stated_by_some_role() -> None:
    offered = {name for role in ("officer", "oversight") for name in purposes.choices(role)}
    assert offered == set(asks.PURPOSES)
