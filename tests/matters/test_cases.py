"""A case from its opening to its closure; what its statements must hold."""

from typing import Any

import pytest

from comity import errors
from comity.matters import cases, subjects
from comity.records import record
from tests.matters.telling import BERN, LYON, OSLO, TURIN, case, meet


def draft(kind: str, **values: Any) -> Any:
    return record.draft(subjects.REGISTRY[kind], values)


def test_a_case_changes_hands_and_ends() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    everyone = (lyon, turin, oslo)
    lyon.tells("lead.offered/1", to=TURIN)
    meet(*everyone)
    turin.tells("lead.accepted/1")
    turin.tells("party.added/1", party=BERN)
    meet(*everyone)
    assert "only the lead, it-turin" in lyon.refused("case.closed/1", outcome="referred")
    turin.tells("case.closed/1", outcome="disrupted")
    meet(*everyone)
    for node in everyone:
        assert node.matter.membership.closed
        assert node.refused("note.made/1") == "the matter is closed"


def test_who_declines_the_lead_lets_the_lead_go_on() -> None:
    lyon, turin = case(LYON, TURIN)
    lyon.tells("lead.offered/1", to=TURIN)
    turin.hear(lyon.records)
    assert "must answer first" in lyon.refused("case.closed/1", outcome="referred")
    lyon.hear([turin.tells("lead.declined/1")])
    lyon.tells("party.added/1", party=OSLO)


def test_ordinary_work_goes_on_while_an_offer_is_open() -> None:
    lyon, turin = case(LYON, TURIN)
    lyon.tells("lead.offered/1", to=TURIN)
    lyon.tells("note.made/1")
    turin.hear(lyon.records)
    turin.tells("note.made/1")


def test_identifiers_are_sealed_one_by_one() -> None:
    said = draft(
        "identifiers.noted/1",
        identifiers=[{"cls": "onion", "value": "a.onion"}, {"cls": "email", "value": "a@b.c"}],
    )
    assert isinstance(said, cases.IdentifiersNoted)
    assert [one.shown.cls for one in said.identifiers] == ["onion", "email"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("case.opened/1", {"title": "ab"}),
        ("case.opened/1", {}),
        ("case.opened/1", {"title": "Market", "priority": "high"}),
        ("case.opened/1", {"title": "Market", "parties": ["Not An Id"]}),
        ("case.opened/1", {"title": "Market", "unknown": 1}),
        ("note.made/1", {"text": "  "}),
        ("identifiers.noted/1", {"identifiers": []}),
        ("case.closed/1", {"outcome": "solved", "reason": "r"}),
        ("work.ratified/1", {"records": [], "reason": "r"}),
        ("fork.voted/1", {"keep": "short", "reason": "r"}),
    ],
)
def test_a_statement_that_is_incomplete_or_wrong_is_not_said(kind: str, values: Any) -> None:
    with pytest.raises(errors.Invalid):
        draft(kind, **values)
