"""The ledgers of others: followed as long as they only grow, and caught when they do not."""

from collections.abc import Iterator

import pytest

from comity.desk import ledgers, witnessing
from comity.exchange import contents
from comity.ledger import checkpoint, proofs, witness
from comity.store import port
from tests.world import by_hand, engines
from tests.world.world import LYON, OSLO, TURIN, Member, World


@pytest.fixture(scope="module", params=engines.BOTH)
def known(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Lyon, Turin and Oslo over each engine, shared by the tests of this file."""
    made = engines.world(request, tmp_path_factory.mktemp("witnessing"))
    made.found(LYON, TURIN, OSLO)
    made.settle()
    yield made
    made.close()


@pytest.fixture
def lyon(known: World) -> Member:
    return known.members[LYON]


@pytest.fixture
def turin(known: World) -> Iterator[Member]:
    """Turin, which knows nothing of Lyon's ledger."""
    yield from blank(known.members[TURIN])


@pytest.fixture
def oslo(known: World) -> Iterator[Member]:
    """Oslo, which knows nothing of Lyon's ledger."""
    yield from blank(known.members[OSLO])


def blank(member: Member) -> Iterator[Member]:
    store = member.tools.store
    store.save_peer(port.PeerRow(peer=LYON))
    yield member
    store.save_peer(port.PeerRow(peer=LYON))


def shown(owner: Member, *, since: int = 0) -> contents.Head:
    """The owner's head, proved to continue what it was at a size."""
    own = owner.tools
    size = own.store.size
    proof = proofs.consistency(since, size, own.store.tile) if since else ()
    return contents.Head(ledgers.signed(own, ledgers.head(own)), since, proof)


def other_view(owner: Member, size: int) -> bytes:
    """A checkpoint over leaves that the owner never had."""
    signer = owner.tools.keys.checkpoint
    head = checkpoint.Checkpoint(checkpoint.origin_of(owner.authority), size, b"\7" * 32)
    return checkpoint.sign(head, signer.public, signer.sign)


def cosign(world: World, member: Member, head: contents.Head | None) -> tuple[bool, str, int]:
    line, withheld, seen = witnessing.cosign(member.tools, LYON, head, world.now())
    return bool(line), withheld, seen


def test_a_ledger_is_followed_as_it_grows(known: World, lyon: Member, turin: Member) -> None:
    first = lyon.tools.store.size
    assert cosign(known, turin, shown(lyon)) == (True, "", first)
    known.act(lyon, "case.opened/1", {"title": "It grows"})
    assert cosign(known, turin, shown(lyon, since=first)) == (True, "", first + 1)
    assert turin.tools.heads[LYON].size == first + 1
    row = turin.tools.store.peer(LYON)
    assert checkpoint.parse(row.seen_note.encode())[0] == ledgers.head(lyon.tools)


def test_who_proves_from_another_size_is_told_which_was_seen(
    known: World, lyon: Member, turin: Member
) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, shown(lyon))
    known.act(lyon, "case.opened/1", {"title": "It grows"})
    assert cosign(known, turin, shown(lyon)) == (False, "old-size", size)
    assert cosign(known, turin, shown(lyon, since=size - 1)) == (False, "old-size", size)
    assert turin.tools.store.peer(LYON).seen_size == size


def test_a_replayed_head_does_not_make_the_witness_go_back(
    known: World, lyon: Member, turin: Member
) -> None:
    old, size = shown(lyon), lyon.tools.store.size
    cosign(known, turin, old)
    known.act(lyon, "case.opened/1", {"title": "It grows"})
    cosign(known, turin, shown(lyon, since=size))
    assert cosign(known, turin, old) == (False, "old-size", size + 1)
    assert turin.tools.store.peer(LYON).seen_size == size + 1


@pytest.mark.parametrize("note", [b"", b"no note", "other"])
def test_a_head_that_its_owner_did_not_sign_is_answered_with_why_not(
    known: World, turin: Member, note: bytes | str
) -> None:
    said = ledgers.checkpoint_note(turin.tools) if isinstance(note, str) else note
    line, withheld, seen = cosign(known, turin, contents.Head(said))
    assert (line, seen) == (False, 0)
    assert withheld in {"checkpoint-unverified", "note-malformed", "checkpoint-malformed"}


def test_a_parcel_without_a_head_is_answered_without_a_cosignature(
    known: World, turin: Member
) -> None:
    assert cosign(known, turin, None) == (False, "no-head", 0)


