"""What waits for a second person, on pages; approving itself is tried in a browser."""

import json
from typing import Any

import pytest

from comity.desk import passkeys, people, proposing
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post
from tests.world.authenticator import Authenticator

SITE = passkeys.Site(host="127.0.0.1", origin="http://127.0.0.1:8000")


@pytest.fixture
def keys(story: Story) -> dict[str, Authenticator]:
    """Two who can give rights together."""
    found = {}
    for role in ("operator", "desk_head"):
        desk, found[role] = story.world.desk(story.lyon, role), Authenticator(SITE)
        made = found[role].create(passkeys.to_register(desk, SITE))
        passkeys.register(desk, made, "", SITE)
    return found


def proposed(client: Any, name: str) -> str:
    """Add somebody on the page; where it leads."""
    answer = post(client, "/officers", {"name": name, "role": "officer"}, page="/officers")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_adding_somebody_becomes_a_proposal_that_another_approves(
    story: Story, visit: Visit, keys: dict[str, Authenticator]
) -> None:
    path = proposed(visit(story.lyon, "operator"), "Noor Example")
    head = visit(story.lyon, "desk_head")
    assert path in head.get("/proposals").text
    shown = head.get(path)
    assert "Noor Example" in shown.text
    answer = json.dumps(keys["desk_head"].get(head.get(f"{path}/options").json()))
    done = post(head, f"{path}/approve", {"passkey_answer": answer}, page=path)
    assert done.status_code == 303, done.text
    assert people.find_officer(story.lyon.tools, "Noor Example").role == "officer"
    late = post(head, f"{path}/approve", {"passkey_answer": answer}, page="/proposals")
    assert late.status_code == 409


def test_a_no_needs_a_reason_and_stands(
    story: Story, visit: Visit, keys: dict[str, Authenticator]
) -> None:
    path = proposed(visit(story.lyon, "operator"), "Olga Example")
    head = visit(story.lyon, "desk_head")
    assert post(head, f"{path}/decline", {"reason": ""}, page=path).status_code == 422
    said = {"reason": "Not <needed>."}
    assert post(head, f"{path}/decline", said, page=path).status_code == 303
    assert "Not &lt;needed&gt;." in head.get(path).text


def test_the_proposer_takes_it_back_and_is_offered_no_approval(
    story: Story, visit: Visit, keys: dict[str, Authenticator]
) -> None:
    operator = visit(story.lyon, "operator")
    path = proposed(operator, "Pia Example")
    page = operator.get(path).text
    assert "Take it back" in page
    assert "/approve" not in page
    assert post(operator, f"{path}/decline", {}, page=path).status_code == 303
    assert story.lyon.tools.store.proposal(path.rpartition("/")[2]).status == "withdrawn"  # type: ignore[union-attr]


def test_officers_see_none_of_it(
    story: Story, visit: Visit, keys: dict[str, Authenticator]
) -> None:
    path = proposed(visit(story.lyon, "operator"), "Quin Example")
    officer = visit(story.lyon)
    assert officer.get("/proposals").status_code == 403
    absent = officer.get("/proposals/" + "0" * 64)
    hidden = officer.get(path)
    assert absent.status_code == hidden.status_code == 404


def test_a_role_is_proposed_from_its_form(
    story: Story, visit: Visit, keys: dict[str, Authenticator]
) -> None:
    operator = visit(story.lyon, "operator")
    officer = story.lyon.people["officer"].id
    path = f"/matters/{people.staff_matter(story.lyon.tools)}/act/role.given/1"
    said = {"officer": officer, "role": "desk_head", "reason": "She leads the desk now."}
    looked = post(operator, path, {**said, "step": "look"})
    assert "Propose it" in looked.text, looked.text
    made = post(operator, path, {**said, "step": "propose"})
    assert made.status_code == 303
    digest = made.headers["location"].rpartition("/")[2]
    found = proposing.one(story.world.desk(story.lyon, "desk_head"), digest)
    assert found.said.model_dump()["role"] == "desk_head"
