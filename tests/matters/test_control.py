"""The control chain, link by link: rule 5."""

from typing import Any

import pytest

from comity.matters import control, subjects
from comity.matters.control import Membership
from comity.records import kinds
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN

START = Membership(depth=0, lead=LYON, parties=frozenset({LYON, TURIN, OSLO}))


def link(before: Membership, kind: str, author: str, **open_: Any) -> Membership | str:
    effect = subjects.REGISTRY[kind].effect
    assert isinstance(effect, kinds.Control)
    record = telling.said(kind, telling.AuthorityId(author), telling.FIRST, **open_)
    return control.next_link(before, record, effect)


def linked(before: Membership, kind: str, author: str, **open_: Any) -> Membership:
    after = link(before, kind, author, **open_)
    assert isinstance(after, Membership), after
    assert after.depth == before.depth + 1
    return after


def test_who_opens_a_case_leads_it_with_the_parties_it_names() -> None:
    effect = subjects.REGISTRY["case.opened/1"].effect
    assert isinstance(effect, kinds.Genesis)
    assert control.founded(telling.opened(LYON, TURIN, OSLO), effect) == START


@pytest.mark.parametrize("named", [None, 7, "it-turin", {"it-turin": 1}, [7, None, "No Name"]])
def test_parties_that_are_not_named_properly_are_none(named: Any) -> None:
    effect = subjects.REGISTRY["case.opened/1"].effect
    assert isinstance(effect, kinds.Genesis)
    record = telling.said("case.opened/1", LYON, telling.FIRST, parties=named)
    assert control.founded(record, effect).parties == {LYON}


def test_the_lead_adds_and_removes_parties() -> None:
    added = linked(START, "party.added/1", LYON, party=BERN)
    assert added.parties == START.parties | {BERN}
    removed = linked(added, "party.removed/1", LYON, party=TURIN)
    assert removed.parties == {LYON, OSLO, BERN}
    assert [who for who, _ in removed.removed] == [TURIN]


@pytest.mark.parametrize("kind", ["party.added/1", "party.removed/1", "lead.offered/1",
                                  "case.closed/1", "work.ratified/1"])  # fmt: skip
def test_nobody_but_the_lead_writes_the_chain(kind: str) -> None:
    assert link(START, kind, TURIN, party=OSLO, to=OSLO) == "only the lead, fr-lyon, may do this"


@pytest.mark.parametrize(
    ("kind", "said", "reason"),
    [
        ("party.added/1", {"party": TURIN}, "it-turin is a party already"),
        ("party.added/1", {"party": "No Name"}, "it names no authority"),
        ("party.added/1", {}, "it names no authority"),
        ("party.removed/1", {"party": LYON}, "the lead cannot be removed"),
        ("party.removed/1", {"party": BERN}, "ch-bern is no party"),
        ("lead.offered/1", {"to": LYON}, "to another party only"),
        ("lead.offered/1", {"to": BERN}, "to another party only"),
        ("lead.accepted/1", {}, "no lead was offered"),
        ("lead.declined/1", {}, "no lead was offered"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(kind: str, said: Any, reason: str) -> None:
    refused = link(START, kind, LYON, **said)
    assert isinstance(refused, str)
    assert reason in refused


def test_an_offer_of_the_lead_must_be_answered_before_anything_else() -> None:
    offered = linked(START, "lead.offered/1", LYON, to=TURIN)
    for kind in ("party.added/1", "lead.offered/1", "case.closed/1", "lead.accepted/1"):
        assert "must answer first" in str(link(offered, kind, LYON, party=BERN, to=OSLO))
    assert "must answer first" in str(link(offered, "party.added/1", TURIN, party=BERN))


def test_who_accepts_the_lead_has_it() -> None:
    offered = linked(START, "lead.offered/1", LYON, to=TURIN)
    accepted = linked(offered, "lead.accepted/1", TURIN)
    assert (accepted.lead, accepted.offered) == (TURIN, None)
    assert linked(accepted, "party.removed/1", TURIN, party=LYON).parties == {TURIN, OSLO}


def test_who_declines_the_lead_leaves_it_where_it_is() -> None:
    offered = linked(START, "lead.offered/1", LYON, to=TURIN)
    declined = linked(offered, "lead.declined/1", TURIN)
    assert (declined.lead, declined.offered) == (LYON, None)
    assert linked(declined, "lead.offered/1", LYON, to=OSLO).offered == OSLO


def test_nothing_follows_a_closure() -> None:
    closed = linked(START, "case.closed/1", LYON)
    assert closed.closed
    assert link(closed, "party.added/1", LYON, party=BERN) == "the matter is closed"


def test_ratified_work_is_remembered_by_id() -> None:
    ratified = linked(START, "work.ratified/1", LYON, records=["a", "b"])
    assert linked(ratified, "work.ratified/1", LYON, records=["c"]).ratified == {"a", "b", "c"}
    assert linked(START, "work.ratified/1", LYON, records="ab").ratified == frozenset()
