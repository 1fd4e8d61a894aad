"""Bad input, one table: each gives an error that says where, what and what to do, and of none of it
is anything stored, or half of it."""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.desk import carrying, importing, packing, reading
from comity.exchange import compression, contents, manifest, wrapping
from comity.interop import found
from comity.interop import reading as files
from comity.keys import filekeys
from comity.records import envelope, record, strict_json
from comity.records.ids import AuthorityId, MatterId
from tests.docs import tables
from tests.world import by_hand, engines
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
MEANINGS = {row[0].strip("`"): row[2] for row in tables.rows(PAGE, "## Every code")}


@dataclass(slots=True)
class Scene:
    """Lyon, Turin and Oslo; a case of Lyon and Turin; a stranger whom no directory lists."""

    world: World
    case: MatterId
    stranger: filekeys.NodeKeys

    @property
    def lyon(self) -> Member:
        return self.world.members[LYON]

    @property
    def turin(self) -> Member:
        return self.world.members[TURIN]

    @property
    def oslo(self) -> Member:
        return self.world.members[OSLO]

    def parcel(self, **holds: Any) -> bytes:
        """A parcel of Lyon's to Turin."""
        return by_hand.sealed(self.lyon, self.turin, **holds).data

    def note(self, **more: Any) -> record.Built:
        """A note of Lyon's, or not quite, that nobody has yet."""
        return by_hand.say(self.lyon, self.case, **more)

    def take(self, data: bytes) -> bytes:
        """What Turin's operator does with a file; the answer for the way back."""
        return carrying.take(self.world.desk(self.turin, "operator"), data)


