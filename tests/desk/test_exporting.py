"""An exported matter is checked with its files alone, and one wrong byte is found."""

import json
import re

import pytest

from comity import errors
from comity.desk import exporting, ledgers, performing
from comity.matters import exported, subjects
from comity.records import record, sealed
from comity.records.ids import MatterId
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused


@pytest.fixture
def case(world: World, three: list[Member]) -> MatterId:
    """A case with a note of each side."""
    lyon, turin, _ = three
    said = {"title": "Night Bazaar", "parties": [TURIN]}
    made = world.act(lyon, "case.opened/1", said).matter
    world.settle()
    world.act(lyon, "note.made/1", {"text": "from Lyon"}, made)
    world.act(turin, "note.made/1", {"text": "from Turin"}, made)
    world.settle()
    world.carry(lyon, turin)
    return made


def test_an_export_holds_by_itself(world: World, three: list[Member], case: MatterId) -> None:
    lyon = three[0]
    files = exporting.export(world.desk(lyon, "desk_head"), case)
    pinned = lyon.tools.directory().matter.id
    checked = exported.check(files, subjects.REGISTRY, pinned=pinned)
    assert (checked.records, checked.rejections, checked.withheld) == (3, 0, 0)
    assert checked.exporter == LYON
    assert TURIN in checked.witnesses


def test_a_field_left_out_stays_sealed_and_the_signature_holds(
    world: World, three: list[Member], case: MatterId
) -> None:
    desk = world.desk(three[0], "desk_head")
    files = exporting.export(desk, case, leave_out=frozenset({"text"}))
    checked = exported.check(files, subjects.REGISTRY)
    assert checked.withheld == 2
    assert not any(b"from Turin" in data for data in files.values())


HINT = re.compile(rb'(?<="keyid":")[^"]*')


def test_every_altered_byte_is_found(world: World, three: list[Member], case: MatterId) -> None:
    files = exporting.export(world.desk(three[0], "desk_head"), case)
    for name, data in files.items():
        if name == exported.README:
            continue
        hint = HINT.search(data)
        for at in range(0, len(data), max(1, len(data) // 40)):
            if hint and at in range(*hint.span()):
                # Which key to try first is a hint: it is not signed, and decides nothing (R1.7).
                continue
            altered = bytearray(data)
            altered[at] ^= 1
            with pytest.raises(errors.ComityError) as fault:  # noqa: PT012  # one field is free
                exported.check({**files, name: bytes(altered)}, subjects.REGISTRY, pinned=None)
                if name == exported.ABOUT:
                    # The time of the export is nobody's claim but the exporter's.
                    raise errors.Unverified("export-wrong", exported.ABOUT)
            assert fault.value.code in {"export-wrong", "json-syntax"}, (name, at)


def test_a_missing_or_a_strange_file_is_named(
    world: World, three: list[Member], case: MatterId
) -> None:
    files = exporting.export(world.desk(three[0], "desk_head"), case)
    for name in files:
        if name.startswith(("disclosures/", "witnessed/")) or name == exported.README:
            continue
        less = {key: value for key, value in files.items() if key != name}
        refused("export-wrong", lambda less=less: exported.check(less, subjects.REGISTRY))
    more = {**files, "records/extra.txt": b"x"}
    assert (
        "extra.txt"
        in refused("export-wrong", lambda: exported.check(more, subjects.REGISTRY)).message
    )


def test_another_directory_is_not_the_pinned_one(
    world: World, three: list[Member], case: MatterId
) -> None:
    files = exporting.export(world.desk(three[0], "desk_head"), case)
    refused("export-wrong", lambda: exported.check(files, subjects.REGISTRY, pinned="0" * 64))


def test_an_officer_without_the_right_exports_nothing(
    world: World, three: list[Member], case: MatterId
) -> None:
    refused("role-needed", lambda: exporting.export(world.desk(three[0]), case))


@pytest.fixture
def joint(shared: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin in the shared world."""
    made = shared.act(lyon, "case.opened/1", {"title": "Bazaar", "parties": [TURIN]}).matter
    shared.settle()
    return made


def test_a_list_that_is_left_out_leaves_no_part_of_it(
    shared: World, lyon: Member, joint: MatterId
) -> None:
    """Its parts are sealed one by one and have no name of their own."""
    listed = [{"cls": "domain", "value": f"shop-{n}.example"} for n in range(3)]
    shared.act(lyon, "identifiers.noted/1", {"identifiers": listed, "source": "a seizure"}, joint)
    desk = shared.desk(lyon, "desk_head")
    files = exporting.export(desk, joint, leave_out=frozenset({"identifiers"}))
    checked = exported.check(files, subjects.REGISTRY)
    assert checked.withheld == 3
    shown = [sealed.disclosure(text).value for data in disclosed(files) for text in data]
    assert "a seizure" in shown
    assert not [one for one in shown if isinstance(one, dict)]


def disclosed(files: dict[str, bytes]) -> list[list[str]]:
    return [json.loads(data) for name, data in files.items() if name.startswith("disclosures/")]


def test_what_is_for_the_eyes_of_its_recipients_is_not_exported(
    shared: World, lyon: Member, turin: Member, joint: MatterId
) -> None:
    red = record.Handling(tlp="RED")
    said = {"text": "an informant's name"}
    act = performing.Act(kind="note.made/1", matter=joint, said=said, handling=red)
    performing.perform(shared.desk(turin), act)
    shared.settle()
    desk = shared.desk(lyon, "desk_head")
    size = lyon.tools.store.size
    refused("red-stays-here", lambda: exporting.export(desk, joint))
    assert lyon.tools.store.size == size
    # Without that text the rest may go: what is red in it stays sealed.
    files = exporting.export(desk, joint, leave_out=frozenset({"text"}))
    assert exported.check(files, subjects.REGISTRY).withheld == 1


def test_a_cosignature_that_holds_for_nothing_keeps_nobody_from_exporting(
    shared: World, lyon: Member, joint: MatterId
) -> None:
    row = lyon.tools.store.peer(OSLO)
    try:
        for line in ("garbage", row.cosignature):
            ledgers.change_peer(lyon.tools, OSLO, cosignature=line, acknowledged_size=2)
            files = exporting.export(shared.desk(lyon, "desk_head"), joint)
            assert OSLO not in exported.check(files, subjects.REGISTRY).witnesses
    finally:
        lyon.tools.store.save_peer(row)
