"""This node's ledger as others see it: only what is durable, and only what verifies."""

import base64
import dataclasses
import threading
from collections.abc import Iterator

import pytest

from comity.desk import ledgers, witnessing
from comity.exchange import contents, receipt
from comity.ledger import checkpoint, proofs, resume
from comity.records.ids import BlobId
from comity.store import port
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused


@pytest.fixture
def fresh(lyon: Member) -> Iterator[Member]:
    """Lyon, with nothing known of Turin; what was known comes back at the end."""
    store = lyon.tools.store
    known = store.peer(TURIN)
    store.save_peer(port.PeerRow(peer=TURIN))
    yield lyon
    store.save_peer(known)


def line(witness: Member, owner: Member, size: int | None = None) -> str:
    """The witness's cosignature for the owner's head at a size."""
    own = owner.tools
    here = ledgers.head(own)
    at = here.size if size is None else size
    head = checkpoint.Checkpoint(here.origin, at, ledgers.root_at(at, here.size, own.store.tile))
    key = witness.tools.keys.cosign
    cosigned_at = 1_780_000_000
    return checkpoint.cosign(
        head, witness.authority, key.public, key.sign, cosigned_at=cosigned_at
    ).decode()


def said(world: World, owner: Member, **more: object) -> receipt.Receipt:
    """A receipt by Turin for a parcel of the owner; only what it says of the head counts here."""
    values: dict[str, object] = {
        "parcel": BlobId("0" * 64),
        "number": 1,
        "sender": owner.authority,
        "receiver": TURIN,
        "at": world.now(),
        "outcomes": (),
        "checkpoint": "",
        "withheld": "" if more.get("cosignature") else "no-head",
    }
    return receipt.Receipt.model_validate({**values, **more})


def test_the_head_is_over_what_is_durable_and_signed_by_its_owner(
    shared: World, lyon: Member
) -> None:
    made = shared.act(lyon, "case.opened/1", {"title": "Ledger of Lyon"})
    note = ledgers.checkpoint_note(lyon.tools)
    keys = ledgers.owner_keys(lyon.tools.directory(), LYON)
    head = checkpoint.verify(note, keys)
    assert head == ledgers.head(lyon.tools)
    assert head.size == lyon.tools.store.size == made.leaf + 1


def test_a_head_for_a_peer_is_proved_from_what_it_acknowledged(fresh: Member) -> None:
    own = fresh.tools
    assert ledgers.head_for(own, TURIN).consistency == ()
    ledgers.change_peer(own, TURIN, acknowledged_size=3)
    shown = ledgers.head_for(own, TURIN)
    here = ledgers.head(own)
    assert shown.grown_from == 3
    root = ledgers.root_at(3, here.size, own.store.tile)
    assert proofs.verify_consistency(3, root, here.size, here.root, shown.consistency)


def test_a_peer_that_claims_to_have_seen_more_than_there_is_still_gets_a_head(
    fresh: Member,
) -> None:
    ledgers.change_peer(fresh.tools, TURIN, acknowledged_size=10**9)
    assert ledgers.head_for(fresh.tools, TURIN).grown_from == fresh.tools.store.size


def test_a_cosignature_is_kept_with_the_size_that_it_is_over(
    shared: World, fresh: Member, turin: Member
) -> None:
    own, size = fresh.tools, fresh.tools.store.size
    told = said(shared, fresh, cosignature=line(turin, fresh))
    assert ledgers.acknowledge(own, TURIN, told, size)
    assert own.store.peer(TURIN).acknowledged_size == size
    keys = ledgers.witness_keys(own.directory(), TURIN)
    assert list(checkpoint.witnesses(ledgers.checkpoint_note(own), keys)) == [TURIN]


@pytest.mark.parametrize("wrong", ["other-witness", "other-size", "no-line", "beyond"])
def test_a_line_that_does_not_verify_is_no_cosignature(
    shared: World, fresh: Member, turin: Member, oslo: Member, wrong: str
) -> None:
    own, size = fresh.tools, fresh.tools.store.size
    lines = {
        "other-witness": line(oslo, fresh),
        "other-size": line(turin, fresh, size - 1),
        "no-line": "not a signature line",
        "beyond": line(turin, fresh),
    }
    told = said(shared, fresh, cosignature=lines[wrong], seen=size)
    assert not ledgers.acknowledge(own, TURIN, told, size + (wrong == "beyond"))
    row = own.store.peer(TURIN)
    assert (row.acknowledged_size, row.cosignature) == (0, "")


def test_whatever_a_peer_put_in_the_place_of_a_cosignature_the_checkpoint_is_served(
    fresh: Member,
) -> None:
    """One peer must not keep this node's checkpoint from all others."""
    ledgers.change_peer(fresh.tools, TURIN, cosignature="garbage", acknowledged_size=1)
    note = ledgers.checkpoint_note(fresh.tools)
    assert checkpoint.verify(note, ledgers.owner_keys(fresh.tools.directory(), LYON))


