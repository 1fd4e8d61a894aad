"""What was sent waits until a receipt proves that it arrived, and no peer can make it otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest

from comity import errors
from comity.desk import delivering, exporting, ledgers, packing, receiving
from comity.exchange import parcel, receipt
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port
from tests.world import by_hand
from tests.world.world import OSLO, TURIN, Member, World, refused


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin, with nothing waiting for anyone."""
    made = shared.act(lyon, "case.opened/1", {"title": "Depot", "parties": [TURIN]}).matter
    shared.settle()
    return made


@pytest.fixture
def line(lyon: Member) -> Iterator[None]:
    """The line from Lyon to Turin; what a test makes of it is over at its end."""
    yield
    rows = lyon.tools.store.pending(TURIN, 10_000)
    if rows:
        everything = {row.record for row in rows}
        lyon.tools.store.delivered(TURIN, rows[-1].number, everything)
    lyon.tools.store.save_peer(port.PeerRow(peer=TURIN))


def waiting(member: Member, peer: AuthorityId) -> list[RecordId]:
    return [row.record for row in member.tools.store.pending(peer, 10_000)]


def posted(sender: Member, receiver: Member) -> bytes:
    data = sender.outbox.next_parcel(receiver.authority)
    assert data is not None
    return data


def answer(world: World, sender: Member, receiver: Member, **said: Any) -> bytes:
    """What `receiver` would answer if it said what it likes about the parcel that is awaited."""
    awaited = sender.outbox._awaited[receiver.authority]
    own = receiver.tools
    values: dict[str, Any] = {
        "parcel": awaited.sent.digest,
        "number": 1,
        "sender": sender.authority,
        "receiver": receiver.authority,
        "at": world.now(),
        "outcomes": (),
        "checkpoint": ledgers.signed(own, ledgers.head(own)).decode(),
        "withheld": "" if said.get("cosignature") else "no-head",
    }
    issued = receipt.issue(receipt.Receipt.model_validate({**values, **said}), own.keys.signer)
    return packing.seal_receipt(own, sender.authority, issued, world.now())


def test_a_row_waits_until_its_receipt_comes(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "once"}, case).record
    data = posted(lyon, turin)
    assert waiting(lyon, TURIN) == [note]
    lyon.outbox.accept_answer(TURIN, receiving.receive(turin.tools, data, shared.now()))
    assert waiting(lyon, TURIN) == []
    row = lyon.tools.store.peer(TURIN)
    assert (row.last_fault, row.last_contact is not None) == ("", True)


def test_a_lost_answer_is_made_good_by_sending_again_and_the_export_still_names_the_witness(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "first"}, case)
    receiving.receive(turin.tools, posted(lyon, turin), shared.now())
    shared.act(lyon, "note.made/1", {"text": "second"}, case)
    shared.carry(lyon, turin)
    assert waiting(lyon, TURIN) == []
    # The head was proved from what Lyon knew, and Turin had seen more: no cosignature this time,
    # and none that is over another size is kept in its place.
    files = exporting.export(shared.desk(lyon, "desk_head"), case)
    assert "witnessed/it-turin.json" not in files
    shared.act(lyon, "note.made/1", {"text": "third"}, case)
    shared.carry(lyon, turin)
    files = exporting.export(shared.desk(lyon, "desk_head"), case)
    assert any(name.startswith("witnessed/it-turin") for name in files)


def test_nothing_is_sent_when_nothing_is_new(shared: World, lyon: Member, turin: Member) -> None:
    shared.settle()
    while shared.carry(lyon, turin):
        pass
    assert lyon.outbox.next_parcel(TURIN) is None
    again = delivering.Outbox(lyon.tools, shared.now)
    assert again.next_parcel(TURIN) is not None  # One that just started greets everyone once.


def test_an_answer_that_settles_nothing_counts_as_none(
    shared: World, lyon: Member, turin: Member, case: MatterId, line: None
) -> None:
    """Else a peer that takes nothing would be sent the same at once, again and again."""
    note = shared.act(lyon, "note.made/1", {"text": "again?"}, case).record
    posted(lyon, turin)
    nothing = answer(shared, lyon, turin)
    refused("receipt-settles-nothing", lambda: lyon.outbox.accept_answer(TURIN, nothing))
    assert waiting(lyon, TURIN) == [note]


def test_a_peer_that_never_cosigns_is_tried_ever_more_rarely(
    shared: World, lyon: Member, turin: Member, line: None
) -> None:
    shared.settle()
    shared.act(lyon, "case.opened/1", {"title": "Not for Turin"})
    for seen in (0, 1, lyon.tools.store.size - 1):
        posted(lyon, turin)
        told = answer(shared, lyon, turin, withheld="split-view", seen=seen)
        refused("receipt-settles-nothing", lambda told=told: lyon.outbox.accept_answer(TURIN, told))


def test_a_cosignature_that_is_none_is_not_kept(
    shared: World, lyon: Member, turin: Member, case: MatterId, line: None
) -> None:
    shared.act(lyon, "note.made/1", {"text": "x"}, case)
    posted(lyon, turin)
    told = answer(shared, lyon, turin, cosignature="garbage", seen=10**12)
    refused("receipt-settles-nothing", lambda: lyon.outbox.accept_answer(TURIN, told))
    assert lyon.tools.store.peer(TURIN).cosignature != "garbage"
    assert ledgers.checkpoint_note(lyon.tools)
    assert exporting.export(shared.desk(lyon, "desk_head"), case)


