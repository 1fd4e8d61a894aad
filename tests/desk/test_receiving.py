"""Foreign parcels: what is wrong is turned away by itself, and nothing is half stored."""

import datetime

import pytest

from comity import errors
from comity.desk import delivering, reading, receiving
from comity.exchange import contents, parcel, receipt
from comity.keys import filekeys
from comity.records import envelope, record
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.world.world import LYON, OSLO, TURIN, Member, World


@pytest.fixture
def case(world: World, three: list[Member]) -> MatterId:
    """A case of Lyon and Turin that both have."""
    said = {"title": "Night Bazaar", "parties": [TURIN]}
    made = world.act(three[0], "case.opened/1", said).matter
    world.settle()
    return made


def send(world: World, sender: Member, receiver: Member, *envelopes: bytes) -> receipt.Receipt:
    """A parcel with these envelopes, by hand; the receipt."""
    own = sender.tools
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=sender.authority,
        recipients=(receiver.authority,),
        number=1,
        made_at=world.now(),
        items=tuple(contents.Item(one) for one in envelopes),
    )
    addressee = [delivering.recipient(own, receiver.authority)]
    data = parcel.seal(made, own.keys.signer, addressee).data
    answer = receiving.receive(receiver.tools, data, world.now())
    found = own.directory()
    opened = parcel.open_(answer, own.keys.opener, found, federation=found.matter.id)
    return receipt.read(opened.parcel.receipts[0], found)


def say(
    member: Member,
    case: MatterId,
    *,
    signer: envelope.Signer | None = None,
    place: record.Place | None = None,
    kind: str = "note.made/1",
    charter: MatterId | None = None,
) -> bytes:
    """A record as `member` would say it, or not quite."""
    own = member.tools
    with own.cabinet.holding(case, new=True) as folder:
        found = place or folder.matter.place(member.authority)
    one = own.registry[kind]
    signed, _, _ = record.build(
        one,
        record.draft(one, {"text": "hello"}),
        place=found,
        officer="o-test",
        said_at=datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC),
        charter=charter or own.charter(),
        handling=record.Handling(),
        seen={},
        signer=signer or own.keys.signer,
        salt=own.salt,
    )
    return signed


def outcome(receipt_: receipt.Receipt) -> tuple[str, str]:
    (one,) = receipt_.outcomes
    return one.result, one.code


def test_a_forged_author_is_turned_away(world: World, three: list[Member], case: MatterId) -> None:
    lyon, turin, _ = three

    class Forger:
        authority = OSLO
        key_id = "no-oslo#1"
        sign = staticmethod(lyon.tools.keys.signer.sign)

    signed = say(lyon, case, signer=Forger())
    assert outcome(send(world, lyon, turin, signed)) == ("rejected", "signature-wrong")
    assert turin.tools.store.record(RecordId(envelope.parse(signed).digest)) is None


def test_an_unknown_author_is_turned_away(
    world: World, three: list[Member], case: MatterId, tmp_path
) -> None:
    lyon, turin, _ = three
    stranger = filekeys.create(
        tmp_path / "stranger", AuthorityId("xx-stranger"), passphrase=None, now=world.now()
    )
    signed = say(lyon, case, signer=stranger.signer)
    assert outcome(send(world, lyon, turin, signed)) == ("rejected", "author-unknown")


def test_a_record_of_another_federation_is_turned_away(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    signed = say(lyon, case, charter=MatterId("a" * 64))
    assert outcome(send(world, lyon, turin, signed)) == ("rejected", "other-federation")


def test_a_record_by_no_party_is_kept_and_changes_nothing(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, oslo = three
    with lyon.tools.cabinet.holding(case) as folder:
        place = folder.matter.place(OSLO)
    signed = say(oslo, case, place=place)
    before = world.state(turin, case)
    assert outcome(send(world, oslo, turin, signed)) == ("stored", "")
    view = reading.read(world.desk(turin), case)
    assert [one.reason for one in view.rejections] == ["no-oslo is no party of this matter"]
    assert len(view.timeline) == 1
    assert (
        world.state(turin, case) != before
    )  # The rejection itself is part of what nodes agree on.


def test_the_same_parcel_twice_has_one_effect_and_the_same_outcome(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    world.act(lyon, "note.made/1", {"text": "once"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    first = receiving.receive(turin.tools, data, world.now())
    size = turin.tools.store.size
    second = receiving.receive(turin.tools, data, world.now())
    assert turin.tools.store.size == size
    found = lyon.tools.directory()
    read = [
        receipt.read(
            parcel.open_(
                answer, lyon.tools.keys.opener, found, federation=found.matter.id
            ).parcel.receipts[0],
            found,
        )
        for answer in (first, second)
    ]
    assert [one.record for one in read[0].outcomes] == [one.record for one in read[1].outcomes]
    assert [one.index for one in read[0].outcomes] == [one.index for one in read[1].outcomes]


def test_what_waits_for_ancestors_is_asked_for_and_then_counts(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    first = world.act(lyon, "note.made/1", {"text": "first"}, case)
    second = world.act(lyon, "note.made/1", {"text": "second"}, case)
    signed = lyon.tools.store.record(second.record).envelope
    told = send(world, lyon, turin, signed)
    assert told.missing == (first.record,)
    assert len(reading.read(world.desk(turin), case).timeline) == 1
    world.settle()
    assert len(reading.read(world.desk(turin), case).timeline) == 3
    assert world.state(lyon, case) == world.state(turin, case)


def test_a_parcel_for_another_is_refused_whole(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, _, oslo = three
    world.act(lyon, "note.made/1", {"text": "for Turin"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    size = oslo.tools.store.size
    with pytest.raises(errors.ComityError) as fault:
        receiving.receive(oslo.tools, data, world.now())
    assert fault.value.code in {"not-addressed-here", "parcel-not-for-this-key", "not-a-recipient"}
    assert oslo.tools.store.size == size


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_truncated_parcel_changes_nothing(
    world: World, three: list[Member], case: MatterId, cut: int
) -> None:
    lyon, turin, _ = three
    world.act(lyon, "note.made/1", {"text": "cut"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    size = turin.tools.store.size
    with pytest.raises((errors.Invalid, errors.Unverified)):
        receiving.receive(turin.tools, data[:cut], world.now())
    assert turin.tools.store.size == size


def test_an_access_record_of_another_node_is_never_taken(
    world: World, three: list[Member], case: MatterId
) -> None:
    lyon, turin, _ = three
    begun = lyon.tools.store.setting("access")
    signed = lyon.tools.store.record(RecordId(begun)).envelope
    result, code = outcome(send(world, lyon, turin, signed))
    assert (result, code) in {("rejected", "other-federation"), ("rejected", "kind-not-shared")}
    assert LYON != TURIN
