"""Forks of the control chain: what freezes, what goes on, how it moves on (rules 4 and 8)."""

from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import BERN, GENT, LYON, OSLO, TURIN, Node, case, matter, meet


def forked(lead: Node, *others: Node) -> tuple[Record, Record]:
    """The lead says two things at one position, and everybody hears both."""
    one = lead.makes("party.added/1", party=BERN)
    other = lead.makes("party.removed/1", party=TURIN)
    for node in (lead, *others):
        node.hear([one, other])
    branches = sorted([one, other], key=lambda branch: branch.id)
    return branches[0], branches[1]


def test_a_fork_freezes_membership_where_it_stood() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, other = forked(lyon, turin, oslo)
    for node in (lyon, turin, oslo):
        assert node.matter.point.frozen
        assert node.matter.point.branches == (one.id, other.id)
        assert node.matter.membership.parties == {LYON, TURIN, OSLO}
    assert "a majority must choose" in lyon.refused("party.added/1", party=GENT)


def test_ordinary_work_goes_on_after_a_fork() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    forked(lyon, turin, oslo)
    asked = oslo.tells("request.filed/1", to=TURIN)
    meet(lyon, turin, oslo)
    turin.tells("request.answered/1", request=asked.id, outcome="executed")
    meet(lyon, turin, oslo)
    assert lyon.matter.things()[0].status == "executed"
    assert lyon.matter.point.frozen


def test_work_said_under_one_branch_stands_for_who_knows_both() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, other = lyon.makes("party.added/1", party=BERN), lyon.makes("party.added/1", party=GENT)
    turin.hear([one])
    oslo.hear([other])
    said = [turin.tells("note.made/1"), oslo.tells("note.made/1")]
    meet(lyon, turin, oslo)
    for node in (lyon, turin, oslo):
        assert {record.id for record in said} <= {record.id for record in node.matter.timeline()}
        assert node.matter.place(node.author).control == node.matter.id


def test_a_majority_moves_the_chain_on_along_a_branch() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, other = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    assert "less than a majority" in turin.refused("fork.resolved/1", keep=one.id)
    meet(turin, oslo)
    oslo.tells("fork.voted/1", keep=one.id)
    assert "less than a majority" in oslo.refused("fork.resolved/1", keep=other.id)
    oslo.tells("fork.resolved/1", keep=one.id)
    meet(lyon, turin, oslo)
    for node in (lyon, turin, oslo):
        assert not node.matter.point.frozen
        assert node.matter.point.head == one.id
    lyon.tells("party.added/1", party=GENT)


def test_who_wrote_the_branches_has_no_vote() -> None:
    lyon, turin = case(LYON, TURIN)
    one, _ = forked(lyon, turin)
    assert "has no vote" in lyon.refused("fork.voted/1", keep=one.id)
    turin.tells("fork.voted/1", keep=one.id)
    turin.tells("fork.resolved/1", keep=one.id)
    meet(lyon, turin)
    assert not lyon.matter.point.frozen


def test_a_lead_alone_in_its_matter_resolves_its_own_fork() -> None:
    (lyon,) = case(LYON)
    one, other = lyon.makes("party.added/1", party=BERN), lyon.makes("party.added/1", party=GENT)
    lyon.hear([one, other])
    lyon.tells("fork.voted/1", keep=other.id)
    lyon.tells("fork.resolved/1", keep=other.id)
    assert lyon.matter.membership.parties == {LYON, GENT}


def test_nobody_votes_where_there_is_no_fork_or_for_what_is_no_branch() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    note = turin.tells("note.made/1")
    assert "no branch of a fork" in turin.refused("fork.voted/1", keep=note.id)
    forked(lyon, turin, oslo)
    for wrong in (note.id, None, [note.id]):
        assert "no branch of a fork" in turin.refused("fork.voted/1", keep=wrong)
        assert "no fork" in turin.refused("fork.resolved/1", keep=wrong)


def test_nobody_votes_again_while_the_vote_can_be_won() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, other = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    assert "has voted" in turin.refused("fork.voted/1", keep=other.id)