def test_a_receipt_is_for_the_parcel_that_it_names_and_by_whom_it_was_sent_to(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId, line: None
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "x"}, case).record
    data = posted(lyon, turin)
    wrong = answer(shared, lyon, turin, parcel="0" * 64)
    refused("receipt-unproved", lambda: lyon.outbox.accept_answer(TURIN, wrong))
    right = receiving.receive(turin.tools, data, shared.now())
    refused("answer-wrong", lambda: lyon.outbox.accept_answer(OSLO, right))
    assert waiting(lyon, TURIN) == [note]


def test_a_record_is_not_delivered_because_somebody_says_so(
    shared: World, lyon: Member, turin: Member, case: MatterId, line: None
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "x"}, case).record
    posted(lyon, turin)
    claimed = {"record": note, "result": "stored", "index": 0, "proof": ()}
    told = answer(shared, lyon, turin, outcomes=(claimed,))
    refused("receipt-unproved", lambda: lyon.outbox.accept_answer(TURIN, told))
    assert waiting(lyon, TURIN) == [note]


def test_an_answer_that_nobody_awaits_changes_nothing(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "note.made/1", {"text": "x"}, case)
    told = receiving.receive(turin.tools, posted(lyon, turin), shared.now())
    lyon.outbox.accept_answer(TURIN, told)
    before = by_hand.whole(lyon)
    lyon.outbox.accept_answer(TURIN, told)
    assert by_hand.whole(lyon) == before


def test_a_refusal_settles_a_record_and_is_shown_until_something_is_delivered(
    shared: World, lyon: Member, turin: Member, case: MatterId, line: None
) -> None:
    shared.act(lyon, "note.made/1", {"text": "x"}, case)
    posted(lyon, turin)
    (note,) = waiting(lyon, TURIN)
    outcome = {"record": note, "result": "rejected", "code": "signature-wrong"}
    lyon.outbox.accept_answer(TURIN, answer(shared, lyon, turin, outcomes=(outcome,)))
    assert waiting(lyon, TURIN) == []
    assert lyon.tools.store.peer(TURIN).last_fault == delivering.REFUSED
    shared.carry(lyon, turin)  # A head alone.
    assert lyon.tools.store.peer(TURIN).last_fault == delivering.REFUSED
    shared.act(lyon, "note.made/1", {"text": "y"}, case)
    shared.carry(lyon, turin)
    assert lyon.tools.store.peer(TURIN).last_fault == ""


def test_a_failed_round_is_noted_and_a_good_one_ends_it(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    fault = errors.Unavailable("peer-busy", "too many requests at once")
    seen = lyon.tools.store.peer(TURIN).seen_size
    lyon.outbox.failed(TURIN, fault)
    row = lyon.tools.store.peer(TURIN)
    assert (row.last_fault, row.seen_size) == ("peer-busy", seen)
    shared.act(lyon, "note.made/1", {"text": "x"}, case)
    shared.carry(lyon, turin)
    assert lyon.tools.store.peer(TURIN).last_fault == ""


def test_what_a_party_lacks_is_sent_once_and_to_nobody_else(
    shared: World, lyon: Member, case: MatterId, line: None
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "asked for"}, case).record
    shared.settle()
    unknown = RecordId("0" * 64)
    access = lyon.tools.store.last(MatterId(str(lyon.tools.store.setting("access"))))
    assert access is not None
    before = waiting(lyon, OSLO)
    delivering.send_wanted(lyon.tools, OSLO, [note, unknown, access.id])
    assert waiting(lyon, OSLO) == before
    woken: list[AuthorityId] = []
    lyon.tools.wake.append(woken.append)
    for _ in range(3):
        delivering.send_wanted(lyon.tools, TURIN, [note, unknown, access.id, note])
    lyon.tools.wake.remove(woken.append)
    assert waiting(lyon, TURIN) == [note]
    assert woken == [TURIN]
    (row,) = lyon.tools.store.pending(TURIN, 9)
    assert len(row.disclosures) == 1


def test_of_what_others_said_the_bare_record_is_sent(
    shared: World, lyon: Member, turin: Member, case: MatterId, line: None
) -> None:
    note = shared.act(turin, "note.made/1", {"text": "by Turin"}, case).record
    shared.settle()
    delivering.send_wanted(lyon.tools, TURIN, [note])
    (row,) = lyon.tools.store.pending(TURIN, 9)
    assert (row.record, row.disclosures) == (note, ())


def test_who_asks_for_more_than_it_takes_gets_no_more_queued(
    shared: World, lyon: Member, case: MatterId, line: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [shared.act(lyon, "note.made/1", {"text": str(n)}, case).record for n in range(6)]
    shared.settle()
    monkeypatch.setattr(delivering, "WANTED_MAX", 4)
    delivering.send_wanted(lyon.tools, TURIN, notes[:4])
    delivering.send_wanted(lyon.tools, TURIN, notes[4:])
    assert waiting(lyon, TURIN) == notes[:4]


def test_a_receipt_that_came_by_itself_counts_if_its_parcel_is_remembered(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "by file"}, case).record
    made = packing.make(lyon.tools, TURIN, shared.now())
    back = receiving.receive(turin.tools, made.data, shared.now())
    found = lyon.tools.directory()
    opened = parcel.open_(back, lyon.tools.keys.opener, found, federation=found.matter.id)
    (issued,) = opened.parcel.receipts
    assert delivering.carried(lyon.tools, TURIN, issued) is None
    lyon.tools.store.append(port.Append(secrets=(delivering.memory_of(made.awaited),))).result()
    assert delivering.carried(lyon.tools, OSLO, issued) is None
    assert waiting(lyon, TURIN) == [note]
    came = delivering.carried(lyon.tools, TURIN, issued)
    assert came is not None
    delivering.settle_carried(lyon.tools, came, shared.now())
    assert waiting(lyon, TURIN) == []
    assert delivering.carried(lyon.tools, TURIN, issued) is None
