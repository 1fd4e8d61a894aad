"""Breaking the glass on its page, and what a case then shows."""

from comity.desk import people, performing
from comity.records.ids import MatterId
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post

WHY = "The seller moves the server tonight."


def protected(story: Story) -> MatterId:
    """A case that only its team sees; nobody is in it."""
    case = story.case()
    act = performing.Act(
        kind="matter.protected/1",
        matter=people.staff_matter(story.lyon.tools),
        said={"matter": case, "restricted": True},
    )
    performing.perform(story.world.desk(story.lyon, "desk_head"), act)
    return case


def test_the_case_is_opened_through_broken_glass_and_says_so(story: Story, visit: Visit) -> None:
    case = protected(story)
    client = visit(story.lyon)
    assert client.get(f"/matters/{case}").status_code == 404
    page = f"/glass?matter={case}"
    done = post(client, "/glass", {"matter": case, "reason": WHY}, page=page)
    assert (done.status_code, done.headers["location"]) == (303, f"/matters/{case}")
    shown = client.get(f"/matters/{case}")
    assert "through a broken glass" in shown.text
    overseer = visit(story.lyon, "oversight")
    post(overseer, "/purpose", {"purpose": "oversight", "next": "/access"}, page="/preferences")
    told = overseer.get("/access").text
    assert "Broken glasses to review" in told
    assert story.lyon.people["officer"].name in told


def test_what_was_typed_stays_when_it_is_refused(story: Story, visit: Visit) -> None:
    case = protected(story)
    client = visit(story.lyon)
    short = post(client, "/glass", {"matter": case, "reason": "Now"}, page="/glass")
    assert short.status_code == 422
    assert "Now</textarea>" in short.text
    assert case in short.text
    for other in ("0" * 64, "nonsense"):
        answer = post(client, "/glass", {"matter": other, "reason": WHY}, page="/glass")
        assert answer.status_code == 404


def test_operators_and_oversight_break_none(story: Story, visit: Visit) -> None:
    for role in ("operator", "oversight"):
        assert visit(story.lyon, role).get("/glass").status_code == 403


def test_a_desk_head_protects_a_case_on_its_page(story: Story, visit: Visit) -> None:
    case = story.case()
    head = visit(story.lyon, "desk_head")
    parties = head.get(f"/matters/{case}/parties").text
    assert "Everyone at the desk" in parties
    staff = people.staff_matter(story.lyon.tools)
    form = f"/matters/{staff}/act/matter.protected/1"
    assert f'value="{case}" selected' in head.get(f"{form}?of={case}").text
    said = {"matter": case, "restricted": "yes", "level": "secret", "step": "do"}
    assert post(head, form, said).headers["location"] == f"/matters/{case}/parties"
    assert head.get(f"/matters/{case}/parties").status_code == 404
