"""What each kind does: quarantine (rule 7), registers (rule 9), kinds that are not known."""

from typing import Any

import pytest

from comity.matters import status
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN, Node, case, matter, meet


def removed_unseen() -> tuple[Node, Node, Record]:
    """Turin went on working; Lyon removed it without having seen that."""
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    seen = turin.tells("note.made/1", n="seen")
    meet(lyon, turin, oslo)
    unseen = turin.tells("request.filed/1", to=OSLO)
    lyon.tells("party.removed/1", party=TURIN)
    meet(lyon, turin, oslo)
    assert seen.id not in lyon.matter.quarantined()
    return lyon, oslo, unseen


def test_unseen_work_of_a_removed_party_stands_aside() -> None:
    lyon, oslo, unseen = removed_unseen()
    assert lyon.matter.quarantined() == (unseen.id,)
    assert unseen in lyon.matter.timeline()
    assert lyon.matter.things()[0].quarantined
    assert "quarantined until" in oslo.refused(
        "request.answered/1", request=unseen.id, outcome="executed"
    )


def test_the_lead_ratifies_what_it_lets_stand() -> None:
    lyon, oslo, unseen = removed_unseen()
    lyon.tells("work.ratified/1", records=[unseen.id])
    oslo.hear(lyon.records)
    assert lyon.matter.quarantined() == ()
    assert not lyon.matter.things()[0].quarantined
    oslo.tells("request.answered/1", request=unseen.id, outcome="executed")


def test_only_what_is_quarantined_can_be_ratified() -> None:
    lyon, _, unseen = removed_unseen()
    note = lyon.tells("note.made/1")
    for wrong in ([note.id], ["f" * 64], [unseen.id, note.id]):
        assert "is not quarantined" in lyon.refused("work.ratified/1", records=wrong)
    lyon.tells("work.ratified/1", records=[unseen.id])
    assert "is not quarantined" in lyon.refused("work.ratified/1", records=[unseen.id])


def test_work_after_the_removal_was_seen_is_not_quarantined_but_refused() -> None:
    lyon, turin = case(LYON, TURIN)
    lyon.tells("party.removed/1", party=TURIN)
    turin.hear(lyon.records)
    assert "is no party" in turin.refused("note.made/1")
    lyon.tells("party.added/1", party=TURIN)
    turin.hear(lyon.records)
    turin.tells("note.made/1")
    lyon.hear(turin.records)
    assert lyon.matter.quarantined() == ()


def test_what_was_quarantined_stays_so_when_its_author_comes_back() -> None:
    lyon, _, unseen = removed_unseen()
    lyon.tells("party.added/1", party=TURIN)
    assert lyon.matter.quarantined() == (unseen.id,)


def test_a_quarantined_act_leaves_its_thing_as_it_was() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    asked = lyon.tells("request.filed/1", to=TURIN)
    meet(lyon, turin, oslo)
    turin.tells("request.declined/1", request=asked.id)
    lyon.tells("party.removed/1", party=TURIN)
    lyon.hear(turin.records)
    assert lyon.matter.things()[0].status == "open"
    assert lyon.matter.things()[0].acts == ()
    lyon.tells("request.withdrawn/1", request=asked.id)


def test_a_vote_is_never_quarantined() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    branches = [lyon.makes("party.removed/1", party=TURIN), lyon.makes("party.added/1", party=BERN)]
    for node in (lyon, turin, oslo):
        node.hear(branches)
    turin.tells("fork.voted/1", keep=branches[0].id)
    oslo.hear(turin.records)
    oslo.tells("fork.voted/1", keep=branches[0].id)
    oslo.tells("fork.resolved/1", keep=branches[0].id)
    assert oslo.matter.membership.parties == {LYON, OSLO}
    assert oslo.matter.quarantined() == ()


def test_settings_that_were_made_at_once_are_all_shown() -> None:
    lyon, turin = case(LYON, TURIN)
    one = lyon.tells("priority.set/1", priority="urgent")
    other = turin.tells("priority.set/1", priority="routine")
    meet(lyon, turin)
    assert lyon.matter.register("priority") == tuple(
        sorted((one, other), key=lambda record: record.id)
    )
    last = turin.tells("priority.set/1", priority="emergency")
    assert turin.matter.register("priority") == (last,)
    assert turin.matter.register("nothing") == ()


