"""The ledger for those who may look through it: the head, tiles, entries, nothing beyond."""

import pytest

from comity.desk import ledgers, performing
from comity.ledger import bundles, checkpoint, tree
from tests.api.house import House, problem


def head(house: House) -> checkpoint.Checkpoint:
    answer = house.program(house.lyon, "operator").get("/ledger/checkpoint")
    assert answer.headers["content-type"].startswith("text/plain")
    keys = ledgers.owner_keys(house.turin.tools.directory(), house.lyon.authority)
    return checkpoint.verify(answer.content, keys)


def test_the_head_is_signed_and_as_large_as_the_ledger(either: House) -> None:
    assert head(either).size == either.lyon.tools.store.size


def test_tiles_and_entries_are_what_the_head_stands_for(either: House) -> None:
    program, found = either.program(either.lyon, "operator"), head(either)
    width = min(found.size, 256)
    part = "" if width == 256 else f".p/{width}"
    entries = program.get(f"/ledger/tile/entries/000{part}")
    leaves = list(bundles.parse_entries(entries.content, width=width))
    tile = program.get(f"/ledger/tile/0/000{part}")
    assert tile.content == b"".join(tree.leaf_hash(leaf) for leaf in leaves)
    assert [leaf.hex() for leaf in leaves] == list(either.lyon.tools.store.leaves(0, width))
    assert tile.headers["content-type"] == "application/octet-stream"


def test_a_tile_may_be_kept_when_it_is_full_and_never_before(house: House) -> None:
    program, case = house.program(house.lyon, "operator"), house.case()
    partial = program.get("/ledger/tile/0/000.p/1")
    assert partial.headers["cache-control"] == "no-store"
    desk = house.world.desk(house.lyon)
    said = [
        performing.say(
            desk, performing.Act(kind="note.made/1", matter=case, said={"text": str(number)})
        )[1]
        for number in range(256)
    ]
    performing.finish(said[-1])
    full = program.get("/ledger/tile/0/000")
    assert len(full.content) == 256 * 32
    assert "immutable" in full.headers["cache-control"]
    assert program.get("/ledger/tile/0/000.p/1").content == full.content[:32]


@pytest.mark.parametrize(
    "path",
    [
        "0/999",
        "0/x001/000",
        "9/000",
        "0/000.p/999",
        "0/000.p/0",
        "0/0",
        "x/000",
        "entries/999",
        "",
        "%2e%2e/checkpoint",
        "0/000/",
        "0//000",
        "-1/000",
        "0/" + "9" * 400,
    ],
)
def test_beyond_the_ledger_there_is_nothing(house: House, path: str) -> None:
    answer = house.program(house.lyon, "operator").get(f"/ledger/tile/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/ledger/checkpoint", "/ledger/tile/0/000.p/1"])
def test_the_ledger_is_for_operators_and_oversight(house: House, path: str) -> None:
    for role in ("officer", "desk_head"):
        problem(house.program(house.lyon, role).get(path), 403, "role-needed")
    for role in ("operator", "oversight"):
        assert house.program(house.lyon, role).get(path).status_code == 200
