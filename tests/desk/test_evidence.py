"""Exhibits: taken in, handed over with both signatures, disputed when altered."""

import hashlib
import os

import pytest

from comity import errors
from comity.desk import evidence, performing, reading
from comity.records.ids import MatterId, RecordId
from tests.world.world import OSLO, TURIN, Member, World, refused

DATA = os.urandom(3_000_000)
TOLD = evidence.Description(
    name="disk.img",
    description="Image of the seized server",
    source="Rack 7, imaged with dd",
    method="seizure",
    basis="Order 12/2026",
)


def chunks() -> list[bytes]:
    return [DATA[at : at + 65_536] for at in range(0, len(DATA), 65_536)]


@pytest.fixture
def taken(world: World, three: list[Member]) -> tuple[MatterId, RecordId]:
    """Lyon holds an exhibit in a case with Turin and Oslo."""
    lyon = three[0]
    said = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", said).matter
    exhibit = evidence.take(world.desk(lyon), case, chunks(), TOLD).record
    world.settle()
    return case, exhibit


def test_a_hand_over_is_complete_when_both_have_signed(
    world: World, three: list[Member], taken: tuple[MatterId, RecordId]
) -> None:
    lyon, turin, oslo = three
    case, exhibit = taken
    evidence.hand_over(world.desk(lyon, "desk_head"), case, exhibit, TURIN, "examination")
    world.settle()
    assert reading.read(world.desk(oslo), case).things[0].status == "offered"
    evidence.receive(world.desk(turin), case, exhibit)
    world.settle()
    view = reading.read(world.desk(lyon), case).things[0]
    assert view.status == "received"
    assert [act.author for act in view.acts] == ["fr-lyon", "it-turin"]
    content, data = evidence.content(world.desk(turin), case, exhibit)
    assert content.sha256 == hashlib.sha256(DATA).hexdigest()
    assert b"".join(data) == DATA


def test_the_bytes_go_to_the_taker_alone(
    world: World, three: list[Member], taken: tuple[MatterId, RecordId]
) -> None:
    lyon, _, oslo = three
    case, exhibit = taken
    offer = evidence.hand_over(world.desk(lyon, "desk_head"), case, exhibit, TURIN, "examination")
    world.settle()
    seen = reading.read(world.desk(oslo), case).entry(offer.record).said
    assert seen.key.withheld
    assert all(oslo.tools.store.blob(piece) is None for piece in seen.pieces)
    refused("not-the-taker", lambda: evidence.receive(world.desk(oslo), case, exhibit))
    refused("exhibit-elsewhere", lambda: evidence.content(world.desk(oslo), case, exhibit))


def test_what_is_not_what_the_giver_described_is_disputed(
    world: World, three: list[Member], taken: tuple[MatterId, RecordId]
) -> None:
    lyon, turin, _ = three
    case, exhibit = taken
    kept = evidence._kept(world.desk(lyon), case, exhibit)
    other = lyon.tools.vault.put([b"something else"])
    memory = evidence._remembered(case, other)[1]
    key = f"exhibit:{case}:{kept.digest}"
    lyon.tools.store.append(performing.port.Append(secrets=((key, memory),))).result()
    evidence.hand_over(world.desk(lyon, "desk_head"), case, exhibit, TURIN, "examination")
    world.settle()
    evidence.receive(world.desk(turin), case, exhibit)
    world.settle()
    assert reading.read(world.desk(lyon), case).things[0].status == "disputed"


def test_an_officer_alone_hands_nothing_over(
    world: World, three: list[Member], taken: tuple[MatterId, RecordId]
) -> None:
    case, exhibit = taken
    fault = refused(
        "role-needed",
        lambda: evidence.hand_over(world.desk(three[0]), case, exhibit, TURIN, "examination"),
    )
    assert "desk head" in fault.next_step


def test_a_refused_description_leaves_no_bytes(world: World, three: list[Member]) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", {"title": "Night Bazaar"}).matter
    wrong = evidence.Description(name="x", description="", source="", method="magic", basis="")
    with pytest.raises(errors.Invalid):
        evidence.take(world.desk(lyon), case, chunks(), wrong)
    assert list(lyon.tools.vault.scrub(())) == []