def test_two_heads_of_one_size_are_a_split_view_and_end_the_cosigning(
    known: World, lyon: Member, turin: Member
) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, contents.Head(other_view(lyon, size)))
    assert cosign(known, turin, shown(lyon)) == (False, "split-view", size)
    proof = witnessing.split_view_in(turin.tools.store.peer(LYON))
    assert proof is not None
    keys = ledgers.owner_keys(turin.tools.directory(), LYON)
    assert witness.verify_split_view(proof, keys) == "comity/fr-lyon"
    known.act(lyon, "case.opened/1", {"title": "It grows"})
    assert cosign(known, turin, shown(lyon, since=size)) == (False, "split-view", size)


def test_a_proof_that_shows_another_beginning_is_a_split_view(
    known: World, lyon: Member, turin: Member
) -> None:
    size = next(n for n in range(3, lyon.tools.store.size) if n & (n - 1))
    cosign(known, turin, contents.Head(other_view(lyon, size)))
    assert cosign(known, turin, shown(lyon, since=size)) == (False, "split-view", size)
    proof = witnessing.split_view_in(turin.tools.store.peer(LYON))
    assert proof is not None
    assert proof.proof
    keys = ledgers.owner_keys(turin.tools.directory(), LYON)
    assert witness.verify_split_view(proof, keys) == "comity/fr-lyon"


def test_witnesses_that_were_shown_two_versions_find_it_by_gossip_and_tell_a_third(
    known: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, shown(lyon))
    cosign(known, oslo, contents.Head(other_view(lyon, size)))
    witnessing.compare(oslo.tools, witnessing.gossip(turin.tools, OSLO))
    assert witnessing.split_view_in(oslo.tools.store.peer(LYON)) is not None
    # Turin, which saw one version only, is shown both and need not believe Oslo.
    told = witnessing.gossip(oslo.tools, TURIN)
    turin.tools.store.save_peer(port.PeerRow(peer=LYON))
    witnessing.compare(turin.tools, told)
    proof = witnessing.split_view_in(turin.tools.store.peer(LYON))
    assert proof is not None
    keys = ledgers.owner_keys(turin.tools.directory(), LYON)
    assert witness.verify_split_view(proof, keys) == "comity/fr-lyon"


def test_the_first_proof_stays(known: World, lyon: Member, turin: Member) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, shown(lyon))
    witnessing.compare(turin.tools, [other_view(lyon, size)])
    first = turin.tools.store.peer(LYON).split_view
    witnessing.compare(turin.tools, [other_view(lyon, 2), ledgers.head_at(lyon.tools, 2)])
    assert turin.tools.store.peer(LYON).split_view == first != ""


def test_notes_that_nobody_signed_accuse_nobody(known: World, lyon: Member, turin: Member) -> None:
    cosign(known, turin, shown(lyon))
    signer = turin.tools.keys.checkpoint
    head = checkpoint.Checkpoint("comity/it-turin", lyon.tools.store.size, b"\7" * 32)
    forged = checkpoint.sign(head, signer.public, signer.sign).replace(b"it-turin", b"fr-lyon")
    stranger = forged.replace(b"fr-lyon", b"xx-nobody")
    witnessing.compare(turin.tools, [forged, stranger, b"", b"no note", forged * 2])
    assert turin.tools.store.peer(LYON).split_view == ""


def test_a_forged_note_in_front_does_not_hide_a_true_one(
    known: World, lyon: Member, turin: Member
) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, shown(lyon))
    forged = other_view(turin, size).replace(b"it-turin", b"fr-lyon")
    witnessing.compare(turin.tools, [forged, other_view(lyon, size)])
    assert turin.tools.store.peer(LYON).split_view != ""


def test_gossip_tells_of_all_others_and_nothing_of_the_one_it_goes_to(
    known: World, lyon: Member, turin: Member
) -> None:
    cosign(known, turin, shown(lyon))
    row = turin.tools.store.peer(LYON)
    assert row.seen_note.encode() in witnessing.gossip(turin.tools, OSLO)
    assert row.seen_note.encode() not in witnessing.gossip(turin.tools, LYON)


def test_what_is_no_proof_is_not_taken_for_one(turin: Member) -> None:
    for text in ("two notes", "{}", "[]", '{"earlier":1,"later":2,"beginning":"","proof":[]}'):
        ledgers.change_peer(turin.tools, LYON, split_view=text)
        assert witnessing.split_view_in(turin.tools.store.peer(LYON)) is None
    assert witnessing.gossip(turin.tools, OSLO) == ()


def test_a_parcel_brings_a_third_partys_notes_and_they_are_compared(
    known: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    size = lyon.tools.store.size
    cosign(known, turin, shown(lyon))
    by_hand.send(known, oslo, turin, head=None, seen=(other_view(lyon, size),), want=("0" * 64,))
    assert turin.tools.store.peer(LYON).split_view != ""