@pytest.fixture(scope="module", params=engines.BOTH)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Once over each engine: nothing here changes it."""
    folder = tmp_path_factory.mktemp("bad-input")
    world = engines.world(request, folder)
    lyon, _, _ = world.found(LYON, TURIN, OSLO)
    opening = {"title": "Night Bazaar", "parties": [TURIN]}
    case = world.act(lyon, "case.opened/1", opening).matter
    world.settle()
    unlisted = AuthorityId("xx-stranger")
    keys = filekeys.create(folder / "stranger", unlisted, passphrase=None, now=world.now())
    yield Scene(world, case, keys)
    world.close()


# --- parcels that are refused whole ------------------------------------------------------------


def forged(scene: Scene, change: Callable[[dict[str, Any]], object], signer: Any = None) -> bytes:
    """A parcel to Turin whose manifest was changed before Lyon, or somebody, signed it."""
    own = scene.lyon.tools
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=LYON,
        recipients=(TURIN,),
        number=1,
        made_at=scene.world.now(),
        items=by_hand.items(scene.note()),
        blobs=(b"a blob",),
    )
    said, sections = manifest._said(made, [manifest.Address(authority=TURIN, key="it-turin#1")])
    change(said)
    payload = strict_json.dumps(said)
    signed = envelope.seal(manifest.PARCEL_TYPE, payload, signer or own.keys.signer)
    body = b"".join((len(signed).to_bytes(4, "big"), signed, *sections))
    return wrapped(scene, compression.compress(body))


def wrapped(scene: Scene, body: bytes) -> bytes:
    to = packing.recipient(scene.lyon.tools, TURIN)
    return wrapping.wrap(body, [to], entropy=os.urandom)


def altered(scene: Scene) -> bytes:
    data = bytearray(scene.parcel(items=by_hand.items(scene.note())))
    data[-1] ^= 1
    return bytes(data)


def named(name: object) -> Callable[[dict[str, Any]], object]:
    return lambda said: said["blobs"][0].update(name=name)


def oversized_record(scene: Scene) -> bytes:
    return forged(scene, lambda said: said["items"][0]["record"].update(size=2**17 + 1))


PARCELS: dict[str, tuple[str, str, Callable[[Scene], bytes]]] = {
    "no parcel": ("parcel-magic", "does not begin", lambda s: b"PK\3\4 something else"),
    "nothing": ("parcel-magic", "does not begin", lambda s: b""),
    "truncated": ("parcel-truncated", "bytes of", lambda s: s.parcel(want=("0" * 64,))[:-100]),
    "truncated in its header": ("parcel-header", "header", lambda s: s.parcel()[:60]),
    "oversized": (
        "parcel-too-large",
        str(carrying.BYTES_MAX),
        lambda s: bytes(carrying.BYTES_MAX + 1),
    ),
    "with an oversized record": ("parcel-too-large", str(2**17 + 1), oversized_record),
    "altered on the way": ("parcel-altered", "not those", altered),
    "a bomb": (
        "parcel-bomb",
        "expand",
        lambda s: wrapped(s, compression.zlib.compress(bytes(2**26), 9)),
    ),
    "for another": (
        "not-addressed-here",
        "it-turin#1",
        lambda s: by_hand.sealed(s.lyon, s.oslo, want=("0" * 64,)).data,
    ),
    "of another federation": (
        "other-federation",
        "f" * 64,
        lambda s: forged(s, lambda said: said.update(federation="f" * 64)),
    ),
    "signed by somebody else": (
        "signature-wrong",
        "no signature",
        lambda s: forged(s, lambda said: None, by_hand.As(s.oslo, LYON)),
    ),
    "by a stranger": (
        "signature-wrong",
        "0 keys",
        lambda s: forged(s, lambda said: said.update(sender="xx-stranger"), s.stranger.signer),
    ),
    "that names a path": (
        "name-not-a-digest",
        "blobs.0.name",
        lambda s: forged(s, named("../../etc/passwd")),
    ),
    "that names an absolute path": (
        "name-not-a-digest",
        "blobs.0.name",
        lambda s: forged(s, named("/etc/passwd")),
    ),
}


@pytest.mark.parametrize("what", PARCELS)
def test_a_parcel_that_is_wrong_is_refused_and_leaves_nothing(scene: Scene, what: str) -> None:
    code, place, make = PARCELS[what]
    data = make(scene)
    before = by_hand.whole(scene.turin)
    told = refused(code, lambda: scene.take(data))
    clear(told, place)
    assert by_hand.whole(scene.turin) == before
    assert not list(scene.turin.node.settings.data.rglob("passwd"))


def clear(told: errors.ComityError, place: str) -> None:
    """It says where and what, why that is wrong, and what a person should do."""
    assert place in told.message, told.message
    assert len(MEANINGS[told.code]) > 15
    assert len(told.next_step) > 10, told.code


# --- records that are turned away, in a parcel that is right -----------------------------------


def swapped(scene: Scene) -> contents.Item:
    one, other = scene.note(), scene.note()
    return contents.Item(one.signed, (other.disclosures[0].text,))


def changed(scene: Scene, **members: Any) -> contents.Item:
    """A note whose header says something else, signed by Lyon all the same."""
    payload = strict_json.loads(envelope.parse(scene.note().signed).payload) | members
    signer = scene.lyon.tools.keys.signer
    return contents.Item(envelope.seal(envelope.RECORD_TYPE, strict_json.dumps(payload), signer))


def spoiled(scene: Scene) -> contents.Item:
    """A note of Lyon's with one bit of its signature changed."""
    outer = strict_json.loads(scene.note().signed)
    signature = bytearray(base64.b64decode(outer["signatures"][0]["sig"]))
    signature[0] ^= 1
    outer["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    return contents.Item(strict_json.dumps(outer))


RECORDS: dict[str, tuple[str, str, Callable[[Scene], contents.Item]]] = {
    "a wrong signature": ("rejected", "signature-wrong", spoiled),
    "said to be from somebody else": (
        "rejected",
        "signature-wrong",
        lambda s: by_hand.items(s.note(signer=by_hand.As(s.lyon, OSLO)))[0],
    ),
    "said to be from the receiver": (
        "rejected",
        "signature-wrong",
        lambda s: by_hand.items(s.note(signer=by_hand.As(s.lyon, TURIN)))[0],
    ),
    "an unknown author": (
        "waiting",
        "author-unknown",
        lambda s: by_hand.items(s.note(signer=s.stranger.signer))[0],
    ),
    "another federation": (
        "rejected",
        "other-federation",
        lambda s: by_hand.items(s.note(charter=MatterId("f" * 64)))[0],
    ),
    "another protocol": (
        "rejected",
        "record-malformed",
        lambda s: changed(s, protocol="comity/9"),
    ),
    "a header with a member more": ("rejected", "record-malformed", lambda s: changed(s, more=1)),
    "a kind that is no name": (
        "rejected",
        "record-malformed",
        lambda s: changed(s, kind="../../note"),
    ),
    "a disclosure of another record": ("rejected", "disclosure-unknown", swapped),
    "no record": (
        "rejected",
        "not-a-record",
        lambda s: contents.Item(envelope.seal("text/plain", b"hello", s.lyon.tools.keys.signer)),
    ),
}


@pytest.mark.parametrize("what", RECORDS)
def test_a_record_that_is_wrong_is_named_in_the_receipt_and_leaves_nothing(
    scene: Scene, what: str
) -> None:
    result, code, make = RECORDS[what]
    item = make(scene)
    before = by_hand.whole(scene.turin)
    told = by_hand.receipt_in(scene.lyon, scene.take(scene.parcel(items=(item,))))
    (outcome,) = told.outcomes
    assert (outcome.result, outcome.code, outcome.index) == (result, code, None)
    assert outcome.record == envelope.parse(item.envelope).digest
    assert len(MEANINGS[code]) > 15
    assert by_hand.whole(scene.turin) == before


def test_what_is_wrong_is_turned_away_by_itself(scene: Scene) -> None:
    """One wrong record keeps none of the others out, and none of them is half there."""
    good = [scene.note(said={"text": str(number)}) for number in range(2)]
    items = (by_hand.items(good[0])[0], spoiled(scene), by_hand.items(good[1])[0])
    told = by_hand.receipt_in(scene.lyon, scene.take(scene.parcel(items=items)))
    assert sorted(by_hand.outcomes(told)) == [
        ("rejected", "signature-wrong"),
        ("stored", ""),
        ("stored", ""),
    ]
    for one in good:
        (text,) = scene.turin.tools.store.disclosures([one.record.id])[one.record.id]
        assert text == one.disclosures[0].text


# --- records that the protocol keeps, and that change nothing ----------------------------------


def test_a_replayed_parcel_changes_nothing_at_all(scene: Scene) -> None:
    data = scene.parcel(items=by_hand.items(scene.note()))
    scene.take(data)
    before = by_hand.whole(scene.turin)
    told = by_hand.receipt_in(scene.lyon, scene.take(data))
    assert by_hand.outcomes(told) == [("duplicate", "")]
    assert by_hand.whole(scene.turin) == before


def test_a_record_in_a_case_that_its_author_is_no_party_to_is_kept_with_its_reason(
    scene: Scene,
) -> None:
    desk = scene.world.desk(scene.turin)
    shown = {one.record.id for one in reading.read(desk, scene.case).timeline}
    with scene.lyon.tools.cabinet.holding(scene.case) as folder:
        place = folder.matter.place(OSLO)
    said = {"party": OSLO, "reason": "let me in"}
    intruding = by_hand.say(scene.oslo, scene.case, "party.added/1", said, place=place)
    by_hand.send(scene.world, scene.oslo, scene.turin, items=by_hand.items(intruding))
    view = reading.read(scene.world.desk(scene.turin), scene.case)
    (rejection,) = [one for one in view.rejections if one.record.id == intruding.record.id]
    assert rejection.reason == "no-oslo is no party of this matter"
    assert OSLO not in view.row.parties
    assert {one.record.id for one in view.timeline} == shown


def test_a_record_of_an_unknown_kind_is_kept_whole_and_nothing_follows(scene: Scene) -> None:
    item = changed(scene, kind="thing.unheard/1", said={"anything": [1, {"at": "all"}]})
    told = by_hand.receipt_in(scene.lyon, scene.take(scene.parcel(items=(item,))))
    assert by_hand.outcomes(told) == [("stored", "")]
    view = reading.read(scene.world.desk(scene.turin), scene.case)
    entry = view.entry(told.outcomes[0].record)
    assert (entry.kind, entry.said) == (None, None)
    assert view.things == []
    stored = scene.turin.tools.store.record(told.outcomes[0].record)
    assert stored is not None
    assert stored.envelope == item.envelope


# --- what officers and files say ---------------------------------------------------------------

ACTS: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "an unknown kind": ("kind-unknown", "thing.unheard/1", "thing.unheard/1", {}),
    "a field that is misspelled": ("statement-malformed", "txt", "note.made/1", {"txt": "x"}),
    "a field that is missing": ("field-missing", "text", "note.made/1", {}),
    "a party that nobody lists": (
        "authority-unknown",
        "xx-stranger",
        "party.added/1",
        {"party": "xx-stranger", "reason": "x"},
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_an_act_that_is_wrong_is_refused_and_leaves_nothing(scene: Scene, what: str) -> None:
    code, place, kind, said = ACTS[what]
    before = by_hand.whole(scene.lyon)
    told = refused(code, lambda: scene.world.act(scene.lyon, kind, said, scene.case))
    assert place in told.message
    assert len(MEANINGS[code]) > 15
    assert by_hand.whole(scene.lyon) == before


FILES: dict[str, tuple[str, str, str, bytes]] = {
    "a MISP file that is not JSON": (
        "json-syntax",
        "event.json: ",
        "event.json",
        b'{"Event": {"info": "cut off',
    ),
    "JSON of another kind": (
        "import-unknown-format",
        "event.json",
        "event.json",
        b'{"some": "thing"}',
    ),
    "a table with a wrong column": (
        "csv-form",
        "line 1, column 2: 'valeu'",
        "list.csv",
        b"class,valeu\ndomain,shop.example\n",
    ),
    "a table without a column that is needed": (
        "csv-form",
        "'value' is missing",
        "list.csv",
        b"class\ndomain\n",
    ),
    "a file that is no text": ("import-not-text", "line 2 column 3", "list.csv", b"class\nab\xff"),
    "an empty file": ("import-empty", "list.csv", "list.csv", b"  \n"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_read_says_where_and_leaves_nothing(scene: Scene, what: str) -> None:
    code, place, name, data = FILES[what]
    before = by_hand.whole(scene.lyon)
    clear(refused(code, lambda: imported(scene, name, data)), place)
    assert by_hand.whole(scene.lyon) == before


def imported(scene: Scene, name: str, data: bytes) -> found.Found:
    """Read a file and file a report of it."""
    read = files.read(data, name=name)
    rows = importing.Rows(
        title=read.title,
        form="csv",
        identifiers=[
            {"cls": one.identifier.cls.value, "value": one.identifier.value, "context": None}
            for one in read.rows
        ],
        faults=len(read.faults),
    )
    importing.import_rows(scene.world.desk(scene.lyon), rows, None)
    return read


BAD_CHECKSUMS = {
    "btc": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    "iban": "DE89370400440532013001",
    "onion": "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wie.onion",
}


@pytest.mark.parametrize("cls", BAD_CHECKSUMS)
def test_an_indicator_with_a_bad_checksum_is_named_by_its_line_and_never_noted(
    scene: Scene, cls: str
) -> None:
    value = BAD_CHECKSUMS[cls]
    alone = f"class,value\n{cls},{value}\n".encode()
    (fault,) = files.read(alone, name="list.csv").faults
    assert fault.place == "line 2"
    assert fault.code in MEANINGS
    assert len(fault.reason) > 20
    before = by_hand.whole(scene.lyon)
    clear(refused("nothing-to-import", lambda: imported(scene, "list.csv", alone)), "no row")
    assert by_hand.whole(scene.lyon) == before

    # Beside a good one it is counted, and the good one is noted.
    good = f"shop-{cls}.example"
    read = imported(scene, "list.csv", alone + f"domain,{good}\n".encode())
    assert [(one.place, one.code) for one in read.faults] == [("line 2", fault.code)]
    held = scene.lyon.tools.store.holding([("domain", good), (cls, value)])
    assert [(one.cls, one.value) for one in held] == [("domain", good)]
