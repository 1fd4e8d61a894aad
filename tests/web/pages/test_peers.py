import dataclasses

from comity.records.ids import AuthorityId
from comity.web.pages import peers
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post, token
from tests.world.world import TURIN


def test_everyone_reads_who_there_is_and_by_which_keys(story: Story, visit: Visit) -> None:
    for role in ("officer", "desk_head", "oversight", "operator"):
        page = visit(story.lyon, role).get("/peers").text
        for listing in (one[0] for one in story.lyon.tools.directory().listings.values()):
            assert listing.name in page
            assert peers.fingerprint(listing) in page
        assert ("Not delivered yet" in page) == (role == "operator")


def test_the_operator_is_alarmed_by_a_split_view(story: Story, visit: Visit) -> None:
    row = story.lyon.tools.store.peer(TURIN)
    story.lyon.tools.store.save_peer(dataclasses.replace(row, split_view="two notes"))
    page = visit(story.lyon, "operator").get("/peers").text
    assert "Two versions of one ledger" in page
    assert "split view" in page


def test_parcels_are_carried_by_file_and_answered_by_file(story: Story, visit: Visit) -> None:
    case = story.case()
    lyon, turin = visit(story.lyon, "operator"), visit(story.turin, "operator")
    parcel = post(lyon, f"/peers/{TURIN}/parcel", {}, page="/peers")
    assert parcel.headers["content-disposition"].startswith("attachment")
    answer = turin.post(
        "/peers/parcels",
        data={"form_token": token(turin, "/peers")},
        files={"file": ("a.parcel", parcel.content, "application/octet-stream")},
    )
    assert answer.status_code == 200
    assert story.turin.tools.store.matter(case) is not None
    lyon.post(
        "/peers/parcels",
        data={"form_token": token(lyon, "/peers")},
        files={"file": ("b.parcel", answer.content, "application/octet-stream")},
    )
    assert not story.lyon.tools.store.pending(TURIN, 10)


def test_what_is_no_parcel_is_refused_on_the_page(story: Story, visit: Visit) -> None:
    client = visit(story.lyon, "operator")
    sent = {"form_token": token(client, "/peers")}
    assert client.post("/peers/parcels", data=sent).status_code == 422
    wrong = client.post("/peers/parcels", data=sent, files={"file": ("a", b"junk", "text/plain")})
    assert wrong.status_code in (400, 422)
    assert "This was not done" in wrong.text


def test_officers_carry_no_parcels(story: Story, visit: Visit) -> None:
    answer = post(visit(story.lyon), f"/peers/{TURIN}/parcel", {}, page="/peers")
    assert answer.status_code == 403


def test_a_node_without_a_directory_says_how_to_get_into_one(story: Story, visit: Visit) -> None:
    alone = story.world.add(AuthorityId("de-alone"))
    page = visit(alone, "operator").get("/peers")
    assert page.status_code == 200
    assert "comity directory join" in page.text
