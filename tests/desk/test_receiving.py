"""Foreign parcels: what is wrong is turned away by itself, and nothing is half stored."""

import threading

import pytest

from comity import errors
from comity.desk import ledgers, reading, receiving, witnessing
from comity.exchange import contents
from comity.keys import filekeys
from comity.ledger import notes
from comity.records import envelope, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.world import by_hand
from tests.world.world import OSLO, TURIN, Member, World, refused


def opened(
    world: World, lead: Member, *parties: AuthorityId, title: str = "Night Bazaar"
) -> MatterId:
    """A case that all its parties have."""
    said = {"title": title, "parties": list(parties)}
    made = world.act(lead, "case.opened/1", said).matter
    world.settle()
    return made


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin."""
    return opened(shared, lyon, TURIN)


def test_a_forged_author_is_turned_away(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    forged = by_hand.say(lyon, case, signer=by_hand.As(lyon, OSLO))
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(forged))
    assert by_hand.outcomes(told) == [("rejected", "signature-wrong")]
    assert turin.tools.store.record(forged.record.id) is None


def test_a_record_by_an_author_who_is_not_known_yet_stays_with_its_sender(
    shared: World, lyon: Member, turin: Member, case: MatterId, tmp_path
) -> None:
    stranger = filekeys.create(
        tmp_path / "stranger", AuthorityId("xx-stranger"), passphrase=None, now=shared.now()
    )
    unknown = by_hand.say(lyon, case, signer=stranger.signer)
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(unknown))
    assert by_hand.outcomes(told) == [("waiting", "author-unknown")]
    assert told.outcomes[0].index is None
    assert turin.tools.store.record(unknown.record.id) is None


def test_a_record_of_another_federation_is_turned_away(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    foreign = by_hand.say(lyon, case, charter=MatterId("a" * 64))
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(foreign))
    assert by_hand.outcomes(told) == [("rejected", "other-federation")]


def test_a_record_by_no_party_is_kept_and_changes_nothing(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId
) -> None:
    with lyon.tools.cabinet.holding(case) as folder:
        place = folder.matter.place(OSLO)
    intruding = by_hand.say(oslo, case, place=place)
    told = by_hand.send(shared, oslo, turin, items=by_hand.items(intruding))
    assert by_hand.outcomes(told) == [("stored", "")]
    view = reading.read(shared.desk(turin), case)
    assert [one.reason for one in view.rejections] == ["no-oslo is no party of this matter"]
    assert len(view.timeline) == 1


def test_the_same_parcel_twice_has_one_effect_and_the_same_outcome(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "once"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    assert data is not None
    first = receiving.receive(turin.tools, data, shared.now())
    size = turin.tools.store.size
    second = receiving.receive(turin.tools, data, shared.now())
    assert turin.tools.store.size == size
    one, other = (by_hand.receipt_in(lyon, answer).outcomes for answer in (first, second))
    assert [(o.record, o.index) for o in one] == [(o.record, o.index) for o in other]
    assert {o.result for o in other} == {"duplicate"}


def test_what_waits_for_ancestors_is_asked_for_and_then_counts(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    first = shared.act(lyon, "note.made/1", {"text": "first"}, case)
    second = shared.act(lyon, "note.made/1", {"text": "second"}, case)
    stored = lyon.tools.store.record(second.record)
    assert stored is not None
    told = by_hand.send(shared, lyon, turin, items=(contents.Item(stored.envelope),))
    assert told.missing == (first.record,)
    assert len(reading.read(shared.desk(turin), case).timeline) == 1
    shared.settle()
    assert len(reading.read(shared.desk(turin), case).timeline) == 3
    assert shared.state(lyon, case) == shared.state(turin, case)


def test_a_sender_is_asked_for_what_its_own_records_name_and_nothing_else(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId
) -> None:
    """Nobody fills with inventions the list of what others are asked for."""
    invented = [f"{number:064x}" for number in range(1, 70)]
    flood = [by_hand.say(oslo, case, place=by_hand.after(case, one, lamport=2)) for one in invented]
    by_hand.send(shared, oslo, turin, items=by_hand.items(*flood))
    first = shared.act(lyon, "note.made/1", {"text": "first"}, case)
    second = shared.act(lyon, "note.made/1", {"text": "second"}, case)
    stored = lyon.tools.store.record(second.record)
    assert stored is not None
    told = by_hand.send(shared, lyon, turin, items=(contents.Item(stored.envelope),))
    assert told.missing == (first.record,)


def test_who_is_no_party_cannot_ask_whether_a_record_is_here(
    shared: World, turin: Member, oslo: Member, lyon: Member, case: MatterId
) -> None:
    """A record is named in `after`; what is asked for must not tell that it is known."""
    note = shared.act(lyon, "note.made/1", {"text": "secret"}, case).record
    shared.settle()
    told = []
    for matter, ancestor in ((case, note), (MatterId("b" * 64), RecordId("c" * 64))):
        probe = by_hand.say(oslo, matter, place=by_hand.after(matter, ancestor, lamport=2))
        answer = by_hand.send(shared, oslo, turin, items=by_hand.items(probe))
        again = by_hand.say(
            oslo, matter, place=by_hand.after(matter, probe.record.id, lamport=3, seq=1)
        )
        later = by_hand.send(shared, oslo, turin, items=by_hand.items(again))
        told.append(
            (
                [one == ancestor for one in answer.missing],
                [one == ancestor for one in later.missing],
                by_hand.outcomes(answer),
            )
        )
    assert told[0] == told[1] == ([True], [True], [("stored", "")])


def test_a_parcel_for_another_is_refused_whole(
    shared: World, lyon: Member, oslo: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "for Turin"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    assert data is not None
    before = by_hand.whole(oslo)
    refused("not-addressed-here", lambda: receiving.receive(oslo.tools, data, shared.now()))
    assert by_hand.whole(oslo) == before


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_truncated_parcel_changes_nothing(
    shared: World, lyon: Member, turin: Member, case: MatterId, cut: int
) -> None:
    shared.act(lyon, "note.made/1", {"text": "cut"}, case)
    data = lyon.outbox.next_parcel(TURIN)
    assert data is not None
    before = by_hand.whole(turin)
    with pytest.raises((errors.Invalid, errors.Unverified)):
        receiving.receive(turin.tools, data[:cut], shared.now())
    assert by_hand.whole(turin) == before


def test_an_access_record_of_another_node_is_never_taken(
    shared: World, lyon: Member, turin: Member
) -> None:
    begun = RecordId(str(lyon.tools.store.setting("access")))
    stored = lyon.tools.store.record(begun)
    assert stored is not None
    told = by_hand.send(shared, lyon, turin, items=(contents.Item(stored.envelope),))
    assert by_hand.outcomes(told) == [("rejected", "other-federation")]
    as_ours = by_hand.say(lyon, None, "access.begun/1", {})
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(as_ours))
    assert by_hand.outcomes(told) == [("rejected", "kind-not-shared")]


def test_blobs_that_no_record_names_are_not_stored(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = by_hand.say(lyon, case)
    stray = b"a blob that nothing asked for"
    by_hand.send(shared, lyon, turin, items=by_hand.items(note), blobs=(stray,))
    assert turin.tools.store.record(note.record.id) is not None
    assert turin.tools.store.blob(contents.blob_id(stray)) is None


def test_a_receipt_that_proves_nothing_leaves_nothing_of_its_parcel(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = by_hand.say(lyon, case)
    before = by_hand.whole(turin)
    data = by_hand.sealed(lyon, turin, items=by_hand.items(note), receipts=(b"{}",)).data
    refused("envelope-malformed", lambda: receiving.receive(turin.tools, data, shared.now()))
    assert by_hand.whole(turin) == before


def padded(member: Member, size_bytes: int) -> bytes:
    """The member's checkpoint, with lines of nobody until it is so long."""
    own = member.tools
    note = ledgers.checkpoint_note(own)
    line = notes.line(notes.Signature("nobody", b"none", bytes(3_000)))
    return note + line * (size_bytes // len(line) + 1)


def test_a_wrong_head_costs_its_sender_the_cosignature_and_nothing_else(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = by_hand.say(lyon, case)
    theirs = contents.Head(ledgers.checkpoint_note(turin.tools))
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(note), head=theirs)
    assert (told.cosignature, told.withheld) == ("", "checkpoint-unverified")
    assert by_hand.outcomes(told) == [("stored", "")]


def test_a_checkpoint_that_would_fill_the_parcels_of_all_is_not_passed_on(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    long = contents.Head(padded(lyon, witnessing.NOTE_BYTES_MAX))
    told = by_hand.send(shared, lyon, turin, head=long)
    assert (told.cosignature, told.withheld) == ("", "note-too-large")
    passed_on = witnessing.gossip(turin.tools, OSLO)
    assert all(len(one) <= witnessing.NOTE_BYTES_MAX for one in passed_on)
    short = contents.Head(padded(lyon, 10))
    assert by_hand.send(shared, lyon, turin, head=short).withheld != "note-too-large"


def test_a_wrong_disclosure_takes_its_record_along_and_the_right_one_still_comes(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    one, other = by_hand.say(lyon, case), by_hand.say(lyon, case)
    swapped = contents.Item(one.signed, (other.disclosures[0].text,))
    told = by_hand.send(shared, lyon, turin, items=(swapped,))
    assert by_hand.outcomes(told) == [("rejected", "disclosure-unknown")]
    told = by_hand.send(shared, lyon, turin, items=by_hand.items(one))
    assert by_hand.outcomes(told) == [("stored", "")]
    (text,) = turin.tools.store.disclosures([one.record.id])[one.record.id]
    assert sealed.disclosure(text).value == "hello"


def test_while_one_matter_is_held_records_of_others_are_taken(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    other = opened(shared, lyon, TURIN, title="Second Bazaar")
    notes_made = [by_hand.say(lyon, matter) for matter in (other, case)]
    data = by_hand.sealed(lyon, turin, items=by_hand.items(*notes_made)).data
    written = threading.Event()
    turin.tools.store.on_commit(lambda _: written.set())
    taking = threading.Thread(target=receiving.receive, args=(turin.tools, data, shared.now()))
    with turin.tools.cabinet.holding(case):
        taking.start()
        assert written.wait(20)
        assert turin.tools.store.record(notes_made[0].record.id) is not None
        assert turin.tools.store.record(notes_made[1].record.id) is None
    taking.join(20)
    assert turin.tools.store.record(notes_made[1].record.id) is not None


def test_what_is_no_envelope_gets_no_outcome_and_stops_nothing(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = by_hand.say(lyon, case)
    broken = contents.Item(b"not an envelope")
    told = by_hand.send(shared, lyon, turin, items=(broken, *by_hand.items(note)))
    assert by_hand.outcomes(told) == [("stored", "")]


def test_bytes_that_were_signed_as_something_else_are_no_record(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = by_hand.say(lyon, case)
    payload = envelope.parse(note.signed).payload
    as_other = envelope.seal("application/json", payload, lyon.tools.keys.signer)
    told = by_hand.send(shared, lyon, turin, items=(contents.Item(as_other),))
    assert by_hand.outcomes(told) == [("rejected", "not-a-record")]


def test_two_records_at_one_position_are_shown_to_every_party_and_a_thousand_are_not(
    shared: World, lyon: Member, turin: Member
) -> None:
    """They prove by themselves what their author did (F8.1)."""
    case = opened(shared, lyon, TURIN, OSLO)
    said = [by_hand.say(lyon, case, said={"text": str(number)}) for number in range(7)]
    ids = [one.record.id for one in said]
    by_hand.send(shared, lyon, turin, items=by_hand.items(said[0]))
    assert not turin.tools.store.pending(OSLO, 99)
    by_hand.send(shared, lyon, turin, items=by_hand.items(said[1]))
    shown = [row.record for row in turin.tools.store.pending(OSLO, 99)]
    assert sorted(shown) == sorted(ids[:2])
    for one in said[2:]:
        by_hand.send(shared, lyon, turin, items=by_hand.items(one))
    shown = [row.record for row in turin.tools.store.pending(OSLO, 99)]
    assert sorted(shown) == sorted(ids[: receiving.FORK_RECORDS_MAX])
    shared.settle()
    assert all(shared.members[OSLO].tools.store.record(one) for one in ids[:2])
    # Nor does it help to say them all in one breath.
    other = opened(shared, lyon, TURIN, OSLO)
    breath = [by_hand.say(lyon, other, said={"text": str(number)}) for number in range(7)]
    by_hand.send(shared, lyon, turin, items=by_hand.items(*breath))
    assert len(turin.tools.store.pending(OSLO, 99)) == receiving.FORK_RECORDS_MAX
    shared.settle()


# --- identifiers -------------------------------------------------------------------------------


def noted(value: str) -> dict[str, object]:
    return {"identifiers": [{"cls": "domain", "value": value}], "source": None}


def holders(member: Member, value: str) -> list[RecordId]:
    """The records by which this member's registry knows a domain."""
    return [one.record for one in member.tools.store.holding([("domain", value)])]


def test_identifiers_of_a_rejected_record_never_enter_the_registry(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId
) -> None:
    """They would answer blind questions as if this authority had them."""
    with lyon.tools.cabinet.holding(case) as folder:
        place = folder.matter.place(OSLO)
    planted = by_hand.say(oslo, case, "identifiers.noted/1", noted("planted.example"), place=place)
    for _ in range(2):
        by_hand.send(shared, oslo, turin, items=by_hand.items(planted))
    assert turin.tools.store.record(planted.record.id) is not None
    assert holders(turin, "planted.example") == []


def test_identifiers_of_a_record_that_waits_enter_the_registry_when_it_counts(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    first = shared.act(lyon, "note.made/1", {"text": "first"}, case).record
    second = shared.act(lyon, "identifiers.noted/1", noted("late.example"), case).record
    third = shared.act(lyon, "identifiers.noted/1", noted("later.example"), case).record
    store = lyon.tools.store
    texts = store.disclosures([second, third])
    item = {
        one: contents.Item(stored.envelope, tuple(texts.get(one, ())))
        for one in (first, second, third)
        if (stored := store.record(one)) is not None
    }
    by_hand.send(shared, lyon, turin, items=(item[second],))
    assert holders(turin, "late.example") == []
    # One waits since an earlier parcel, one since a moment ago.
    by_hand.send(shared, lyon, turin, items=(item[third], item[first]))
    assert holders(turin, "late.example") == [second]
    assert holders(turin, "later.example") == [third]


def test_identifiers_that_are_disclosed_later_enter_the_registry_then(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    made = by_hand.say(lyon, case, "identifiers.noted/1", noted("shown.example"))
    by_hand.send(shared, lyon, turin, items=(contents.Item(made.signed),))
    assert holders(turin, "shown.example") == []
    by_hand.send(shared, lyon, turin, items=by_hand.items(made))
    assert holders(turin, "shown.example") == [made.record.id]