def test_a_quarantined_setting_gives_way_to_the_one_before() -> None:
    lyon, turin = case(LYON, TURIN)
    first = lyon.tells("priority.set/1", priority="urgent")
    meet(lyon, turin)
    turin.tells("priority.set/1", priority="routine")
    lyon.tells("party.removed/1", party=TURIN)
    lyon.hear(turin.records)
    assert lyon.matter.register("priority") == (first,)


def test_a_kind_that_is_not_known_says_something_and_nothing_follows() -> None:
    lyon, turin = case(LYON, TURIN)
    novel = turin.tells("hold.placed/7", about="x")
    lyon.hear([novel])
    assert novel in lyon.matter.timeline()
    assert lyon.matter.things() == []
    stranger = Node(BERN, *lyon.records)
    assert "no party" in stranger.refused("hold.placed/7")


def test_a_kind_of_another_sort_of_matter_changes_nothing() -> None:
    lyon, _ = case(LYON, TURIN)
    assert lyon.refused("triage.asked/1") == "triage.asked/1 has no place in a case"
    assert lyon.refused("authority.listed/1", authority=BERN) == (
        "authority.listed/1 has no place in a case"
    )
    lyon.hear([lyon.makes("authority.listed/1", authority=BERN)])
    assert BERN not in lyon.matter.membership.parties


def test_a_matter_begins_once() -> None:
    lyon, _ = case(LYON, TURIN)
    assert lyon.refused("case.opened/1", parties=[]) == "it is not the first record of this matter"


def test_a_statement_that_is_not_of_its_form_changes_nothing() -> None:
    lyon, turin = case(LYON, TURIN)
    made = turin.makes("note.made/1")
    values: dict[str, Any] = {name: getattr(made, name) for name in Record.__slots__}
    bad = Record(**values | {"fault": "note.made/1: text must be sealed"})
    lyon.hear([bad])
    rejection = lyon.matter.rejection(bad.id)
    assert rejection is not None
    assert (rejection.reason, rejection.stands) == ("note.made/1: text must be sealed", True)


@pytest.mark.parametrize("kind", ["party.added/1", "fork.resolved/1", "conflict.settled/1"])
def test_an_unlawful_act_leaves_no_trace_in_the_state(kind: str) -> None:
    lyon, turin = case(LYON, TURIN)
    before = lyon.matter.point
    lyon.hear([turin.makes(kind, party=BERN, keep=lyon.matter.id, about=lyon.matter.id)])
    assert lyon.matter.point == before
    assert [view.status for view in lyon.matter.things()] == []
    assert len(lyon.matter.rejections) == 1


def test_a_removal_keeps_its_cost_small() -> None:
    """Each act after a removal is judged by its own thing, not by all that the removed did."""
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    for number in range(300):
        turin.tells("note.made/1", n=number)
    lyon.hear(turin.records)
    lyon.tells("party.removed/1", party=TURIN)
    looked_at = 0
    hidden = lyon.matter._state.hidden(lyon.matter.membership)
    assert hidden is not None

    def counted(entry: Any) -> bool:
        nonlocal looked_at
        looked_at += 1
        return hidden(entry)

    lyon.matter._state._hidden = (lyon.matter.membership, counted)
    asked = lyon.tells("request.filed/1", to=OSLO)
    oslo.hear(lyon.records)
    lyon.hear([oslo.makes("request.declined/1", request=asked.id)])
    assert lyon.matter.thing(asked.id) is not None
    assert looked_at < 10
    assert lyon.matter.things()[0].status == "declined"
    assert matter(*lyon.records).things()[0].status != status.CONFLICT


def test_an_author_of_nothing_can_be_removed() -> None:
    lyon, _ = case(LYON, TURIN)
    lyon.tells("party.removed/1", party=TURIN)
    assert lyon.matter.quarantined() == ()
    assert telling.as_of(lyon.records, lyon.matter.heads).membership.parties == {LYON}
