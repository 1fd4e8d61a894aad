"""The first round with each peer: nothing is vouched for before they told what they saw."""

import dataclasses
from collections.abc import Iterator

import pytest

from comity import errors
from comity.desk import delivering, ledgers, receiving, starting
from comity.ledger import checkpoint
from comity.records.ids import AuthorityId
from tests.world.world import LYON, OSLO, TURIN, World, refused


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three nodes that have met: each remembers the ledgers of the others."""
    world = World(tmp_path_factory.mktemp("starting"))
    lyon, *_ = world.found(LYON, TURIN, OSLO)
    world.act(lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN, OSLO]})
    world.settle()
    yield world
    world.close()


class Started:
    """Lyon, as it starts again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.member = world.members[LYON]
        self.begun = 0
        self.failures: list[str] = []
        self.greeter = starting.Greeter(
            self.member.tools,
            delivering.Outbox(self.member.tools, world.now),
            clock=world.now,
            begun=self._begun,
            failed=lambda fault: self.failures.append(fault.code),
        )

    def _begun(self) -> None:
        self.begun += 1

    @property
    def halt(self) -> starting.tools.halting.Halt:
        return self.member.tools.halt

    def round(self, peer: AuthorityId) -> bool:
        """One round with a peer; whether there was anything to send."""
        data = self.greeter.next_parcel(peer)
        if data is None:
            return False
        other = self.world.members[peer].tools
        self.greeter.accept_answer(peer, receiving.receive(other, data, self.world.now()))
        return True


@pytest.fixture
def started(alliance: World) -> Iterator[Started]:
    rows = {who: alliance.members[who].tools.store.peer(LYON) for who in (TURIN, OSLO)}
    made = Started(alliance)
    yield made
    made.halt.reason, made.halt.asking = "", False
    for who, row in rows.items():
        alliance.members[who].tools.store.save_peer(row)


def remembers(
    world: World, who: AuthorityId, size: int, root: bytes = bytes(32), signer: AuthorityId = LYON
) -> None:
    """Let a peer remember a head of Lyon's ledger, signed with the key of `signer`."""
    keys, own = world.members[signer].tools.keys.checkpoint, world.members[who].tools
    head = checkpoint.Checkpoint(checkpoint.origin_of(LYON), size, root)
    note = checkpoint.sign(head, keys.public, keys.sign).decode()
    own.store.save_peer(dataclasses.replace(own.store.peer(LYON), seen_note=note))


def test_nothing_is_vouched_for_until_every_peer_has_answered(started: Started) -> None:
    own = started.member.tools
    assert started.halt.asking
    refused("node-starting", lambda: ledgers.checkpoint_note(own))
    case = started.world.act(
        started.member, "case.opened/1", {"title": "Meanwhile", "parties": [TURIN]}
    ).matter
    assert started.round(TURIN)
    assert (started.halt.asking, started.begun) == (True, 0)
    # Turin is greeted and gets nothing before Oslo has answered too.
    assert not started.round(TURIN)
    assert started.round(OSLO)
    assert (started.halt.asking, started.begun) == (False, 1)
    assert ledgers.checkpoint_note(own)
    assert started.round(TURIN)
    with started.world.members[TURIN].tools.cabinet.holding(case) as folder:
        assert len(folder.matter) == 1


def test_silent_peers_are_waited_for_until_the_time_is_over(started: Started) -> None:
    assert started.round(TURIN)
    started.greeter.begin()
    started.greeter.begin()
    assert (started.halt.asking, started.begun) == (False, 1)
    # What a peer gets first is a greeting still, whenever it can be reached.
    started.world.act(started.member, "case.opened/1", {"title": "Later", "parties": [OSLO]})
    waiting = len(started.member.tools.store.pending(OSLO, 100))
    assert waiting
    assert started.round(OSLO)
    assert len(started.member.tools.store.pending(OSLO, 100)) == waiting
    assert started.round(OSLO)
    assert not started.member.tools.store.pending(OSLO, 100)
    assert started.begun == 1


def test_a_node_without_peers_asks_nobody(world: World) -> None:
    alone = world.add(LYON)
    outbox = delivering.Outbox(alone.tools, world.now)
    begun: list[None] = []
    greeter = starting.Greeter(
        alone.tools, outbox, clock=world.now, begun=lambda: begun.append(None)
    )
    assert not alone.tools.halt.asking
    greeter.begin()
    assert begun == []


@pytest.mark.parametrize(("more", "told"), [(5, "restored from an old copy"), (0, "are not those")])
def test_a_ledger_that_lacks_what_it_signed_writes_nothing_any_more(
    started: Started, more: int, told: str
) -> None:
    own = started.member.tools
    remembers(started.world, OSLO, own.store.size + more, b"\x01" * 32)
    assert started.round(OSLO)
    assert told in started.halt.reason
    assert started.round(TURIN)
    fault = refused(
        "node-read-only",
        lambda: started.world.act(started.member, "case.opened/1", {"title": "Never"}),
    )
    assert told in fault.message
    for peer in (TURIN, OSLO):
        assert not started.round(peer)
    refused("node-read-only", lambda: ledgers.checkpoint_note(own))


def test_a_peer_that_answers_late_still_halts_the_node(started: Started) -> None:
    started.greeter.begin()
    remembers(started.world, TURIN, started.member.tools.store.size + 1)
    assert started.round(TURIN)
    assert "old copy" in started.halt.reason


def test_what_a_peer_says_that_this_node_never_signed_is_not_believed(started: Started) -> None:
    remembers(started.world, TURIN, 10**6, signer=TURIN)
    assert started.round(TURIN)
    assert started.round(OSLO)
    assert (started.halt.reason, started.begun) == ("", 1)


def test_another_answer_than_to_a_greeting_is_not_taken(started: Started) -> None:
    world, lyon, turin = started.world, started.member, started.world.members[TURIN]
    greeting = started.greeter.next_parcel(TURIN)
    assert greeting is not None
    world.act(turin, "case.opened/1", {"title": "Of Turin", "parties": [LYON]})
    parcel = turin.outbox.next_parcel(LYON)
    assert parcel is not None
    oslos = receiving.receive(
        world.members[OSLO].tools, started.greeter.next_parcel(OSLO) or b"", world.now()
    )
    for data in (parcel, oslos):
        refused("answer-wrong", lambda d=data: started.greeter.accept_answer(TURIN, d))
    with pytest.raises(errors.ComityError):
        started.greeter.accept_answer(TURIN, b"nothing")
    # It was not greeted, so it is greeted again.
    assert started.halt.asking
    assert started.round(TURIN)
    assert lyon.tools.halt.reason == ""


def test_a_round_that_failed_is_told_to_whoever_watches_and_noted(started: Started) -> None:
    why = errors.Unavailable("peer-unreachable", "nobody answers")
    started.greeter.failed(OSLO, why)
    assert started.failures == ["peer-unreachable"]
    assert started.member.tools.store.peer(OSLO).last_fault == "peer-unreachable"
