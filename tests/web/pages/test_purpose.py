from tests.web.conftest import Visit
from tests.web.pages.story import Story, post


def test_stating_a_purpose_leads_back_to_where_one_was(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    where = f"/matters/{case}?order=oldest"
    answer = post(client, "/purpose", {"purpose": "prevention", "next": where}, page=where)
    assert answer.headers["location"] == where
    assert "Your purpose is stated." in client.get(where).text


def test_it_never_leads_to_another_site(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        sent = {"purpose": "prevention", "next": elsewhere}
        assert post(client, "/purpose", sent, page="/").headers["location"] == "/"
