"""Reports and their triage."""

import pytest

from comity.matters import status, subjects
from comity.matters.matter import Matter
from tests.matters import telling
from tests.matters.telling import LYON, TURIN


def filed() -> tuple[Matter, telling.Record]:
    first = telling.said("report.filed/1", LYON, telling.FIRST, source="victim", form="typed")
    found = Matter(first.matter, subjects.REGISTRY)
    found.admit(first)
    asked = telling.said("triage.asked/1", LYON, found.place(LYON))
    found.admit(asked)
    return found, asked


@pytest.mark.parametrize("decision", ["accepted", "merged", "referred", "rejected"])
def test_a_report_is_triaged_once(decision: str) -> None:
    found, asked = filed()
    triaged = telling.said(
        "report.triaged/1", LYON, found.place(LYON), triage=asked.id, decision=decision
    )
    assert found.admit(triaged) == (triaged.id,)
    assert found.things()[0].status == decision
    again = telling.said(
        "report.triaged/1", LYON, found.place(LYON), triage=asked.id, decision="accepted"
    )
    assert f"the triage is {decision}" in str(found.verdict(again))


def test_nobody_else_is_party_to_a_report() -> None:
    found, asked = filed()
    triaged = telling.said(
        "report.triaged/1", TURIN, found.place(TURIN), triage=asked.id, decision="accepted"
    )
    assert "is no party" in str(found.verdict(triaged))
    added = telling.said("party.added/1", LYON, found.place(LYON), party=TURIN)
    assert "has no place in a report" in str(found.verdict(added))


def test_two_triages_after_a_restored_backup_are_a_conflict_that_can_be_settled() -> None:
    found, asked = filed()
    place = found.place(LYON)
    both = [
        telling.said("report.triaged/1", LYON, place, triage=asked.id, decision=decision)
        for decision in ("accepted", "rejected")
    ]
    for one in both:
        found.admit(one)
    assert found.things()[0].status == status.CONFLICT
    settled = telling.said(
        "conflict.settled/1", LYON, found.place(LYON), about=asked.id, keep=both[0].id
    )
    assert found.admit(settled) == (settled.id,)
    assert found.things()[0].status == "accepted"
