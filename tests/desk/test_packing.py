"""A parcel holds the oldest of what waits, as much as it has room for, and never gets stuck."""

import pytest

from comity.desk import packing
from comity.exchange import contents, parcel
from comity.records import sealed
from comity.records.ids import AuthorityId, MatterId
from comity.store import port
from tests.world.world import OSLO, TURIN, Member, World, refused


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin, with nothing waiting for anyone."""
    made = shared.act(lyon, "case.opened/1", {"title": "Depot", "parties": [TURIN]}).matter
    shared.settle()
    return made


def pack(world: World, sender: Member, receiver: Member) -> tuple[contents.Parcel, packing.Awaited]:
    """What the next parcel holds, as its receiver reads it, and what is remembered of it."""
    made = packing.make(sender.tools, receiver.authority, world.now())
    own = receiver.tools
    found = own.directory()
    opened = parcel.open_(made.data, own.keys.opener, found, federation=found.matter.id)
    assert opened.digest == made.awaited.sent.digest
    return opened.parcel, made.awaited


def queue(member: Member, *outgoing: port.Outgoing) -> None:
    member.tools.store.append(port.Append(outgoing=outgoing)).result()


def drop(member: Member, peer: AuthorityId) -> None:
    """As if everything that waits had been confirmed."""
    rows = member.tools.store.pending(peer, 10_000)
    if rows:
        own = member.tools.store
        own.delivered(peer, rows[-1].number, {row.record for row in rows})


def test_an_empty_parcel_shows_the_head_of_the_ledger(shared: World, lyon: Member, turin: Member):
    shared.settle()
    packed, awaited = pack(shared, lyon, turin)
    assert (packed.items, packed.blobs, packed.number) == ((), (), 1)
    assert packed.head is not None
    assert (awaited.through, awaited.size) == (0, lyon.tools.store.size)
    assert awaited.sent.records == frozenset()


def test_a_record_goes_once_with_the_disclosures_of_all_its_rows(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "hello"}, case).record
    queue(lyon, port.Outgoing(TURIN, note))
    packed, awaited = pack(shared, lyon, turin)
    (item,) = packed.items
    assert [sealed.disclosure(text).value for text in item.disclosures] == ["hello"]
    assert awaited.through == lyon.tools.store.pending(TURIN, 9)[-1].number
    shared.settle()


def test_what_was_erased_is_not_sent_any_more(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "taken back"}, case).record
    (text,) = lyon.tools.store.disclosures([note])[note]
    lyon.tools.store.erase(note, [sealed.digest_of(text)])
    packed, _ = pack(shared, lyon, turin)
    assert [item.disclosures for item in packed.items] == [()]
    shared.settle()


def test_rows_that_do_not_fit_go_first_in_the_next_parcel(
    shared: World, lyon: Member, turin: Member, case: MatterId, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [str(number) * 5_000 for number in range(5)]
    said = [shared.act(lyon, "note.made/1", {"text": text}, case).record for text in texts]
    monkeypatch.setattr(packing, "BYTES_MAX", 20_000)
    sent = []
    while lyon.tools.store.pending(TURIN, 1):
        packed, _ = pack(shared, lyon, turin)
        assert (
            sum(len(item.envelope) + sum(map(len, item.disclosures)) for item in packed.items)
            <= 20_000
        )
        sent.append(len(packed.items))
        assert shared.carry(lyon, turin)
    assert sum(sent) == len(said)
    assert len(sent) > 1
    assert shared.state(lyon, case) == shared.state(turin, case)


def test_one_row_that_has_more_than_a_parcel_should_goes_alone(
    shared: World, lyon: Member, turin: Member, case: MatterId, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("a", "b" * 9_000, "c"):
        shared.act(lyon, "note.made/1", {"text": text}, case)
    monkeypatch.setattr(packing, "BYTES_MAX", 5_000)
    sizes = []
    while lyon.tools.store.pending(TURIN, 1):
        sizes.append(len(pack(shared, lyon, turin)[0].items))
        shared.carry(lyon, turin)
    assert sizes == [1, 1, 1]


def test_a_row_with_more_blobs_than_any_parcel_has_room_for_is_sent_in_parts(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    """An exhibit of more than 64 MiB, in pieces of a few bytes."""
    blobs = [f"piece {number} of {case}".encode() for number in range(contents.BLOBS_MAX + 6)]
    named = [contents.blob_id(blob) for blob in blobs]
    exhibit = shared.act(lyon, "exhibit.taken/1", TAKEN, case).record
    shared.settle()
    said = {"exhibit": exhibit, "to": TURIN, "purpose": "examination", "pieces": named}
    offered = shared.act(
        lyon, "exhibit.offered/1", {**said, "key": "0" * 64}, case, role="desk_head"
    ).record
    drop(lyon, TURIN)
    lyon.tools.store.append(port.Append(blobs=tuple(zip(named, blobs, strict=True)))).result()
    queue(lyon, port.Outgoing(TURIN, offered, (), tuple(named)))
    parcels = []
    while lyon.tools.store.pending(TURIN, 1):
        parcels.append(len(pack(shared, lyon, turin)[0].blobs))
        shared.carry(lyon, turin)
    assert parcels == [16, 16, 16, 16, 6]
    assert [turin.tools.store.blob(one) for one in named] == blobs
    drop(lyon, TURIN)


TAKEN = {
    "content": {"name": "disk.img", "sha256": "0" * 64, "size": 1},
    "description": "image",
    "source": "server",
    "method": "seizure",
    "basis": "warrant",
}


def test_nothing_is_sealed_to_a_stranger(shared: World, lyon: Member) -> None:
    told = refused(
        "authority-unknown",
        lambda: packing.make(lyon.tools, AuthorityId("xx-stranger"), shared.now()),
    )
    assert "xx-stranger" in told.message
    assert packing.recipient(lyon.tools, OSLO).key_id == "no-oslo#1"
