import re

from tests.web.conftest import Visit, sign_in
from tests.web.pages.story import Story, post


def test_an_officer_is_added_let_in_and_kept_out(story: Story, visit: Visit) -> None:
    operator = visit(story.lyon, "operator")
    added = post(operator, "/officers", {"name": "Anne Martin", "role": "officer"})
    assert added.status_code == 303
    page = operator.get("/officers").text
    assert "Anne Martin" in page
    row = page.partition("Anne Martin")[2]
    pseudonym = re.search(r"o-[a-z0-9]+", row)
    assert pseudonym is not None
    officer = {"officer": pseudonym[0]}

    made = post(operator, "/officers/link", officer, page="/officers")
    found = re.search(r"/sign-in/(cmt_link_[\w-]+)", made.text)
    assert found is not None
    assert "never again" in made.text
    anne = visit(story.lyon, "")
    assert sign_in(anne, found[1]).status_code == 303
    assert anne.get("/").status_code == 200

    sure = post(operator, "/officers/out", officer, page="/officers")
    assert "Anne Martin" in sure.text
    assert anne.get("/").status_code == 200
    out = post(operator, "/officers/out", {**officer, "sure": "yes"}, page="/officers")
    assert out.status_code == 303
    assert anne.get("/").headers["location"].startswith("/sign-in")
    assert "kept out" in operator.get("/officers").text


def test_a_second_of_the_same_name_is_refused_on_the_page(story: Story, visit: Visit) -> None:
    operator = visit(story.lyon, "operator")
    for status in (303, 409):
        answer = post(operator, "/officers", {"name": "Anne Martin", "role": "officer"})
        assert answer.status_code == status
    assert post(operator, "/officers", {"name": "A", "role": ""}).status_code == 422


def test_nobody_else_manages_officers(story: Story, visit: Visit) -> None:
    for role in ("officer", "desk_head", "oversight"):
        client = visit(story.lyon, role)
        assert client.get("/officers").status_code == 403
        for path in ("/officers", "/officers/link", "/officers/out"):
            sent = {"name": "Eve", "role": "operator", "officer": "o-x", "sure": "yes"}
            assert post(client, path, sent, page="/peers").status_code == 403
