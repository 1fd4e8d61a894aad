"""The fold as others use it: what comes in, what stands, what it costs."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records.ids import MatterId
from tests.matters import telling
from tests.matters.telling import LYON, OSLO, TURIN, case, matter, meet


def test_an_empty_matter_can_be_looked_at() -> None:
    empty = Matter(MatterId("f" * 64), subjects.REGISTRY)
    assert (empty.type, empty.opening, len(empty), empty.heads) == ("", None, 0, ())
    assert (empty.timeline(), empty.things(), empty.register("priority")) == ([], [], ())
    assert (empty.quarantined(), empty.forks(), empty.chain(), empty.missing) == ((), [], [], ())
    assert len(empty.digest()) == 64
    with pytest.raises(errors.NotFound):
        empty.place(LYON)
    with pytest.raises(errors.NotFound):
        _ = empty.membership


def test_what_comes_before_the_first_record_waits_for_it() -> None:
    lyon, turin = case(LYON, TURIN)
    note = lyon.tells("note.made/1")
    added = lyon.tells("party.added/1", party=OSLO)
    late = Matter(lyon.matter.id, subjects.REGISTRY)
    assert late.admit(added) == ()
    assert late.admit(note) == ()
    assert late.missing == (lyon.matter.id,)
    assert {one.id for one in late.waiting} == {note.id, added.id}
    assert late.digest() != turin.matter.digest()
    assert late.admit(lyon.records[0]) == (lyon.matter.id, note.id, added.id)
    assert late.digest() == lyon.matter.digest()
    assert late.missing == ()


def test_another_first_record_does_not_begin_a_matter() -> None:
    lyon, _ = case(LYON, TURIN)
    other = telling.opened(OSLO)
    assert lyon.matter.admit(other) == ()
    assert lyon.matter.rejections[0].reason == f"it belongs to matter {other.id}"
    assert lyon.matter.verdict(other) == f"it belongs to matter {other.id}"


def test_a_matter_of_a_kind_that_is_not_known_is_rejected_with_all_that_follows() -> None:
    first = telling.said("operation.planned/1", LYON, telling.FIRST)
    place = telling.Place(
        matter=first.matter, after=(first.id,), control=first.id, lamport=1, seq=1
    )
    note = telling.said("note.made/1", LYON, place)
    for order in ([first, note], [note, first]):
        found = Matter(first.matter, subjects.REGISTRY)
        for one in order:
            found.admit(one)
        assert {one.record.id: one.stands for one in found.rejections} == {
            first.id: False, note.id: False,
        }  # fmt: skip
        assert "are not known here" in str(found.verdict(first))


@pytest.mark.parametrize(
    "first",
    [
        telling.said("note.made/1", LYON, telling.FIRST),
        telling.said("case.opened/1", LYON, telling.Place(
            matter=None, after=(), control=None, lamport=1, seq=0), parties=[]),
        telling.said("case.opened/1", LYON, telling.Place(
            matter=None, after=(), control=None, lamport=0, seq=1), parties=[]),
    ],
)  # fmt: skip
def test_a_malformed_beginning_is_none(first: telling.Record) -> None:
    found = Matter(first.matter, subjects.REGISTRY)
    assert found.admit(first) == ()
    assert found.rejections[0].reason == "it is not the first record of a matter"


def test_admitting_answers_with_all_that_counts_since_then_ancestors_first() -> None:
    lyon, turin = case(LYON, TURIN)
    first, second, third = (lyon.tells("note.made/1", n=n) for n in range(3))
    assert turin.matter.admit(third) == ()
    assert turin.matter.admit(second) == ()
    assert turin.matter.admit(first) == (first.id, second.id, third.id)
    assert turin.matter.admit(first) == ()
    assert turin.matter.had_seen(third.id, first.id)
    assert not turin.matter.had_seen(first.id, third.id)


def test_a_verdict_changes_nothing() -> None:
    lyon, turin = case(LYON, TURIN)
    note = lyon.makes("note.made/1")
    before = turin.matter.digest()
    assert turin.matter.verdict(note) is None
    assert turin.matter.digest() == before
    later = lyon.tells("note.made/1")
    orphan = lyon.makes("note.made/1")
    assert turin.matter.verdict(orphan) == "it names 1 records that are not here"
    turin.hear([later])
    assert turin.matter.verdict(later) is None


def test_the_verdict_of_what_was_rejected_stays() -> None:
    lyon, turin = case(LYON, TURIN)
    bad = turin.makes("party.added/1", party=OSLO)
    lyon.hear([bad])
    assert lyon.matter.verdict(bad) == "only the lead, fr-lyon, may do this"
    lyon.tells("lead.offered/1", to=TURIN)
    turin.hear(lyon.records)
    turin.tells("lead.accepted/1")
    lyon.hear(turin.records)
    assert lyon.matter.membership.lead == TURIN
    assert lyon.matter.verdict(bad) == "only the lead, fr-lyon, may do this"


def test_the_timeline_is_told_alike_everywhere() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    for node in (oslo, turin, lyon):
        node.tells("note.made/1")
    meet(lyon, turin, oslo)
    told = [(one.lamport, one.author) for one in lyon.matter.timeline()]
    assert told == [(0, LYON), (1, LYON), (1, TURIN), (1, OSLO)]
    assert oslo.matter.timeline() == lyon.matter.timeline()


def test_a_view_is_the_callers_own() -> None:
    lyon, _ = case(LYON, TURIN)
    lyon.matter.timeline().clear()
    assert len(lyon.matter.timeline()) == 1


def test_views_follow_what_comes() -> None:
    lyon, turin = case(LYON, TURIN)
    asked = lyon.tells("request.filed/1", to=TURIN)
    before = lyon.matter.things()
    assert lyon.matter.things()[0] is before[0], "nothing changed, nothing is made again"
    turin.hear([asked])
    lyon.hear([turin.tells("request.declined/1", request=asked.id)])
    after = lyon.matter.thing(asked.id)
    assert after is not None
    assert (before[0].status, after.status) == ("open", "declined")
    lyon.tells("party.added/1", party=OSLO)
    assert lyon.matter.thing(asked.id) == after
    assert lyon.matter.thing(lyon.matter.id) is None  # type: ignore[arg-type]


def test_things_are_told_by_sort_and_oldest_first() -> None:
    lyon, _ = case(LYON, TURIN)
    exhibit, asked = lyon.tells("exhibit.taken/1"), lyon.tells("request.filed/1", to=TURIN)
    assert [one.id for one in lyon.matter.things()] == [exhibit.id, asked.id]
    assert [one.id for one in lyon.matter.things("request")] == [asked.id]


def test_a_removal_shows_in_things_that_were_looked_at_before() -> None:
    lyon, turin = case(LYON, TURIN)
    asked = turin.tells("request.filed/1", to=LYON)
    late = matter(*turin.records)
    assert not late.things()[0].quarantined
    late.admit(lyon.tells("party.removed/1", party=TURIN))
    assert late.things()[0].quarantined
    assert late.quarantined() == (asked.id,)


@given(st.permutations(range(7)))
def test_a_digest_tells_apart_what_is_different(order: list[int]) -> None:
    lyon, turin = case(LYON, TURIN)
    records = [turin.tells("note.made/1", n=n) for n in range(3)]
    records += [lyon.tells("priority.set/1", priority="urgent", n=n) for n in range(3)]
    records.append(lyon.records[0])
    found = Matter(lyon.matter.id, subjects.REGISTRY)
    digests = {found.digest()}
    for place in order:
        found.admit(records[place])
        digests.add(found.digest())
    assert len(digests) == 8
    meet(lyon, turin)
    assert found.digest() == lyon.matter.digest()


def test_the_latest_claimed_instant_is_known() -> None:
    lyon, _ = case(LYON, TURIN)
    assert lyon.matter.changed_at == "2026-11-25T09:00:00.000Z"


def grown(number: int) -> list[telling.Record]:
    """A long case of three parties who mostly talk, ask and answer, often at once."""
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    nodes = (lyon, turin, oslo)
    told = lyon.records
    while len(told) < number:
        turn = hashlib.sha256(str(len(told)).encode()).digest()
        fresh = [nodes[turn[0] % 3].tells("request.filed/1", to=nodes[turn[1] % 3].author)]
        if turn[2] < 110:
            fresh.append(nodes[(turn[0] + 1) % 3].tells("note.made/1", n=len(told)))
        for node in nodes:
            node.hear(fresh)
        told += fresh
    return told


def test_a_long_case_takes_time_in_proportion() -> None:
    """Four times the records take about four times as long, in order or not: not sixteen."""

    def taken(records: list[telling.Record]) -> float:
        return min(_fold(records) for _ in range(5))

    short, long = grown(500), grown(2_000)
    assert taken(long) < 10 * taken(short)
    short.sort(key=lambda one: one.id)
    long.sort(key=lambda one: one.id)
    assert taken(long) < 10 * taken(short)


def _fold(records: list[telling.Record]) -> float:
    started = time.process_time()
    found = Matter(records[0].matter, subjects.REGISTRY)
    for one in records:
        found.admit(one)
    found.things()
    found.timeline()
    return time.process_time() - started
