"""What stands in the graph and what does not: rules 2, 3, 4 and 6."""

import dataclasses
from typing import Any

import pytest

from comity.matters import matter as fold
from comity.records.record import AFTER_MAX, Record
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN, Node, case, matter, meet


def changed(one: Record, **members: Any) -> Record:
    """The same statement with another header."""
    place = telling.Place(
        matter=one.matter, after=one.after, control=one.control, lamport=one.lamport, seq=one.seq
    )
    return telling.said(
        one.kind, one.author, dataclasses.replace(place, **members), **dict(one.open)
    )


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"lamport": 0}, "lamport is 0 where 1 follows"),
        ({"lamport": 2}, "lamport is 2 where 1 follows"),
        ({"seq": 1}, "seq is 1 where 0 follows"),
        ({"seq": 7}, "seq is 7 where 0 follows"),
        ({"control": None}, "control is not the head of the control chain that it had seen"),
        ({"control": "f" * 64}, "control is not the head of the control chain that it had seen"),
        ({"after": ()}, "only the first record of a matter stands after nothing"),
    ],
)
def test_a_wrong_header_does_not_stand(members: dict[str, Any], reason: str) -> None:
    _, turin = case(LYON, TURIN)
    wrong = changed(turin.makes("note.made/1"), **members)
    assert turin.matter.verdict(wrong) == reason
    turin.hear([wrong])
    assert wrong.id not in turin.matter
    assert turin.matter.rejections == (fold.Rejection(wrong, reason, stands=False),)


def test_the_control_head_is_that_of_the_records_own_past() -> None:
    lyon, turin = case(LYON, TURIN)
    old = lyon.matter.place(LYON)
    added = lyon.tells("party.added/1", party=BERN)
    note = lyon.makes("note.made/1")
    assert note.control == added.id
    stale = changed(note, control=old.control)
    assert "control is not the head" in str(lyon.matter.verdict(stale))
    turin.hear([added])
    assert turin.tells("note.made/1").control == added.id


def test_after_names_no_record_together_with_its_ancestor() -> None:
    (lyon,) = case(LYON)
    first = lyon.tells("note.made/1")
    wrong = changed(lyon.makes("note.made/1"), after=tuple(sorted([lyon.matter.id, first.id])))
    assert lyon.matter.verdict(wrong) == "after names a record and its ancestor"


def test_a_stranger_and_a_former_party_do_not_stand() -> None:
    lyon, turin = case(LYON, TURIN)
    stranger = Node(BERN, *lyon.records)
    assert stranger.refused("note.made/1") == "ch-bern is no party of this matter"
    lyon.tells("party.removed/1", party=TURIN)
    meet(lyon, turin)
    assert turin.refused("note.made/1") == "it-turin is no party of this matter"


def test_nothing_stands_after_a_closure_it_had_seen() -> None:
    lyon, turin = case(LYON, TURIN)
    unseen = turin.makes("note.made/1")
    lyon.tells("case.closed/1", outcome="disrupted")
    meet(lyon, turin)
    assert turin.refused("note.made/1") == "the matter is closed"
    lyon.hear([unseen])
    assert unseen in lyon.matter.timeline()


def test_what_changes_nothing_still_stands_and_can_be_built_on() -> None:
    """Another version may know the kind, or know it otherwise: the graph is the same to it."""
    lyon, turin = case(LYON, TURIN)
    void = turin.makes("request.answered/1", request="f" * 64, outcome="executed")
    lyon.hear([void])
    turin.hear([void])
    assert lyon.matter.rejections == (fold.Rejection(void, lyon.matter.rejections[0].reason, True),)
    later = turin.tells("note.made/1")
    assert later.after == (void.id,)
    assert later.seq == void.seq + 1
    assert lyon.matter.admit(later) == (later.id,)
    assert void not in lyon.matter.timeline()
    assert void in lyon.matter.records()
    assert lyon.matter.record(void.id) == void