def test_a_tie_opens_another_round() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, other = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    oslo.tells("fork.voted/1", keep=other.id)
    meet(turin, oslo)
    turin.tells("fork.voted/1", keep=other.id)
    oslo.hear(turin.records)
    oslo.tells("fork.voted/1", keep=other.id)
    oslo.tells("fork.resolved/1", keep=other.id)
    assert oslo.matter.point.head == other.id


def test_a_vote_that_the_resolving_member_had_not_seen_does_not_count() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, _ = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    early = turin.makes("fork.resolved/1", keep=one.id)
    vote = oslo.tells("fork.voted/1", keep=one.id)
    # However much is here when it arrives.
    for order in ([vote, early], [early, vote]):
        found = matter(*turin.records, *order)
        assert found.rejection(early.id) is not None
        assert found.point.frozen


def test_a_voter_that_votes_twice_has_spoiled_its_vote_and_delays_one_round() -> None:
    lyon, turin, oslo, bern = case(LYON, TURIN, OSLO, BERN)
    one, other = lyon.makes("party.added/1", party=GENT), lyon.makes("party.removed/1", party=BERN)
    everyone = (lyon, turin, oslo, bern)
    for node in everyone:
        node.hear([one, other])
    # Turin tells Oslo one thing and Bern another; both see a majority, and both resolve.
    for_one, for_other = (turin.makes("fork.voted/1", keep=keep.id) for keep in (one, other))
    oslo.hear([for_one])
    oslo.tells("fork.voted/1", keep=one.id)
    oslo.tells("fork.resolved/1", keep=one.id)
    bern.hear([for_other])
    bern.tells("fork.voted/1", keep=other.id)
    bern.tells("fork.resolved/1", keep=other.id)
    meet(*everyone)
    assert {node.matter.digest() for node in everyone} == {lyon.matter.digest()}
    assert lyon.matter.point.branches == tuple(sorted([one.id, other.id]))
    assert lyon.matter.forks()
    # The next round decides, and what was resolved before cannot come back.
    oslo.tells("fork.voted/1", keep=one.id)
    bern.hear(oslo.records)
    bern.tells("fork.voted/1", keep=one.id)
    bern.tells("fork.resolved/1", keep=one.id)
    meet(*everyone)
    assert lyon.matter.point.head == one.id


def test_a_branch_that_comes_to_light_after_the_choice_changes_nothing() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    hidden = lyon.makes("party.removed/1", party=OSLO)
    one, _ = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    oslo.hear(turin.records)
    oslo.tells("fork.voted/1", keep=one.id)
    oslo.tells("fork.resolved/1", keep=one.id)
    oslo.hear([hidden])
    assert oslo.matter.point.head == one.id
    oslo.tells("note.made/1")


def test_a_later_fork_is_found_behind_a_resolved_one() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    one, _ = forked(lyon, turin, oslo)
    turin.tells("fork.voted/1", keep=one.id)
    oslo.hear(turin.records)
    oslo.tells("fork.voted/1", keep=one.id)
    oslo.tells("fork.resolved/1", keep=one.id)
    meet(lyon, turin, oslo)
    again = [lyon.makes("lead.offered/1", to=OSLO), lyon.makes("party.added/1", party=GENT)]
    for node in (lyon, turin, oslo):
        node.hear(again)
        assert node.matter.point.head == one.id
        assert len(node.matter.point.branches) == 2


def test_the_chain_in_force_leaves_out_the_branch_that_lost() -> None:
    lyon, turin = case(LYON, TURIN)
    _, other = forked(lyon, turin)
    assert [link.id for link in turin.matter.chain()] == [turin.matter.id]
    turin.tells("fork.voted/1", keep=other.id)
    turin.tells("fork.resolved/1", keep=other.id)
    assert [link.id for link in turin.matter.chain()] == [turin.matter.id, other.id]
    assert telling.matter(*turin.records).chain() == turin.matter.chain()
