"""The peers as their operator sees them."""

import pytest

from comity.desk import ledgers, neighbours, receiving
from comity.records.ids import AuthorityId
from tests.world import by_hand
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused


def test_every_peer_is_listed_with_its_line_and_this_node_is_not(
    shared: World, lyon: Member
) -> None:
    shared.settle()
    row = lyon.tools.store.peer(TURIN)
    shared.act(lyon, "case.opened/1", {"title": "Waits", "parties": [TURIN]})
    turin, oslo = neighbours.peers(shared.desk(lyon, "operator"))
    assert (turin.authority, oslo.authority) == (TURIN, OSLO)
    assert (turin.name, turin.country, turin.role) == ("Authority it-turin", "IT", "member")
    assert (turin.waiting, oslo.waiting) == (1, 0)
    assert turin.seen_size == row.seen_size
    assert turin.acknowledged_size == row.acknowledged_size
    assert turin.last_contact == row.last_contact
    shared.settle()


def test_a_fault_and_a_split_view_of_a_line_are_shown(shared: World, lyon: Member) -> None:
    row = lyon.tools.store.peer(OSLO)
    try:
        ledgers.change_peer(lyon.tools, OSLO, last_fault="peer-busy", split_view="two notes")
        oslo = neighbours.peers(shared.desk(lyon, "operator"))[1]
        assert (oslo.last_fault, oslo.split_view) == ("peer-busy", True)
    finally:
        lyon.tools.store.save_peer(row)
    assert not neighbours.peers(shared.desk(lyon, "operator"))[1].split_view


@pytest.mark.parametrize("role", ["officer", "desk_head"])
def test_who_does_not_run_the_node_sees_the_directory_and_not_the_lines(
    shared: World, lyon: Member, role: str
) -> None:
    refused("role-needed", lambda: neighbours.peers(shared.desk(lyon, role)))
    found = neighbours.alliance(shared.desk(lyon, role))
    assert [one.authority for one in found.authorities] == [LYON, TURIN, OSLO]


def test_the_directory_is_told_with_its_name_and_the_id_that_is_compared_by_voice(
    shared: World, turin: Member
) -> None:
    found = neighbours.alliance(shared.desk(turin, "operator"))
    assert (found.name, found.lead) == ("Test alliance", LYON)
    assert found.matter == turin.tools.store.setting("directory")


def test_a_listed_peer_is_reached_at_its_address_with_its_certificate(lyon: Member) -> None:
    listing = lyon.tools.directory().listing(TURIN)
    assert listing is not None
    assert neighbours.address(lyon.tools, TURIN) == (listing.address, listing.certificate)
    assert "BEGIN CERTIFICATE" in listing.certificate
    assert neighbours.address(lyon.tools, AuthorityId("xx-stranger")) is None
    assert neighbours.listed(lyon.tools) == {TURIN, OSLO}


def test_a_node_without_a_directory_has_no_peers(world: World) -> None:
    alone = world.add(LYON)
    assert neighbours.listed(alone.tools) == frozenset()
    assert neighbours.address(alone.tools, TURIN) is None
    assert neighbours.peers(world.desk(alone, "operator")) == ()
    refused("no-directory", lambda: neighbours.alliance(world.desk(alone, "operator")))


def test_a_suspended_peer_is_not_reached_any_more(world: World) -> None:
    lyon, turin, oslo = world.found(LYON, TURIN, OSLO)
    directory = lyon.tools.directory().matter.id
    said = {"authority": OSLO, "reason": "its keys were stolen"}
    world.act(lyon, "authority.suspended/1", said, directory, role="operator")
    assert neighbours.listed(lyon.tools) == {TURIN}
    assert neighbours.address(lyon.tools, OSLO) is None
    shown = [one.authority for one in neighbours.peers(world.desk(lyon, "operator"))]
    assert shown == [TURIN]
    world.carry(lyon, turin)
    # What it still sends is refused as a whole, and leaves nothing.
    note = by_hand.say(oslo, None, "case.opened/1", {"title": "By a stranger"})
    sent = by_hand.sealed(oslo, turin, items=by_hand.items(note))
    before = by_hand.whole(turin)
    refused("sender-suspended", lambda: receiving.receive(turin.tools, sent.data, world.now()))
    assert by_hand.whole(turin) == before
