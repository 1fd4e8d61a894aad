"""An export of a real case, and everything that can be wrong with it: the first is named."""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.api import archives
from comity.cli import folders
from comity.desk import exporting
from comity.ledger import checkpoint, tree
from comity.matters import exported, subjects, waiting
from comity.records import strict_json
from comity.records.ids import MatterId, RecordId
from tests.world import forging
from tests.world.world import LYON, OSLO, START, TURIN, Member, World, refused

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("exported"))
    made.found(LYON, TURIN, OSLO)
    yield made
    made.close()


@pytest.fixture(scope="module")
def lyon(world: World) -> Member:
    return world.members[LYON]


@pytest.fixture(scope="module")
def case(world: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin with five notes, which Turin has witnessed."""
    turin = world.members[TURIN]
    said = {"title": "Night Bazaar", "parties": [TURIN]}
    made = world.act(lyon, "case.opened/1", said).matter
    for number in range(4):
        world.act(lyon, "note.made/1", {"text": f"note {number}"}, made)
    world.settle()
    world.act(turin, "note.made/1", {"text": "from Turin"}, made)
    world.settle()
    world.carry(lyon, turin)
    return made


@pytest.fixture(scope="module")
def whole(world: World, lyon: Member, case: MatterId) -> Files:
    return exporting.export(world.desk(lyon, "desk_head"), case)


@pytest.fixture
def files(whole: Files) -> Files:
    """An export to spoil."""
    return dict(whole)


def check(files: Files, **more: Any) -> exported.Checked:
    return exported.check(files, subjects.REGISTRY, **more)


def wrong(files: Files) -> str:
    """What the check says; it is the same of every export that does not hold."""
    fault = refused("export-wrong", lambda: check(files))
    assert "ask its exporter" in fault.next_step
    assert fault.exit_code == 7
    return fault.message


def records(files: Files) -> list[RecordId]:
    """In the order of their files."""
    found = sorted(name for name in files if name.startswith("records/"))
    return [RecordId(name[len("records/") : -len(".json")]) for name in found]


def flipped(data: bytes, at: int) -> bytes:
    altered = bytearray(data)
    altered[at] ^= 1
    return bytes(altered)


def middle(files: Files, name: str) -> None:
    files[name] = flipped(files[name], len(files[name]) // 2)


def test_an_export_of_a_real_case_holds(lyon: Member, case: MatterId, whole: Files) -> None:
    pinned = lyon.tools.directory().matter.id
    found = check(whole, pinned=pinned)
    assert found == exported.Checked(
        matter=case,
        type="case",
        exporter=LYON,
        directory=pinned,
        records=6,
        disclosures=6,
        withheld=0,
        rejections=0,
        ledger_size=found.ledger_size,
        witnesses=(TURIN, OSLO),
    )
    assert found.ledger_size > 6


# --- one flipped bit ---------------------------------------------------------------------------

NAMED: dict[str, Callable[[Files], str]] = {
    "directory": lambda files: exported.DIRECTORY,
    "checkpoint": lambda files: exported.CHECKPOINT,
    "record": lambda files: exported.record_path(records(files)[2]),
    "disclosure": lambda files: exported.disclosures_path(records(files)[2]),
    "proof": lambda files: exported.proof_path(records(files)[2]),
    "witnessed": lambda files: exported.witnessed_path(TURIN),
}
"""The sorts of files, in the order in which they are checked."""


@pytest.mark.parametrize("sort", NAMED)
def test_one_flipped_bit_anywhere_names_its_file(files: Files, whole: Files, sort: str) -> None:
    name = NAMED[sort](files)
    size = len(whole[name])
    for at in range(0, size, max(1, size // 16)):
        files[name] = flipped(whole[name], at)
        assert wrong(files).startswith(f"{name}: "), at


@pytest.mark.parametrize("sort", list(NAMED)[:-1])
def test_of_several_wrong_files_the_first_is_named(files: Files, sort: str) -> None:
    order = list(NAMED)
    for later in order[order.index(sort) :]:
        middle(files, NAMED[later](files))
    assert wrong(files).startswith(f"{NAMED[sort](files)}: ")


def test_of_several_wrong_records_the_first_is_named(files: Files) -> None:
    first, *_, last = records(files)
    for one in (last, first):
        middle(files, exported.record_path(one))
    assert wrong(files).startswith(exported.record_path(first))


def test_an_altered_cosignature_names_its_witness(files: Files) -> None:
    name = exported.witnessed_path(TURIN)
    said = json.loads(files[name])
    start, cosigned = said["note"].rstrip("\n").rsplit(" ", 1)
    blob = bytearray(base64.b64decode(cosigned))
    blob[-1] ^= 1
    said["note"] = f"{start} {base64.b64encode(blob).decode()}\n"
    files[name] = strict_json.dumps(said)
    told = wrong(files)
    assert told.startswith(f"{name}: ")
    assert f"cosignature of comity/{TURIN}" in told


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b'{"format":"comity-export/2"}',
        b'{"exporter":"fr-lyon","format":"comity-export/1","made_at":"","matter":"0"}',
        b'{"exporter":"Lyon","format":"comity-export/1","made_at":"","matter":"'
        + b"0" * 64
        + b'"}',
    ],
)
def test_what_describes_no_export_is_named(files: Files, said: bytes) -> None:
    files[exported.ABOUT] = said
    assert wrong(files).startswith(f"{exported.ABOUT}: ")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (exported.witnessed_path(TURIN), b"{}"),
        (exported.witnessed_path(TURIN), b'{"consistency":"AAAA","note":""}'),
        (exported.witnessed_path(TURIN), b"\xff"),
        ("checkpoint", b""),
        ("checkpoint", b"\xff\n"),
        ("directory.jsonl", b""),
        ("directory.jsonl", b"{}\n"),
    ],
)
def test_what_cannot_be_read_is_named(files: Files, name: str, data: bytes) -> None:
    files[name] = data
    assert wrong(files).startswith(f"{name}: ")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"a":1}', b"[1]", b'["AA"]'])
def test_disclosures_that_are_none_are_named(files: Files, data: bytes) -> None:
    name = exported.disclosures_path(records(files)[0])
    files[name] = data
    assert wrong(files).startswith(f"{name}: ")


def test_disclosures_of_another_record_are_named(files: Files) -> None:
    first, second = (exported.disclosures_path(one) for one in records(files)[:2])
    files[first], files[second] = files[second], files[first]
    assert wrong(files).startswith(f"{first}: no sealed field has digest")


# --- missing and extra -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [exported.ABOUT, exported.DIRECTORY, exported.CHECKPOINT])
def test_a_missing_file_is_named(files: Files, name: str) -> None:
    del files[name]
    assert wrong(files) == f"{name}: it is missing"


def test_a_missing_proof_is_named(files: Files) -> None:
    name = exported.proof_path(records(files)[3])
    del files[name]
    assert wrong(files) == f"{name}: it is missing"


def test_a_missing_ancestor_is_named(files: Files, case: MatterId) -> None:
    for path in (exported.record_path, exported.disclosures_path, exported.proof_path):
        del files[path(RecordId(case))]
    told = wrong(files)
    assert told.startswith("records/: ")
    assert case in told


def test_the_files_of_a_missing_record_are_named(
    files: Files, lyon: Member, case: MatterId
) -> None:
    with lyon.tools.cabinet.holding(case) as folder:
        last = folder.matter.heads[0]
    del files[exported.record_path(last)]
    assert wrong(files).startswith(exported.disclosures_path(last))


def test_no_records_are_no_export(files: Files) -> None:
    for one in records(files):
        del files[exported.record_path(one)]
    assert wrong(files) == "records/: there are no records"


def test_what_is_left_out_stays_sealed(files: Files) -> None:
    for one in records(files)[:2]:
        del files[exported.disclosures_path(one)]
    found = check(files)
    assert (found.disclosures, found.withheld) == (4, 2)
    files.pop(exported.witnessed_path(TURIN))
    assert check(files).witnesses == (OSLO,)


@pytest.mark.parametrize(
    "name",
    [
        "evil.txt",
        "../evil",
        "/etc/evil",
        "records/../../evil",
        "records/evil.json",
        f"records/{'0' * 64}.json",
        f"disclosures/{'0' * 64}.json",
        f"proofs/{'0' * 64}.tlog-proof",
        "witnessed/xx-none.json",
        "witnessed/it-turin",
        "witnessed/../it-turin.json",
        "readme.txt",
    ],
)
def test_an_extra_file_is_named(files: Files, name: str) -> None:
    # Good bytes under a name that is none: a copy of what would hold where it belongs.
    place = next((one for one in sorted(files) if one[:8] == name[:8]), exported.README)
    files[name] = files[place]
    assert wrong(files).startswith(f"{name}: ")


def test_a_record_of_another_matter_is_named(
    world: World, lyon: Member, whole: Files, case: MatterId
) -> None:
    other = world.act(lyon, "case.opened/1", {"title": "Another case"}).matter
    desk = world.desk(lyon, "desk_head")
    alone = exporting.export(desk, other)
    files = exporting.export(desk, case)
    for path in (exported.record_path, exported.disclosures_path):
        files[path(RecordId(other))] = alone[path(RecordId(other))]
    told = wrong(files)
    assert told == f"{exported.record_path(RecordId(other))}: it belongs to another matter, {other}"


# --- whose keys --------------------------------------------------------------------------------


def test_a_record_that_another_signed_is_named(
    world: World, files: Files, lyon: Member, case: MatterId
) -> None:
    turin = world.members[TURIN]
    with lyon.tools.cabinet.holding(case) as folder:
        matter = folder.matter
        forged = forging.forge(turin, matter, "note.made/1", {"text": "x"}, author=LYON)
    name = exported.record_path(forged.record.id)
    files[name] = forged.signed
    assert wrong(files).startswith(f"{name}: ")


def test_a_checkpoint_that_another_signed_is_named(
    world: World, files: Files, whole: Files
) -> None:
    turin = world.members[TURIN].tools.keys.checkpoint
    head, _ = checkpoint.parse(whole[exported.CHECKPOINT])
    files[exported.CHECKPOINT] = checkpoint.sign(head, turin.public, turin.sign)
    assert wrong(files).startswith("checkpoint: ")
    # The exporter's own, over a ledger that does not hold the records.
    own = world.members[LYON].tools.keys.checkpoint
    other = checkpoint.Checkpoint(head.origin, head.size, bytes(32))
    files[exported.CHECKPOINT] = checkpoint.sign(other, own.public, own.sign)
    first = exported.proof_path(records(files)[0])
    assert wrong(files) == f"{first}: it leads to another checkpoint than checkpoint"


@pytest.mark.parametrize("exporter", [TURIN, "xx-none"])
def test_another_exporter_is_not_believed(files: Files, exporter: str) -> None:
    about = json.loads(files[exported.ABOUT])
    files[exported.ABOUT] = strict_json.dumps({**about, "exporter": exporter})
    assert wrong(files).startswith("checkpoint: ")


def cosigned(world: World, who: Member, head: checkpoint.Checkpoint) -> str:
    """A checkpoint of Lyon's, cosigned by `who`."""
    own, other = world.members[LYON].tools.keys.checkpoint, who.tools.keys
    line = checkpoint.cosign(
        head,
        who.authority,
        other.cosign.public,
        other.cosign.sign,
        cosigned_at=int(START.timestamp()),
    )
    return (checkpoint.sign(head, own.public, own.sign) + line).decode()


def test_a_ledger_is_witnessed_by_others_and_by_what_they_saw(world: World, files: Files) -> None:
    head, _ = checkpoint.parse(files[exported.CHECKPOINT])
    turin = world.members[TURIN]
    name = exported.witnessed_path(TURIN)
    files[name] = strict_json.dumps({"note": cosigned(world, turin, head), "consistency": []})
    assert TURIN in check(files).witnesses

    empty = checkpoint.Checkpoint(head.origin, 0, tree.EMPTY_ROOT)
    files[name] = strict_json.dumps({"note": cosigned(world, turin, empty), "consistency": []})
    assert wrong(files) == f"{name}: it was witnessed when nothing was in the ledger"

    other = checkpoint.Checkpoint(head.origin, head.size, bytes(32))
    files[name] = strict_json.dumps({"note": cosigned(world, turin, other), "consistency": []})
    assert wrong(files) == f"{name}: the ledger did not only grow since this was witnessed"

    oslo = cosigned(world, world.members[OSLO], head)
    files[name] = strict_json.dumps({"note": oslo, "consistency": []})
    assert wrong(files) == f"{name}: it does not hold a cosignature of {TURIN}"


def test_nobody_witnesses_its_own_ledger(world: World, files: Files) -> None:
    head, _ = checkpoint.parse(files[exported.CHECKPOINT])
    name = exported.witnessed_path(LYON)
    note = cosigned(world, world.members[LYON], head)
    files[name] = strict_json.dumps({"note": note, "consistency": []})
    assert wrong(files) == f"{name}: it does not hold a cosignature of {LYON}"


def test_another_directory_is_not_the_pinned_one(files: Files) -> None:
    fault = refused("export-wrong", lambda: check(files, pinned="0" * 64))
    assert fault.message.startswith("directory.jsonl: it is directory ")


def test_a_member_cannot_add_keys_of_others_to_the_directory(
    world: World, files: Files, lyon: Member, case: MatterId
) -> None:
    """With them it could add what they never said, under the id that everybody compares."""
    turin, pinned = world.members[TURIN], lyon.tools.directory().matter.id
    known = forging.arrived(lyon, pinned)
    matter = forging.folded(known, lyon)
    listing = lyon.tools.directory().listing(TURIN)
    assert listing is not None
    stolen = {**listing.model_dump(mode="json"), "authority": OSLO}
    said = {"authority": OSLO, "listing": stolen}
    void = forging.forge(turin, matter, "authority.relisted/1", said)
    files[exported.DIRECTORY] = forging.lines([*known, void])
    # It changes nothing, so it is no reason not to believe the rest.
    assert check(files).records == 6
    with lyon.tools.cabinet.holding(case) as folder:
        forged = forging.forge(turin, folder.matter, "note.made/1", {"text": "x"}, author=OSLO)
    name = exported.record_path(forged.record.id)
    files[name] = forged.signed
    assert wrong(files).startswith(f"{name}: ")
    reason = {"authority": TURIN, "reason": "x"}
    matter.admit(void.record)
    speaks = forging.forge(turin, matter, "authority.suspended/1", reason, author=OSLO)
    files[exported.DIRECTORY] = forging.lines([*known, void, speaks])
    assert wrong(files).startswith(f"directory.jsonl: line {len(known) + 2}: ")


# --- bounds and carriers -----------------------------------------------------------------------


def test_a_long_matter_holds_whatever_the_order_of_its_files(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 1)
    assert check(files).records == 6


def test_a_zip_of_it_holds_and_a_cut_one_is_refused(whole: Files, tmp_path: Path) -> None:
    packed = b"".join(archives.zipped(whole))
    archive = tmp_path / "export.zip"
    archive.write_bytes(packed)
    assert check(folders.read(archive)) == check(whole)
    for size in (0, 10, len(packed) // 2, len(packed) - 1):
        archive.write_bytes(packed[:size])
        refused("export-unsafe", lambda: folders.read(archive))


def test_a_zip_that_would_leave_its_folder_is_refused(whole: Files, tmp_path: Path) -> None:
    sink = io.BytesIO(b"".join(archives.zipped(whole)))
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("../evil", b"x")
    (tmp_path / "export.zip").write_bytes(sink.getvalue())
    fault = refused("export-unsafe", lambda: folders.read(tmp_path / "export.zip"))
    assert fault.message.startswith("../evil: ")
