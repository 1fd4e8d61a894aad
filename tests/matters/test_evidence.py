"""Exhibits change hands when giver and taker have both signed. Conflicts are in test_status."""

from tests.matters.telling import LYON, OSLO, TURIN, case, meet


def test_a_hand_over_is_offered_by_the_holder_and_confirmed_by_the_taker() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    exhibit = lyon.tells("exhibit.taken/1")
    meet(lyon, turin, oslo)
    assert "only fr-lyon" in turin.refused("exhibit.offered/1", exhibit=exhibit.id, to=OSLO)
    assert "is held, not offered" in turin.refused("exhibit.received/1", exhibit=exhibit.id)
    lyon.tells("exhibit.offered/1", exhibit=exhibit.id, to=TURIN)
    meet(lyon, turin, oslo)
    assert "only it-turin" in oslo.refused("exhibit.received/1", exhibit=exhibit.id)
    turin.tells("exhibit.received/1", exhibit=exhibit.id)
    assert turin.matter.things()[0].status == "received"


def test_a_disputed_hand_over_leaves_custody_with_the_giver() -> None:
    lyon, turin, oslo = case(LYON, TURIN, OSLO)
    exhibit = lyon.tells("exhibit.taken/1")
    lyon.tells("exhibit.offered/1", exhibit=exhibit.id, to=TURIN)
    meet(lyon, turin, oslo)
    turin.tells("exhibit.disputed/1", exhibit=exhibit.id)
    meet(lyon, turin, oslo)
    assert lyon.matter.things()[0].status == "disputed"
    lyon.tells("exhibit.offered/1", exhibit=exhibit.id, to=OSLO)
