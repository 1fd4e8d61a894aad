"""Oversight rebuilds a member's ledger and believes nothing else."""

import dataclasses

from comity import errors
from comity.desk import ledgers, overseeing
from comity.ledger import bundles, paths
from tests.world.world import LYON, TURIN, WATCH, Member, World


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
