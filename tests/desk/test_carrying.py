"""Parcels that people carry: made by whoever may, accounted for, and settled on the way back."""

from collections.abc import Iterator

import pytest

from comity.desk import cabinet, carrying, reading
from comity.matters import access
from comity.records.ids import AuthorityId, MatterId
from tests.world import by_hand
from tests.world.world import LYON, TURIN, Member, World, refused


@pytest.fixture
def case(shared: World, lyon: Member) -> Iterator[MatterId]:
    """A case of Lyon and Turin, with nothing waiting for anyone."""
    made = shared.act(lyon, "case.opened/1", {"title": "Depot", "parties": [TURIN]}).matter
    shared.settle()
    yield made
    shared.settle()


def test_a_parcel_goes_by_file_and_its_receipt_comes_back_by_file(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "on a stick"}, case).record
    made = carrying.export(shared.desk(lyon, "operator"), TURIN)
    assert made.name.startswith("PARCEL-fr-lyon-it-turin-")
    assert made.name.endswith(".comity")
    assert made.records == 1
    assert b"on a stick" not in made.data
    back = carrying.take(shared.desk(turin, "operator"), made.data)
    said = reading.read(shared.desk(turin), case).entry(note).said
    assert said is not None
    assert said.text.shown == "on a stick"
    assert lyon.tools.store.waiting_peers().get(TURIN) == 1
    carrying.take(shared.desk(lyon, "operator"), back)
    assert lyon.tools.store.waiting_peers().get(TURIN) is None


def test_the_same_file_twice_and_its_receipt_twice_do_no_harm(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "twice"}, case)
    made = carrying.export(shared.desk(lyon, "operator"), TURIN)
    answers = [carrying.take(shared.desk(turin, "operator"), made.data) for _ in range(2)]
    for back in (*answers, answers[0]):
        carrying.take(shared.desk(lyon, "operator"), back)
    assert lyon.tools.store.waiting_peers().get(TURIN) is None
    assert shared.state(lyon, case) == shared.state(turin, case)


def test_what_was_exported_goes_by_the_line_too_until_a_receipt_comes(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "both ways"}, case)
    made = carrying.export(shared.desk(lyon, "operator"), TURIN)
    assert shared.carry(lyon, turin)
    assert lyon.tools.store.waiting_peers().get(TURIN) is None
    back = carrying.take(shared.desk(turin, "operator"), made.data)
    carrying.take(shared.desk(lyon, "operator"), back)
    assert shared.state(lyon, case) == shared.state(turin, case)


def test_the_hand_over_is_in_the_account_of_access(shared: World, lyon: Member) -> None:
    carrying.export(shared.desk(lyon, "operator"), TURIN)
    begun = MatterId(str(lyon.tools.store.setting("access")))
    stored = lyon.tools.store.last(begun)
    assert stored is not None
    noted = cabinet.read_stored(stored, lyon.tools.registry).said
    assert isinstance(noted, access.AccessNoted)
    assert (noted.what, noted.to, noted.place) == ("handed-over", TURIN, "parcel")


def test_officers_carry_nothing_and_learn_nothing_of_what_they_were_handed(
    shared: World, lyon: Member, turin: Member
) -> None:
    made = carrying.export(shared.desk(lyon, "operator"), TURIN)
    before = by_hand.whole(lyon), by_hand.whole(turin)
    for role in ("officer", "desk_head"):
        refused("role-needed", lambda role=role: carrying.export(shared.desk(lyon, role), TURIN))
        refused("role-needed", lambda role=role: carrying.take(shared.desk(turin, role), made.data))
    assert (by_hand.whole(lyon), by_hand.whole(turin)) == before


@pytest.mark.parametrize(
    ("to", "code"),
    [(LYON, "parcel-to-itself"), (AuthorityId("xx-stranger"), "authority-unknown")],
)
def test_there_must_be_somebody_to_carry_it_to(
    shared: World, lyon: Member, to: AuthorityId, code: str
) -> None:
    before = by_hand.whole(lyon)
    told = refused(code, lambda: carrying.export(shared.desk(lyon, "operator"), to))
    assert to in told.message
    assert by_hand.whole(lyon) == before


def test_a_file_for_another_node_is_refused_and_nothing_is_kept(
    shared: World, lyon: Member, oslo: Member
) -> None:
    made = carrying.export(shared.desk(lyon, "operator"), TURIN)
    before = by_hand.whole(oslo)
    told = refused(
        "not-addressed-here", lambda: carrying.take(shared.desk(oslo, "operator"), made.data)
    )
    assert told.next_step
    assert by_hand.whole(oslo) == before


def test_a_node_that_may_not_write_carries_nothing(shared: World, lyon: Member) -> None:
    halt = lyon.tools.halt
    try:
        halt.reason = "it was restored from an old copy"
        refused("node-read-only", lambda: carrying.export(shared.desk(lyon, "operator"), TURIN))
    finally:
        halt.reason = ""
