"""Exhibits: taken in, handed over with both signatures, disputed when altered."""

import hashlib
import os

import pytest

from comity import errors
from comity.desk import evidence, performing, reading
from comity.records.ids import MatterId, RecordId
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused

NOWHERE = MatterId("0" * 64)
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


def kept(member: Member) -> int:
    """How many files the vault of a member holds."""
    folder = member.node.settings.data / "vault"
    return sum(1 for one in folder.rglob("*") if one.is_file())


def small(world: World, member: Member, case: MatterId) -> RecordId:
    return evidence.take(world.desk(member), case, [os.urandom(64)], TOLD).record


def handed_over(member: Member) -> int:
    """How many hand-overs the account of access holds."""
    stored = [one for one in member.tools.store.all_records() if one.kind == "access.noted/1"]
    read = (evidence.cabinet.read_stored(one, member.tools.registry).said for one in stored)
    return sum(one.what == "handed-over" for one in read)


def test_who_confirms_twice_does_not_fill_the_vault(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Twice", "parties": [TURIN]}).matter
    exhibit = small(shared, lyon, case)
    evidence.hand_over(shared.desk(lyon, "desk_head"), case, exhibit, TURIN, "examination")
    shared.settle()
    evidence.receive(shared.desk(turin), case, exhibit)
    before = kept(turin)
    for _ in range(2):
        refused("not-admissible", lambda: evidence.receive(shared.desk(turin), case, exhibit))
    assert kept(turin) == before


def test_a_hand_over_that_is_refused_is_neither_made_nor_accounted_for(
    shared: World, lyon: Member
) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Refused", "parties": [TURIN]}).matter
    exhibit = small(shared, lyon, case)
    head, before = shared.desk(lyon, "desk_head"), handed_over(lyon)
    attempts = {
        "role-needed": (shared.desk(lyon), TURIN, "examination"),
        "addressee-no-party": (head, OSLO, "examination"),
        "authority-unknown": (head, "xx-none", "examination"),
        "statement-malformed": (head, TURIN, "x" * 201),
    }
    for code, (desk, to, purpose) in attempts.items():
        fault = refused(
            code, lambda d=desk, t=to, p=purpose: evidence.hand_over(d, case, exhibit, t, p)
        )
        assert code == "statement-malformed" or fault.next_step
    evidence.hand_over(head, case, exhibit, TURIN, "examination")
    assert handed_over(lyon) == before + 1
    refused("not-admissible", lambda: evidence.hand_over(head, case, exhibit, TURIN, "again"))
    assert handed_over(lyon) == before + 1


def test_nothing_is_taken_in_that_would_not_be_described(shared: World, lyon: Member) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Closed"}).matter
    closing = {"outcome": "disrupted", "reason": "gone"}
    shared.act(lyon, "case.closed/1", closing, case, role="desk_head")

    def never() -> object:
        raise AssertionError("the bytes were asked for")
        yield b""

    fault = refused(
        "matter-closed",
        lambda: evidence.take(shared.desk(lyon), case, never(), TOLD),  # type: ignore[arg-type]
    )
    assert fault.next_step


def test_bytes_stay_where_nobody_can_tell_whether_their_record_is_on_the_disk(
    world: World,
) -> None:
    lyon = world.add(LYON)
    case = world.act(lyon, "case.opened/1", {"title": "Disk"}).matter

    def chunks() -> object:
        # The disk under the store goes away while the exhibit is streamed in.
        lyon.tools.store._pen._writer.connection.connection.driver_connection.close()
        yield b"the only copy"

    desk = world.desk(lyon)
    refused("storage-failed", lambda: evidence.take(desk, case, chunks(), TOLD))  # type: ignore[arg-type]
    assert kept(lyon) == 1


def test_a_hidden_case_and_one_that_is_not_here_are_told_alike(
    shared: World, lyon: Member, oslo: Member
) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Hidden"}).matter
    told = set()
    for matter, desk in ((case, shared.desk(lyon, "operator")), (NOWHERE, shared.desk(lyon))):
        for call in (
            lambda m=matter, d=desk: evidence.take(d, m, [b"x"], TOLD),
            lambda m=matter, d=desk: evidence.hand_over(d, m, RecordId(m), TURIN, "x"),
            lambda m=matter, d=desk: evidence.receive(d, m, RecordId(m)),
            lambda m=matter, d=desk: evidence.content(d, m, RecordId(m)),
        ):
            fault = refused("matter-unknown", call)
            told.add((fault.message, fault.next_step))
    assert len(told) == 1


def test_an_exhibit_is_one_of_its_own_case(shared: World, lyon: Member) -> None:
    first, second = (
        shared.act(lyon, "case.opened/1", {"title": "One of two"}).matter for _ in range(2)
    )
    exhibit = small(shared, lyon, first)
    desk = shared.desk(lyon)
    assert evidence.content(desk, first, exhibit)[0].size == 64
    for call in (evidence.content, evidence.receive):
        fault = refused(
            "exhibit-unknown" if call is evidence.content else "hand-over-unknown",
            lambda c=call: c(desk, second, exhibit),
        )
        assert fault.next_step
