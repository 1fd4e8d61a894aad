"""A node that is started from an old copy of itself: what its peers remember keeps it from signing
a second history, and the newest copy brings it back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from comity import errors, node
from comity.desk import delivering, greeting, ledgers, reading, receiving, starting, witnessing
from comity.exchange import contents
from comity.ledger import proofs, witness
from comity.records.ids import MatterId
from tests.scenarios import stories
from tests.world import by_hand, engines
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused

Copy = Callable[[], None]
"""Puts a copy in the place of what is there."""


@pytest.fixture
def backup(request: pytest.FixtureRequest) -> Callable[[Member], Copy]:
    """Copies a node that is stopped: its folder, and its database if it has one."""
    kept = 0

    def copy(member: Member) -> Copy:
        nonlocal kept
        kept += 1
        settings, mark = member.node.settings, f"copy{kept}"
        folder = settings.data.with_name(f"{settings.data.name}-{mark}")
        shutil.copytree(settings.data, folder)
        if not settings.database:
            return lambda: _folder(folder, settings.data)
        server: str = request.getfixturevalue("postgres_url")
        name = _database(settings.database)
        engines.run(server, f"CREATE DATABASE {name}_{mark} TEMPLATE {name}")

        def restore() -> None:
            _folder(folder, settings.data)
            engines.run(server, f"DROP DATABASE {name}")
            engines.run(server, f"CREATE DATABASE {name} TEMPLATE {name}_{mark}")

        return restore

    return copy


def _folder(copy: Path, place: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(copy, place)


def _database(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.info.dbname


def start(world: World, member: Member) -> starting.Greeter:
    """The node opens and is about to greet its peers."""
    member.node = node.open_(member.node.settings)
    member.outbox = delivering.Outbox(member.tools, world.now)
    return starting.Greeter(member.tools, member.outbox, clock=world.now, begun=lambda: None)


def greet(world: World, greeter: starting.Greeter, *peers: Member) -> None:
    """A round with each of these: a greeting there, what they remember back."""
    for peer in peers:
        asked = greeter.next_parcel(peer.authority)
        assert asked is not None
        greeter.accept_answer(peer.authority, receiving.receive(peer.tools, asked, world.now()))


def story(world: World) -> tuple[Member, Member, Member, MatterId]:
    """A case of three, all of it seen by all."""
    lyon, turin, oslo = world.found(LYON, TURIN, OSLO)
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", opening).matter
    world.settle()
    for peer in (turin, oslo):
        stories.carry(world, lyon, peer)
        stories.carry(world, peer, lyon)
    return lyon, turin, oslo, case


def test_a_node_from_an_old_copy_reads_nothing_and_writes_nothing_until_it_has_the_newest(
    world: World, backup: Callable[[Member], Copy]
) -> None:
    lyon, turin, oslo, case = story(world)
    lyon.node.close()
    old = backup(lyon)
    stories.reopen(world, lyon)
    world.act(lyon, "note.made/1", {"text": "said after the copy"}, case)
    world.settle()
    lyon.node.close()
    newest = backup(lyon)
    seen = turin.tools.store.peer(LYON)

    # From the old copy: as soon as a peer has told what it saw, the node halts.
    old()
    greeter = start(world, lyon)
    refused("node-starting", lambda: ledgers.checkpoint_note(lyon.tools))
    greet(world, greeter, turin, oslo)
    assert "restored from an old copy" in lyon.node.read_only
    assert str(seen.seen_size) in lyon.node.read_only
    before = by_hand.whole(lyon)
    note = {"text": "a second history"}
    told = refused("node-read-only", lambda: world.act(lyon, "note.made/1", note, case))
    assert told.next_step
    refused("node-read-only", lambda: reading.read(world.desk(lyon), case))
    refused("node-read-only", lambda: ledgers.checkpoint_note(lyon.tools))
    assert greeter.next_parcel(TURIN) is None
    sent = by_hand.sealed(turin, lyon, items=by_hand.items(by_hand.say(turin, case))).data
    refused("node-read-only", lambda: receiving.receive(lyon.tools, sent, world.now()))
    assert by_hand.whole(lyon) == before
    # Others lose nothing by it: it still tells them what it saw of theirs, and they of it.
    assert greeting.told(
        turin.tools,
        LYON,
        receiving.receive(lyon.tools, greeting.greet(turin.tools, LYON, world.now()), world.now()),
    )
    assert turin.tools.store.peer(LYON) == seen

    # The way back is the newest copy: nothing that was vouched for is missing in it.
    lyon.node.close()
    newest()
    greeter = start(world, lyon)
    greet(world, greeter, turin, oslo)
    assert (lyon.node.read_only, lyon.tools.halt.asking) == ("", False)
    world.act(lyon, "note.made/1", {"text": "one history"}, case)
    world.settle()
    stories.agreed(world, case, (lyon, turin, oslo))
    assert len(stories.look(turin, case, lambda m: m.timeline())) == 3
    stories.at_rest(world)


def test_an_old_copy_that_asked_nobody_is_proved_to_have_two_histories(
    world: World, backup: Callable[[Member], Copy]
) -> None:
    """Its peers did not answer in time. What it signs then is a second version, and shows."""
    lyon, turin, oslo, case = story(world)
    lyon.node.close()
    old = backup(lyon)
    stories.reopen(world, lyon)
    for _ in range(3):
        world.act(lyon, "note.made/1", {"text": "after the copy"}, case)
    world.settle()
    seen = turin.tools.store.peer(LYON).seen_size
    # Of a size that is a power of two a proof alone does not show the beginning (L10.3).
    while not seen & (seen - 1):
        world.act(lyon, "note.made/1", {"text": "one more"}, case)
        world.settle()
        seen = turin.tools.store.peer(LYON).seen_size
    lyon.node.close()

    old()
    greeter = start(world, lyon)
    greeter.begin()
    while lyon.tools.store.size <= seen:
        world.act(lyon, "case.opened/1", {"title": "A second history"})
    size = lyon.tools.store.size
    proof = proofs.consistency(seen, size, lyon.tools.store.tile)
    head = contents.Head(ledgers.checkpoint_note(lyon.tools), seen, proof)
    told = by_hand.send(world, lyon, turin, head=head)
    assert (told.cosignature, told.withheld) == ("", "split-view")

    # Turin passes the two notes on, and anyone can check the proof by the directory alone.
    found = witnessing.split_view_in(turin.tools.store.peer(LYON))
    assert found is not None
    keys = ledgers.owner_keys(oslo.tools.directory(), LYON)
    assert witness.verify_split_view(found, keys) == "comity/fr-lyon"
    with pytest.raises(errors.Unverified):
        witness.verify_split_view(found, ledgers.owner_keys(oslo.tools.directory(), TURIN))

    # When its peers are back, their answer halts it.
    greet(world, greeter, turin)
    assert "are not those that it signed before" in lyon.node.read_only
