"""A node that starts learns what peers saw of its ledger, and stops where it lacks that."""

from collections.abc import Iterator

import pytest

from comity.desk import greeting, ledgers, receiving, witnessing
from comity.exchange import contents, parcel
from comity.ledger import checkpoint, proofs
from comity.store import port
from tests.world import by_hand
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused


@pytest.fixture
def starting(shared: World, lyon: Member) -> Iterator[Member]:
    """Lyon as it starts: it vouches for nothing until it has asked."""
    shared.settle()
    lyon.tools.halt.asking = True
    yield lyon
    lyon.tools.halt.asking, lyon.tools.halt.reason = False, ""


def read(member: Member, data: bytes) -> contents.Parcel:
    found = member.tools.directory()
    return parcel.open_(data, member.tools.keys.opener, found, federation=found.matter.id).parcel


def seen(world: World, owner: Member, witness: Member) -> bytes:
    """The note that `witness` holds of the owner's ledger, with its newest head."""
    row = witness.tools.store.peer(owner.authority)
    store, since = owner.tools.store, row.seen_size
    grown = proofs.consistency(since, store.size, store.tile) if since else ()
    shown = contents.Head(ledgers.head_at(owner.tools, store.size), since, grown)
    line, why, _ = witnessing.cosign(witness.tools, owner.authority, shown, world.now())
    assert line, why
    return witness.tools.store.peer(owner.authority).seen_note.encode()


def test_a_greeting_says_nothing_and_is_answered_with_what_was_seen_alone(
    shared: World, lyon: Member, turin: Member
) -> None:
    note = seen(shared, lyon, turin)
    asked = greeting.greet(lyon.tools, TURIN, shared.now())
    come = read(turin, asked)
    assert greeting.is_greeting(come)
    assert come.seen == ()
    before = by_hand.whole(turin)
    answered = receiving.receive(turin.tools, asked, shared.now())
    assert by_hand.whole(turin) == before
    assert read(lyon, answered).seen == (note,)
    assert greeting.told(lyon.tools, TURIN, answered) == (note,)


def test_two_nodes_that_start_at_once_answer_each_other(
    shared: World, starting: Member, turin: Member
) -> None:
    turin.tools.halt.asking = True
    try:
        asked = greeting.greet(starting.tools, TURIN, shared.now())
        back = receiving.receive(turin.tools, asked, shared.now())
        assert isinstance(greeting.told(starting.tools, TURIN, back), tuple)
        asked = greeting.greet(turin.tools, LYON, shared.now())
        assert receiving.receive(starting.tools, asked, shared.now())
        # Anything else has to wait until both have asked.
        other = by_hand.sealed(turin, starting, want=("0" * 64,)).data
        refused("node-starting", lambda: receiving.receive(starting.tools, other, shared.now()))
    finally:
        turin.tools.halt.asking = False


def test_a_peer_that_saw_nothing_answers_with_nothing(
    shared: World, lyon: Member, oslo: Member
) -> None:
    row = oslo.tools.store.peer(LYON)
    oslo.tools.store.save_peer(port.PeerRow(peer=LYON))
    try:
        asked = greeting.greet(lyon.tools, OSLO, shared.now())
        back = receiving.receive(oslo.tools, asked, shared.now())
        assert greeting.told(lyon.tools, OSLO, back) == ()
    finally:
        oslo.tools.store.save_peer(row)


def test_an_answer_counts_from_the_peer_that_was_asked_and_if_it_is_one(
    shared: World, lyon: Member, turin: Member
) -> None:
    back = greeting.answer(turin.tools, LYON, shared.now())
    refused("answer-wrong", lambda: greeting.told(lyon.tools, OSLO, back))
    parcel_ = by_hand.sealed(turin, lyon, want=("0" * 64,)).data
    refused("answer-wrong", lambda: greeting.told(lyon.tools, TURIN, parcel_))


def test_a_ledger_that_holds_what_was_seen_is_sound(
    shared: World, lyon: Member, turin: Member
) -> None:
    note = seen(shared, lyon, turin)
    shared.act(lyon, "case.opened/1", {"title": "It grew since"})
    assert greeting.judge(lyon.tools, (note,))
    assert lyon.tools.halt.reason == ""


@pytest.mark.parametrize(
    ("beyond", "told"), [(5, "restored from an old copy"), (-1, "not those that it signed before")]
)
def test_a_ledger_that_lacks_what_was_seen_halts_its_node(
    shared: World, starting: Member, beyond: int, told: str
) -> None:
    own = starting.tools
    signer = own.keys.checkpoint
    head = checkpoint.Checkpoint("comity/fr-lyon", own.store.size + beyond, b"\7" * 32)
    note = checkpoint.sign(head, signer.public, signer.sign)
    assert not greeting.judge(own, (note,))
    assert told in own.halt.reason
    assert str(own.store.size + beyond) in own.halt.reason
    before = by_hand.whole(starting)
    refused("node-read-only", lambda: shared.act(starting, "case.opened/1", {"title": "No more"}))
    assert by_hand.whole(starting) == before
    # A node that halts still tells others what it saw of theirs.
    asked = greeting.greet(shared.members[TURIN].tools, LYON, shared.now())
    assert receiving.receive(own, asked, shared.now())


def test_nobody_else_can_halt_a_node(shared: World, starting: Member, turin: Member) -> None:
    signer = turin.tools.keys.checkpoint
    head = checkpoint.Checkpoint("comity/it-turin", 10**6, b"\7" * 32)
    theirs = checkpoint.sign(head, signer.public, signer.sign)
    renamed = theirs.replace(b"it-turin", b"fr-lyon")
    assert greeting.judge(starting.tools, (theirs, renamed, b"", b"no note"))
    assert starting.tools.halt.reason == ""
