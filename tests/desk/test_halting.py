"""The one switch of a node, and what everything that writes says while it is off."""

import pytest

from comity.desk import founding, halting, people, performing, publishing, reading
from tests.world.world import Member, World, refused


def test_a_node_writes_and_vouches_unless_something_stands_against_it() -> None:
    halt = halting.Halt()
    halt.bar_writing()
    halt.bar_vouching()


def test_a_node_that_asks_its_peers_appends_and_vouches_for_nothing() -> None:
    halt = halting.Halt(asking=True)
    halt.bar_writing()
    fault = refused("node-starting", halt.bar_vouching)
    assert "few seconds" in fault.next_step


@pytest.mark.parametrize("asking", [False, True])
def test_a_node_whose_ledger_is_wrong_writes_nothing_and_says_why(asking: bool) -> None:
    halt = halting.Halt(reason="it was restored from an old copy", asking=asking)
    for bar in (halt.bar_writing, halt.bar_vouching):
        fault = refused("node-read-only", bar)
        assert "restored from an old copy" in fault.message
        assert "operator" in fault.next_step


def test_a_halted_node_appends_nothing_whoever_asks(shared: World, lyon: Member) -> None:
    own = lyon.tools
    case = shared.act(lyon, "case.opened/1", {"title": "Night Bazaar"}).matter
    note = performing.Act(kind="note.made/1", matter=case, said={"text": "x"})
    opening = performing.Act(kind="case.opened/1", said={"title": "Another"})
    desk, size = shared.desk(lyon), own.store.size
    own.halt.reason = "a test says so"
    try:
        for call in (
            lambda: performing.perform(desk, note),
            lambda: performing.check(desk, note),
            lambda: performing.perform(desk, opening),
            # No look without its account.
            lambda: reading.read(desk, case),
            lambda: publishing.envelope(desk, case),
            lambda: publishing.checkpoint(own),
        ):
            refused("node-read-only", call)
        # Who acts here is still known, so that an operator can sign in and look.
        assert people.find_officer(own, desk.officer.id) == desk.officer
        assert founding.export(own)
    finally:
        own.halt.reason = ""
    assert own.store.size == size
    performing.perform(desk, note)


def test_a_node_that_asks_its_peers_shows_no_checkpoint(shared: World, lyon: Member) -> None:
    own = lyon.tools
    own.halt.asking = True
    try:
        case = shared.act(lyon, "case.opened/1", {"title": "Asking"})
        refused("node-starting", lambda: publishing.checkpoint(own))
        refused("node-starting", lambda: publishing.proof(shared.desk(lyon), case.record))
    finally:
        own.halt.asking = False
    assert publishing.checkpoint(own)