def test_what_stands_on_a_rejected_record_is_rejected() -> None:
    lyon, turin = case(LYON, TURIN)
    bad = changed(turin.makes("note.made/1"), lamport=7)
    child = telling.said(
        "note.made/1", TURIN, telling.Place(matter=lyon.matter.id, after=(bad.id,),
        control=bad.control, lamport=8, seq=1),
    )  # fmt: skip
    for order in ([bad, child], [child, bad]):
        found = matter(*lyon.records, *order)
        assert {one.record.id for one in found.rejections} == {bad.id, child.id}
        assert found.rejection(child.id) == fold.Rejection(child, "an ancestor was rejected")
        assert not found.waiting
        assert found.missing == ()


def test_two_records_at_one_position_both_stand_and_are_shown() -> None:
    lyon, turin = case(LYON, TURIN)
    one, other = turin.makes("note.made/1", n=1), turin.makes("note.made/1", n=2)
    lyon.hear([one, other])
    assert lyon.matter.forks() == [tuple(sorted([one.id, other.id]))]
    third = turin.makes("note.made/1", n=3)
    lyon.hear([third])
    assert lyon.matter.forks() == [tuple(sorted([one.id, other.id, third.id]))]


def test_a_place_stands_after_every_head() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    notes = [node.tells("note.made/1") for node in (lyon, turin, oslo)]
    meet(lyon, turin, oslo)
    place = lyon.matter.place(LYON)
    assert place.after == tuple(sorted(note.id for note in notes))
    assert (place.lamport, place.seq) == (2, 2)


def many_heads() -> tuple[Node, list[Node]]:
    """A case of twenty parties who all said something at once; the lead has heard them all."""
    others = [telling.AuthorityId(f"xx-{number}") for number in range(20)]
    lyon, *rest = case(LYON, *others)
    for node in rest:
        node.tells("note.made/1")
    lyon.tells("note.made/1")
    for node in rest:
        lyon.hear(node.records)
    return lyon, rest


def test_of_many_heads_a_record_names_as_many_as_it_may() -> None:
    lyon, rest = many_heads()
    assert len(lyon.matter.heads) == 21
    one = lyon.tells("note.made/1")
    assert len(one.after) == AFTER_MAX
    for node in rest:
        node.hear(lyon.records)
        node.tells("note.made/1")


def test_of_many_heads_ones_own_comes_first_so_that_no_position_is_used_twice() -> None:
    lyon, rest = many_heads()
    for node in rest:
        node.hear(lyon.records)
        node.tells("note.made/1")
        assert node.matter.forks() == []


def test_of_many_heads_the_control_chain_comes_first() -> None:
    lyon, rest = many_heads()
    last = rest[-1]
    # What hangs on a young head: a hand-over that the record would otherwise not have seen.
    last.tells("note.made/1")
    lyon.tells("lead.offered/1", to=last.author)
    last.hear(lyon.records)
    accepted = last.tells("lead.accepted/1")
    for node in rest[:-1]:
        node.tells("note.made/1")
        node.hear(last.records)
        assert node.matter.place(node.author).control == accepted.id


def test_of_many_heads_what_the_record_is_about_comes_first() -> None:
    lyon, rest = many_heads()
    asker = rest[7]
    for _ in range(5):
        asker.tells("note.made/1")
    asked = asker.tells("request.filed/1", to=LYON)
    lyon.hear(asker.records)
    assert len(lyon.matter.heads) > AFTER_MAX
    blind = lyon.matter.place(LYON)
    seeing = lyon.matter.place(LYON, about=[asked.id])
    assert asked.id in seeing.after
    answered = telling.said(
        "request.answered/1", LYON, seeing, request=asked.id, outcome="executed"
    )
    assert lyon.matter.verdict(answered) is None
    assert len(blind.after) == len(seeing.after) == AFTER_MAX


def test_what_a_record_is_about_may_be_unknown() -> None:
    lyon, _ = many_heads()
    assert len(lyon.matter.place(LYON, about=[telling.RecordId("f" * 64)]).after) == AFTER_MAX
