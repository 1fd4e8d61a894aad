from comity import errors
from comity.desk import overseeing, publishing
from comity.records.ids import AuthorityId
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post
from tests.world.world import TURIN


def fetch_from(story: Story) -> object:
    """The ledgers of the other nodes, as their peer listeners show them."""

    def of(authority: AuthorityId) -> overseeing.Fetch:
        own = story.world.members[authority].tools

        def fetch(path: str) -> bytes:
            if path == "/ledger/checkpoint":
                return publishing.checkpoint(own)
            return publishing.piece(own, path.removeprefix("/ledger/")).data

        return fetch

    return of


def test_a_sound_ledger_is_audited_at_a_press(story: Story, visit: Visit) -> None:
    story.case()
    story.world.settle()
    client = visit(story.lyon, "oversight", fetch=fetch_from(story))
    answer = post(client, f"/ledgers/{TURIN}", {}, page="/ledgers")
    assert answer.status_code == 200
    assert "This ledger is sound" in answer.text


def test_a_ledger_that_cannot_be_reached_is_said(story: Story, visit: Visit) -> None:
    def nowhere(authority: AuthorityId) -> overseeing.Fetch:
        raise errors.Unavailable("peer-unreachable", f"{authority} does not answer")

    client = visit(story.lyon, "oversight", fetch=nowhere)
    answer = post(client, f"/ledgers/{TURIN}", {}, page="/ledgers")
    assert "The audit could not be finished" in answer.text
    assert "peer-unreachable" in answer.text


def test_a_node_without_a_way_to_others_says_so(story: Story, visit: Visit) -> None:
    client = visit(story.lyon, "oversight")
    answer = post(client, f"/ledgers/{TURIN}", {}, page="/ledgers")
    assert "ledger-unreachable" in answer.text


def test_the_account_tells_who_did_what_for_which_purpose(story: Story, visit: Visit) -> None:
    case = story.case()
    visit(story.lyon).get(f"/matters/{case}")
    page = visit(story.lyon, "oversight").get("/access").text
    assert "officer of fr-lyon" in page
    assert "Operation Lantern" in page
    assert "Investigation" in page
    older = visit(story.lyon, "oversight").get("/access?before=1").text
    assert "Nothing further back" in older


def test_only_oversight_reads_the_account(story: Story, visit: Visit) -> None:
    for role in ("officer", "desk_head", "operator"):
        client = visit(story.lyon, role)
        assert client.get("/access").status_code == 403
    assert visit(story.lyon).get("/ledgers").status_code == 403
