"""A match: two parties, one question, and contacts only when both consent."""

from typing import Any

import pytest

from comity.matters import subjects
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import LYON, TURIN, Node, meet


def begun() -> tuple[Node, Node, Record]:
    first = telling.said("match.opened/1", LYON, telling.FIRST, parties=[TURIN])
    lyon, turin = Node(LYON, first), Node(TURIN, first)
    asked = lyon.tells("match.asked/1", to=TURIN, classes=["email"], size_class=4)
    turin.hear([asked])
    return lyon, turin, asked


def go(lyon: Node, turin: Node, asked: Record, *acts: tuple[Node, str]) -> str:
    for node, kind in acts:
        said: dict[str, Any] = {"classes": {"email": 1}} if kind == "match.found/1" else {}
        node.tells(kind, match=asked.id, **said)
        meet(lyon, turin)
    return lyon.matter.things()[0].status


def test_both_consent_one_after_the_other() -> None:
    lyon, turin, asked = begun()
    status = go(lyon, turin, asked, (turin, "match.answered/1"), (lyon, "match.found/1"))
    assert status == "found"
    assert "only fr-lyon" in turin.refused("contact.offered/1", match=asked.id)
    assert "is found, not offered" in turin.refused("contact.released/1", match=asked.id)
    go(lyon, turin, asked, (lyon, "contact.offered/1"))
    assert "only it-turin" in lyon.refused("contact.released/1", match=asked.id)
    assert go(lyon, turin, asked, (turin, "contact.released/1")) == "released"


@pytest.mark.parametrize("offered", [True, False])
def test_either_side_may_withhold(offered: bool) -> None:
    lyon, turin, asked = begun()
    go(lyon, turin, asked, (turin, "match.answered/1"), (lyon, "match.found/1"))
    if offered:
        go(lyon, turin, asked, (lyon, "contact.offered/1"))
    assert go(lyon, turin, asked, (turin, "contact.withheld/1")) == "withheld"


def test_withholding_beats_what_was_said_without_knowledge_of_it() -> None:
    lyon, turin, asked = begun()
    go(lyon, turin, asked, (turin, "match.answered/1"), (lyon, "match.found/1"))
    lyon.tells("contact.offered/1", match=asked.id)
    turin.tells("contact.withheld/1", match=asked.id)
    meet(lyon, turin)
    assert lyon.matter.things()[0].status == "withheld"


@pytest.mark.parametrize("last", [["match.declined/1"], ["match.answered/1", "match.empty/1"]])
def test_a_match_can_end_early(last: list[str]) -> None:
    lyon, turin, asked = begun()
    for kind in last:
        go(lyon, turin, asked, (lyon if kind == "match.empty/1" else turin, kind))
    for node in (lyon, turin):
        for kind in ("match.found/1", "contact.offered/1", "contact.withheld/1"):
            assert node.matter.verdict(node.makes(kind, match=asked.id)) is not None


def test_contacts_are_held_back_until_both_consented() -> None:
    for name in ("match.asked/1", "match.answered/1"):
        assert subjects.REGISTRY[name].held == {"contact": "released"}
