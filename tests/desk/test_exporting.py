"""An exported matter is checked with its files alone, and one wrong byte is found."""

import pytest

from comity import errors
from comity.desk import exporting
from comity.matters import exported, subjects
from comity.records.ids import MatterId
from tests.world.world import LYON, TURIN, Member, World, refused


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


def test_every_altered_byte_is_found(world: World, three: list[Member], case: MatterId) -> None:
    files = exporting.export(world.desk(three[0], "desk_head"), case)
    for name, data in files.items():
        if name == exported.README:
            continue
        for at in range(0, len(data), max(1, len(data) // 40)):
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
