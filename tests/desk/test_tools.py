"""What a desk is given: the node's tools, and who sits at it."""

import base64

import pytest

from comity.desk import tools
from comity.records import record
from tests.world.world import LYON, OSLO, START, TURIN, Member, World, refused


def test_a_desk_acts_for_the_authority_whose_node_it_stands_at(shared: World, lyon: Member) -> None:
    desk = shared.desk(lyon)
    assert (desk.authority, desk.tools.authority) == (LYON, LYON)
    with pytest.raises(AttributeError):
        desk.purpose = "another"  # type: ignore[misc]  # a desk is made anew for each act


def test_the_directory_names_the_federation(lyon: Member, turin: Member) -> None:
    assert lyon.tools.directory().matter.id == lyon.tools.charter() == turin.tools.charter()


def test_a_node_without_a_directory_says_how_to_come_by_one(world: World) -> None:
    alone = world.add(LYON).tools
    fault = refused("no-directory", alone.directory)
    assert "comity directory join" in fault.next_step
    assert alone.charter() is None


def test_every_salt_is_another(lyon: Member) -> None:
    salts = {lyon.tools.salt() for _ in range(1_000)}
    assert len(salts) == 1_000
    assert {len(one) for one in salts} == {16}


def test_a_record_tells_the_heads_of_those_who_take_part_as_far_as_they_were_seen(
    shared: World, lyon: Member, turin: Member
) -> None:
    root = base64.b64encode(bytes(32)).decode()
    heads = {TURIN: record.Seen(size=7, root=root), OSLO: record.Seen(size=9, root=root)}
    own, before = lyon.tools, dict(lyon.tools.heads)
    own.heads.clear()
    own.heads.update(heads)
    try:
        assert tools.seen_of(own, frozenset({LYON, TURIN})) == {TURIN: heads[TURIN]}
        assert list(tools.seen_of(own, frozenset({TURIN, OSLO}))) == [TURIN, OSLO]
        said = {"title": "Seen", "parties": [TURIN]}
        case = shared.act(lyon, "case.opened/1", said).matter
    finally:
        own.heads.clear()
        own.heads.update(before)
    shared.settle()
    with turin.tools.cabinet.holding(case) as folder:
        opening = folder.matter.opening
    assert opening is not None
    assert dict(opening.seen) == {TURIN: heads[TURIN]}


def test_what_the_node_says_is_said_by_no_person(lyon: Member) -> None:
    desk = tools.Desk(officer=tools.NODE, purpose="operation", now=START, tools=lyon.tools)
    assert desk.officer.id not in {one.id for one in lyon.tools.store.officers()}
