"""Things, the acts on them, races and conflicts: rule 9."""

from typing import Any

import pytest

from comity.matters import status
from comity.matters.matter import Matter
from comity.records import kinds
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN, Node, case, meet

CASE = frozenset({"case"})


def asked() -> tuple[Node, Node, Record]:
    """Lyon has asked Turin for something, and both know."""
    lyon, turin = case(LYON, TURIN)
    request = lyon.tells("request.filed/1", to=TURIN)
    turin.hear([request])
    return lyon, turin, request


def only(found: Matter) -> status.View:
    (view,) = found.things()
    return view


def test_a_request_goes_its_way() -> None:
    lyon, turin, request = asked()
    assert only(lyon.matter).status == "open"
    turin.tells("clarification.asked/1", request=request.id)
    meet(lyon, turin)
    assert only(lyon.matter).status == "clarifying"
    lyon.tells("request.clarified/1", request=request.id)
    meet(lyon, turin)
    answer = turin.tells("request.answered/1", request=request.id, outcome="partly-executed")
    view = only(turin.matter)
    assert (view.status, view.thing, view.opening, view.acts[-1]) == (
        "partly-executed", "request", request, answer,
    )  # fmt: skip
    assert [act.lamport for act in view.acts] == sorted(act.lamport for act in view.acts)


def test_an_act_belongs_to_one_side() -> None:
    lyon, turin, request = asked()
    said: dict[str, Any] = {"request": request.id, "outcome": "executed"}
    assert lyon.refused("request.answered/1", **said) == "only it-turin may do this"
    assert turin.refused("request.withdrawn/1", request=request.id) == "only fr-lyon may do this"


def test_an_act_must_fit_the_status_that_its_author_had_seen() -> None:
    lyon, turin, request = asked()
    lyon.tells("request.withdrawn/1", request=request.id)
    turin.hear(lyon.records)
    assert turin.refused("request.answered/1", request=request.id, outcome="executed") == (
        "the request is withdrawn, not clarifying or open"
    )


@pytest.mark.parametrize("wrong", [None, 7, "", "f" * 64, ["x"], {"id": "x"}])
def test_an_act_on_nothing_that_was_seen_changes_nothing(wrong: Any) -> None:
    _, turin, _ = asked()
    reason = turin.refused("request.answered/1", request=wrong, outcome="executed")
    assert "nothing that it had seen" in reason


def test_an_act_on_another_sort_of_thing_changes_nothing() -> None:
    lyon, turin, _ = asked()
    exhibit = turin.tells("exhibit.taken/1")
    lyon.hear([exhibit])
    assert "is a exhibit, not a request" in turin.refused(
        "request.answered/1", request=exhibit.id, outcome="executed"
    )


RACES = [
    # what the addressee says, what the asker says, what stands
    ("request.answered/1", "request.withdrawn/1", "executed"),
    ("request.declined/1", "request.withdrawn/1", "declined"),
    ("clarification.asked/1", "request.withdrawn/1", "withdrawn"),
]


@pytest.mark.parametrize(("theirs", "ours", "stands"), RACES)
def test_races_that_the_table_settles(theirs: str, ours: str, stands: str) -> None:
    lyon, turin, request = asked()
    withdrawn = lyon.tells(ours, request=request.id)
    answered = turin.tells(theirs, request=request.id, outcome="executed")
    for order in ([withdrawn, answered], [answered, withdrawn]):
        view = only(telling.matter(*lyon.records[:2], *order))
        assert (view.status, view.rivals) == (stands, ())
        assert {act.id for act in view.acts} == {withdrawn.id, answered.id}


@pytest.mark.parametrize(
    ("theirs", "stands"), [("request.answered/1", "executed"), ("request.declined/1", "declined")]
)
def test_what_the_addressee_did_beats_a_clarification_it_had_not_seen(
    theirs: str, stands: str
) -> None:
    lyon, turin, request = asked()
    turin.tells("clarification.asked/1", request=request.id)
    lyon.hear(turin.records)
    lyon.tells("request.clarified/1", request=request.id)
    turin.tells(theirs, request=request.id, outcome="executed")
    meet(lyon, turin)
    assert only(lyon.matter).status == stands


def in_conflict() -> tuple[Node, Node, Record, Record, Record]:
    """Turin says to Lyon that it acted, and to itself that it declined."""
    lyon, turin, request = asked()
    done = turin.makes("request.answered/1", request=request.id, outcome="executed")
    declined = turin.makes("request.declined/1", request=request.id)
    lyon.hear([done, declined])
    turin.hear([done, declined])
    return lyon, turin, request, done, declined


def test_acts_that_cannot_both_stand_are_a_conflict_that_blocks() -> None:
    lyon, _, request, done, declined = in_conflict()
    view = only(lyon.matter)
    assert view.status == status.CONFLICT
    assert {rival.id for rival in view.rivals} == {done.id, declined.id}
    assert "is conflict" in lyon.refused("request.withdrawn/1", request=request.id)


def test_the_lead_settles_a_conflict_for_one_of_the_rivals() -> None:
    lyon, turin, request, done, _ = in_conflict()
    assert "only the lead" in turin.refused("conflict.settled/1", about=request.id, keep=done.id)
    for wrong in (request.id, None, [done.id]):
        assert "none of those" in lyon.refused("conflict.settled/1", about=request.id, keep=wrong)
    lyon.tells("conflict.settled/1", about=request.id, keep=done.id)
    view = only(lyon.matter)
    assert (view.status, view.rivals) == ("executed", ())
    assert "settles no conflict" in lyon.refused(
        "conflict.settled/1", about=request.id, keep=done.id
    )


