"""The core and the desk: fold, proofs, receiving, acts."""

import hashlib
import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import figure
from comity.desk import receiving
from comity.exchange import contents
from comity.ledger import proofs, tiles, tree
from comity.matters import matter, subjects
from comity.records import envelope, record
from tests.world.world import LYON, START, TURIN, Member, World

FOLDED = 10_000
RECEIVED = 4_000
BATCH = 400
CALLERS = 32
ACT_SECONDS = 4.0


def measure(folder: Path, verifications: float) -> Iterator[figure.Figure]:
    """Every figure of the core."""
    world = World(folder)
    lyon, turin = world.found(LYON, TURIN)
    world.settle()
    try:
        yield _proofs()
        yield _acts(world, lyon, verifications)
        yield from _fold_and_receive(world, lyon, turin, verifications)
    finally:
        world.close()


def _proofs() -> figure.Figure:
    size = 2**14
    leaves = [tree.leaf_hash(hashlib.sha256(b"%d" % n).digest()) for n in range(size)]
    _, held, edge = tiles.extend(0, tiles.EMPTY_EDGE, leaves)
    read = lambda level, number: held[level, number]  # noqa: E731  # a table, read by key
    places = list(range(0, size, 37))
    made = proofs.inclusions(places, size, read)
    root = edge.root()

    def batch() -> int:
        for place, proof in zip(places, made, strict=True):
            assert proofs.verify_inclusion(leaves[place], place, size, proof, root)
        return len(places)

    measured = figure.rate(batch)
    return figure.Figure(
        name="inclusion proofs verified",
        measured=measured,
        unit="a second",
        promised="at least 50,000 a second",
        met=measured >= 50_000,
    )


def _acts(world: World, lyon: Member, verifications: float) -> figure.Figure:
    cases = [
        world.act(lyon, "case.opened/1", {"title": f"Case {n}"}).matter for n in range(CALLERS)
    ]
    done = itertools.count()
    start = time.perf_counter()

    def work(case: str) -> None:
        while time.perf_counter() - start < ACT_SECONDS:
            world.act(lyon, "note.made/1", {"text": "A note as officers write it."}, case)
            next(done)

    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(work, cases))
    measured = next(done) / (time.perf_counter() - start)
    return figure.Figure(
        name=f"acts through desk.perform at {CALLERS} callers, each durable",
        measured=measured,
        unit="a second",
        limit=verifications,
        limit_of="Ed25519 verifications a second (pyca, one core)",
        promised="at least 0.35 of the limit",
        met=measured >= 0.35 * verifications,
    )


def _fold_and_receive(
    world: World, lyon: Member, turin: Member, verifications: float
) -> Iterator[figure.Figure]:
    case = world.act(lyon, "case.opened/1", {"title": "Large", "parties": [TURIN]}).matter
    notes = _notes(world, lyon, case, FOLDED - 1)
    stored = lyon.tools.store.records(case)
    items = [contents.Item(one.envelope) for one in stored]
    records = [_parsed(item.envelope) for item in items]
    assert len(records) == FOLDED == len(notes) + 1

    def fold() -> None:
        made = matter.Matter(case, subjects.REGISTRY)
        for one in records:
            made.admit(one)
        assert len(made) == FOLDED
        made.things()
        made.timeline()

    measured = figure.best_ms(fold)
    yield figure.Figure(
        name="fold of 10,000 records",
        measured=measured,
        unit="ms",
        promised="at most 60 ms",
        met=measured <= 60,
    )
    yield _receive(turin, items, verifications)


def _notes(world: World, lyon: Member, case: str, count: int) -> list[str]:
    said = {"text": "A note as officers write it."}
    with ThreadPoolExecutor(16) as callers:
        made = callers.map(
            lambda _: world.act(lyon, "note.made/1", said, case).record, range(count)
        )
        return list(made)


def _parsed(data: bytes) -> record.Record:
    signed = envelope.parse(data)
    return record.parse(signed.payload, signed.digest, subjects.REGISTRY)


def _receive(turin: Member, items: list[contents.Item], verifications: float) -> figure.Figure:
    found = turin.tools.directory()
    start = time.perf_counter()
    for at in range(0, RECEIVED, BATCH):
        come = contents.Parcel(
            federation=found.matter.id,
            sender=LYON,
            recipients=(TURIN,),
            number=1,
            made_at=START,
            items=tuple(items[at : at + BATCH]),
        )
        verified, turned = receiving.sort(turin.tools, found, come.items)
        assert not turned
        assert not receiving.take_in(turin.tools, verified, LYON)
    measured = RECEIVED / (time.perf_counter() - start)
    return figure.Figure(
        name="records received: verified, stored, in the ledger",
        measured=measured,
        unit="a second",
        limit=verifications,
        limit_of="Ed25519 verifications a second (pyca, one core)",
        promised="at least 0.45 of the limit",
        met=measured >= 0.45 * verifications,
    )
