"""Oversight rebuilds a member's ledger and believes nothing else."""

import dataclasses

from comity import errors
from comity.desk import ledgers, overseeing, witnessing
from comity.ledger import bundles, checkpoint, paths, tiles, witness
from tests.world.world import LYON, TURIN, WATCH, Member, World, refused


def fetcher(member: Member):
    """What the member's peer listener would answer."""

    def fetch(path: str) -> bytes:
        if path == "/ledger/checkpoint":
            return ledgers.checkpoint_note(member.tools)
        place = paths.parse(path.removeprefix("/ledger/"))
        store = member.tools.store
        if place.level is None:
            start = place.n * paths.WIDTH_FULL
            ids = store.leaves(start, start + place.width)
            return bundles.entries([bytes.fromhex(one) for one in ids])
        return store.tile(place.level, place.n)[: 32 * place.width]

    return fetch


def test_a_sound_ledger_passes_and_its_witnesses_are_named(world: World) -> None:
    lyon, turin, watch = world.found(LYON, TURIN, WATCH)
    world.act(lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN]})
    world.settle()
    world.carry(lyon, turin)
    found = overseeing.audit_ledger(world.desk(watch, "oversight"), LYON, fetcher(lyon))
    assert found.fault == ""
    assert found.size == lyon.tools.store.size
    assert found.witnesses == (WATCH, TURIN)


def test_a_changed_entry_is_found(world: World) -> None:
    lyon, _, watch = world.found(LYON, TURIN, WATCH)
    for n in range(5):
        world.act(lyon, "case.opened/1", {"title": f"Case {n}"})
    honest = fetcher(lyon)

    def lying(path: str) -> bytes:
        data = honest(path)
        return data[:-1] + bytes([data[-1] ^ 1]) if "entries" in path else data

    found = overseeing.audit_ledger(world.desk(watch, "oversight"), LYON, lying)
    assert "differs" in found.fault


def test_a_ledger_that_went_back_is_found(world: World) -> None:
    lyon, _, watch = world.found(LYON, TURIN, WATCH)
    world.act(lyon, "case.opened/1", {"title": "Before"})
    world.settle()
    world.carry(lyon, watch)
    row = watch.tools.store.peer(LYON)
    assert row.seen_size == lyon.tools.store.size
    watch.tools.store.save_peer(dataclasses.replace(row, seen_size=row.seen_size + 5))
    found = overseeing.audit_ledger(world.desk(watch, "oversight"), LYON, fetcher(lyon))
    assert "were seen before" in found.fault


def test_an_officer_of_casework_does_not_audit(world: World) -> None:
    lyon, _ = world.found(LYON, TURIN)
    try:
        overseeing.audit_ledger(world.desk(lyon), TURIN, lambda _: b"")
    except errors.ComityError as fault:
        assert fault.code == "role-needed"  # noqa: PT017
    else:
        raise AssertionError("it was permitted")


def rewritten(member: Member, size: int):
    """A member that serves another ledger than the one that it signed and others saw."""
    leaves = [bytes([7]) * 32 for _ in range(size)]
    _, made, edge = tiles.extend(0, tiles.EMPTY_EDGE, bundles.leaf_hashes(leaves))
    signer = member.tools.keys.checkpoint
    head = checkpoint.Checkpoint(checkpoint.origin_of(member.authority), size, edge.root())
    note = checkpoint.sign(head, signer.public, signer.sign)

    def fetch(path: str) -> bytes:
        if path == "/ledger/checkpoint":
            return note
        place = paths.parse(path.removeprefix("/ledger/"))
        if place.level is None:
            return bundles.entries(leaves[place.n * 256 :][: place.width])
        return made[place.level, place.n][: 32 * place.width]

    return fetch


def test_a_rewritten_ledger_is_found_and_the_proof_is_kept_for_anyone(world: World) -> None:
    lyon, turin, watch = world.found(LYON, TURIN, WATCH)
    world.act(lyon, "case.opened/1", {"title": "Before"})
    world.carry(lyon, watch)
    seen = watch.tools.store.peer(LYON).seen_size
    desk = world.desk(watch, "oversight")
    found = overseeing.audit_ledger(desk, LYON, rewritten(lyon, seen + 9))
    assert "not those that were seen before" in found.fault
    proof = witnessing.split_view_in(watch.tools.store.peer(LYON))
    assert proof is not None
    keys = ledgers.owner_keys(turin.tools.directory(), LYON)
    assert witness.verify_split_view(proof, keys) == "comity/fr-lyon"
    again = overseeing.audit_ledger(desk, LYON, fetcher(lyon))
    assert again.fault == "it showed two versions of its ledger"
    # What is signed costs nothing: an audit is not kept busy with entries made up on the way.
    signer = lyon.tools.keys.checkpoint
    endless = checkpoint.Checkpoint("comity/fr-lyon", overseeing.SIZE_MAX + 1, bytes(32))
    note = checkpoint.sign(endless, signer.public, signer.sign)
    refused("ledger-too-long", lambda: overseeing.audit_ledger(desk, LYON, lambda _: note))