def test_a_settlement_wins_the_races_that_the_act_it_keeps_would_win() -> None:
    lyon, _, request, done, _ = in_conflict()
    early = telling.as_of(lyon.records, [request.id])
    withdrawn = telling.said("request.withdrawn/1", LYON, early.place(LYON), request=request.id)
    lyon.tells("conflict.settled/1", about=request.id, keep=done.id)
    lyon.hear([withdrawn])
    assert only(lyon.matter).status == "executed"


def test_two_settlements_that_differ_are_a_conflict_again() -> None:
    lyon, _, request, done, declined = in_conflict()
    both = [
        lyon.makes("conflict.settled/1", about=request.id, keep=keep.id)
        for keep in (done, declined)
    ]
    lyon.hear(both)
    assert only(lyon.matter).status == status.CONFLICT
    lyon.tells("conflict.settled/1", about=request.id, keep=both[1].id)
    assert only(lyon.matter).status == "declined"


def test_a_long_row_of_settlements_is_followed_without_end() -> None:
    lyon, _, request, done, declined = in_conflict()
    keeps = (done, declined)
    for _ in range(700):
        both = [lyon.makes("conflict.settled/1", about=request.id, keep=keep.id) for keep in keeps]
        lyon.hear(both)
        keeps = (both[0], both[1])
    lyon.tells("conflict.settled/1", about=request.id, keep=keeps[0].id)
    assert only(lyon.matter).status == "executed"


def test_the_same_act_twice_is_no_conflict() -> None:
    lyon, turin, request = asked()
    twice = [turin.makes("request.declined/1", request=request.id, n=n) for n in range(2)]
    lyon.hear(twice)
    assert only(lyon.matter).status == "declined"


def test_an_exhibit_handed_to_two_takers_at_once_is_a_conflict() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    exhibit = lyon.tells("exhibit.taken/1")
    offers = [lyon.makes("exhibit.offered/1", exhibit=exhibit.id, to=to) for to in (TURIN, OSLO)]
    everyone = (lyon, turin, oslo)
    lyon.hear(offers)
    meet(*everyone)
    assert only(lyon.matter).status == status.CONFLICT
    for taker in (turin, oslo):
        assert "is conflict" in taker.refused("exhibit.received/1", exhibit=exhibit.id)
    lyon.tells("conflict.settled/1", about=exhibit.id, keep=offers[1].id)
    meet(*everyone)
    assert "only no-oslo" in turin.refused("exhibit.received/1", exhibit=exhibit.id)
    oslo.tells("exhibit.received/1", exhibit=exhibit.id)


def test_who_may_act_next_is_who_was_named_last() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    exhibit = lyon.tells("exhibit.taken/1")
    lyon.tells("exhibit.offered/1", exhibit=exhibit.id, to=TURIN)
    meet(lyon, turin, oslo)
    turin.tells("exhibit.disputed/1", exhibit=exhibit.id)
    lyon.hear(turin.records)
    lyon.tells("exhibit.offered/1", exhibit=exhibit.id, to=OSLO)
    meet(lyon, turin, oslo)
    assert dict(only(lyon.matter).named) == {"to": OSLO}
    assert "only no-oslo" in turin.refused("exhibit.received/1", exhibit=exhibit.id)
    oslo.tells("exhibit.received/1", exhibit=exhibit.id)


def move(name: str, after: str, beats: frozenset[str]) -> kinds.Kind:
    effect = kinds.Moves(
        within=CASE, thing="thing", field="about", before=frozenset({"open"}), after=after,
        by="party", beats=beats,
    )  # fmt: skip
    return kinds.Kind(name=name, statement=kinds.Statement, effect=effect, title="", done="")


REGISTRY = kinds.Registry(
    [
        kinds.Kind(name="case.opened/1", statement=kinds.Statement, title="", done="",
                   effect=kinds.Genesis("case", "parties")),
        kinds.Kind(name="thing.begun/1", statement=kinds.Statement, title="", done="",
                   effect=kinds.Opens(CASE, "thing", "open")),
        move("left.taken/1", "left", frozenset({"right"})),
        move("right.taken/1", "right", frozenset({"left"})),
        move("both.beaten/1", "best", frozenset({"left", "right"})),
    ]
)  # fmt: skip


def test_two_acts_that_would_each_beat_the_other_are_a_conflict_in_any_order() -> None:
    first = telling.opened(LYON, TURIN, BERN)
    base = telling.matter(first, registry=REGISTRY)
    thing = telling.said("thing.begun/1", LYON, base.place(LYON))
    base.admit(thing)
    left = telling.said("left.taken/1", LYON, base.place(LYON), about=thing.id)
    right = telling.said("right.taken/1", TURIN, base.place(TURIN), about=thing.id)
    for order in ([left, right], [right, left]):
        found = telling.matter(first, thing, *order, registry=REGISTRY)
        assert only(found).status == status.CONFLICT
    best = telling.said("both.beaten/1", BERN, base.place(BERN), about=thing.id)
    for order in ([best, left, right], [right, left, best], [left, best, right]):
        assert only(telling.matter(first, thing, *order, registry=REGISTRY)).status == "best"