def test_a_late_receipt_does_not_take_back_what_a_later_one_acknowledged(
    shared: World, fresh: Member, turin: Member
) -> None:
    own, size = fresh.tools, fresh.tools.store.size
    newest = line(turin, fresh)
    ledgers.acknowledge(own, TURIN, said(shared, fresh, cosignature=newest), size)
    late = said(shared, fresh, cosignature=line(turin, fresh, size - 2))
    assert ledgers.acknowledge(own, TURIN, late, size - 2)
    row = own.store.peer(TURIN)
    assert (row.acknowledged_size, row.cosignature) == (size, newest)


def test_where_a_peer_says_that_it_saw_another_size_the_next_proof_begins_there(
    shared: World, fresh: Member, turin: Member
) -> None:
    own, size = fresh.tools, fresh.tools.store.size
    first = said(shared, fresh, cosignature=line(turin, fresh, size - 2))
    ledgers.acknowledge(own, TURIN, first, size - 2)
    told = said(shared, fresh, withheld="old-size", seen=size - 1)
    assert not ledgers.acknowledge(own, TURIN, told, size)
    row = own.store.peer(TURIN)
    # The line over the other size says nothing about this one, and is not kept with it.
    assert (row.acknowledged_size, row.cosignature) == (size - 1, "")


def test_a_change_of_a_peers_row_loses_no_other_change_made_at_the_same_time(
    fresh: Member,
) -> None:
    """Else a receipt that is settled while a head is witnessed would make the witness go back."""
    own = fresh.tools
    other = threading.Thread(
        target=ledgers.change_peer, args=(own, TURIN), kwargs={"last_fault": "peer-busy"}
    )
    with ledgers.row_of(TURIN):
        row = own.store.peer(TURIN)
        other.start()
        other.join(0.05)
        assert other.is_alive()
        own.store.save_peer(dataclasses.replace(row, seen_size=7))
    other.join(20)
    row = own.store.peer(TURIN)
    assert (row.seen_size, row.last_fault) == (7, "peer-busy")


def test_an_earlier_head_is_signed_again_as_it_was(fresh: Member) -> None:
    own = fresh.tools
    keys = ledgers.owner_keys(own.directory(), LYON)
    earlier = checkpoint.verify(ledgers.head_at(own, 2), keys)
    assert earlier.size == 2
    assert earlier.root == ledgers.root_at(2, own.store.size, own.store.tile)


def test_nothing_is_vouched_for_while_peers_are_asked_or_the_node_halts(lyon: Member) -> None:
    halt = lyon.tools.halt
    try:
        halt.asking = True
        refused("node-starting", lambda: ledgers.checkpoint_note(lyon.tools))
        halt.reason = "it went back"
        refused("node-read-only", lambda: ledgers.head_for(lyon.tools, OSLO))
    finally:
        halt.asking, halt.reason = False, ""


def test_what_peers_remember_is_held_against_this_ledger(lyon: Member, turin: Member) -> None:
    own = lyon.tools
    here, signer = ledgers.head(own), own.keys.checkpoint

    def note(size: int, root: bytes) -> bytes:
        head = checkpoint.Checkpoint(here.origin, size, root)
        return checkpoint.sign(head, signer.public, signer.sign)

    sound = ledgers.standing(own, [ledgers.head_at(own, 2), ledgers.checkpoint_note(own)])
    assert sound == resume.Sound(here.size)
    beyond = ledgers.standing(own, [note(here.size + 1, bytes(32))])
    assert isinstance(beyond, resume.ReadOnly)
    assert beyond.reason == "behind"
    forked = ledgers.standing(own, [note(here.size + 1, bytes(32)), note(2, bytes(32))])
    assert isinstance(forked, resume.ReadOnly)
    assert forked.reason == "forked"
    # Nobody else can stop a node: what it did not sign is passed over.
    theirs = ledgers.checkpoint_note(turin.tools)
    assert ledgers.standing(own, [theirs, b"no note"]) == resume.Sound(0)


def test_what_was_seen_of_others_is_named_in_new_records(shared: World, lyon: Member) -> None:
    shared.settle()
    head = ledgers.head(shared.members[TURIN].tools)
    witnessing.remember(lyon.tools, TURIN, head)
    witnessing.remember(lyon.tools, TURIN, checkpoint.Checkpoint(head.origin, 1, bytes(32)))
    assert lyon.tools.heads[TURIN].size == head.size
    assert lyon.tools.heads[TURIN].root == base64.b64encode(head.root).decode()


def test_a_head_without_proof_is_what_is_shown_first(fresh: Member, turin: Member) -> None:
    shown = ledgers.head_for(fresh.tools, TURIN)
    assert isinstance(shown, contents.Head)
    keys = ledgers.owner_keys(turin.tools.directory(), LYON)
    assert checkpoint.verify(shown.note, keys).size == fresh.tools.store.size
