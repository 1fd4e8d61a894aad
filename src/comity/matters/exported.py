"""An exported matter: what is in it, and whether all of it holds. Needs nothing but the files.

The export is one folder: the records as signed, the disclosures that may be shown, a proof for
each record that the exporter's ledger holds it, the checkpoint that the proofs lead to, earlier
checkpoints that other members witnessed, and the directory whose keys verify it all.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from comity import errors
from comity.ledger import checkpoint, notes, proofs, receipt
from comity.matters import directory
from comity.matters.matter import Matter
from comity.records import approval, envelope, ids, kinds, record, sealed, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId

FORMAT = "comity-export/1"
ABOUT = "comity-export.json"
DIRECTORY = "directory.jsonl"
CHECKPOINT = "checkpoint"
README = "README.txt"
_RECORDS, _DISCLOSURES, _PROOFS, _WITNESSED = "records/", "disclosures/", "proofs/", "witnessed/"
_FILE_BYTES_MAX = 2**22
_WRONG = "export-wrong"


def record_path(one: RecordId) -> str:
    """Where the envelope of a record stands."""
    return f"{_RECORDS}{one}.json"


def disclosures_path(one: RecordId) -> str:
    """Where its disclosures stand."""
    return f"{_DISCLOSURES}{one}.json"


def proof_path(one: RecordId) -> str:
    """Where its proof of inclusion stands."""
    return f"{_PROOFS}{one}.tlog-proof"


def witnessed_path(authority: AuthorityId) -> str:
    """Where the checkpoint that an authority cosigned stands, with the proof that it grew."""
    return f"{_WITNESSED}{authority}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found to hold."""

    matter: MatterId
    type: str
    exporter: AuthorityId
    directory: MatterId
    """Compare it with what the directory's founder tells: all trust hangs on it."""
    records: int
    disclosures: int
    withheld: int
    """Sealed fields that stay sealed in this export."""
    rejections: int
    ledger_size: int
    witnesses: tuple[AuthorityId, ...]


def check(
    files: Mapping[str, bytes], registry: kinds.Registry, *, pinned: str | None = None
) -> Checked:
    """Check an export; the error names the first file that does not hold.

    1. The directory: each of its records verifies by the listings before it.
    2. The checkpoint is signed by the exporter.
    3. Each record: its file is named by its id, and its author signed it.
    4. Its disclosures belong to its sealed fields.
    5. Its proof leads to the checkpoint.
    6. The records fold: no ancestor is missing.
    7. Each witness signed an earlier checkpoint, and the ledger only grew since.
    8. No file is there that was not checked.
    """
    about = _about(files)

    # (1)
    with _at(DIRECTORY):
        found = directory.verified(_lines(files), registry).directory
    if pinned is not None and found.matter.id != pinned:
        raise _fault(DIRECTORY, f"it is directory {found.matter.id}, not {pinned}")

    # (2)
    exporter = AuthorityId(about["exporter"])
    note = _file(files, CHECKPOINT)
    with _at(CHECKPOINT):
        owner = _owner_keys(found, exporter)
        head = checkpoint.verify(note, owner)

    # (3), (4), (5)
    matter = Matter(MatterId(about["matter"]), registry)
    names = sorted(name for name in files if name.startswith(_RECORDS))
    if not names:
        raise _fault(_RECORDS, "there are no records")
    records: list[record.Record] = []
    fields = shown = 0
    for name in names:
        with _at(name):
            one = _record(name, files[name], found, registry)
            if one.matter != matter.id:
                raise _fault(name, f"it belongs to another matter, {one.matter}")
            fields += len(sealed.digests_in(one.open))
        shown += _disclosed(files, one)
        _included(files, one, note, owner)
        records.append(one)

    # (6)
    for one in sorted(records, key=lambda one: one.lamport):
        matter.admit(one)
    if matter.waiting or matter.turned_away or matter.opening is None:
        missing = ", ".join(matter.missing) or str(matter.id)
        raise _fault(_RECORDS, f"records that others stand after are missing: {missing}")

    # (7)
    witnesses = tuple(_witnessed(files, found, exporter, head))

    # (8)
    _bar_strangers(files, {one.id for one in matter.timeline()}, matter)
    return Checked(
        matter=matter.id,
        type=matter.type,
        exporter=exporter,
        directory=found.matter.id,
        records=len(names),
        disclosures=shown,
        withheld=fields - shown,
        rejections=len(matter.rejections),
        ledger_size=head.size,
        witnesses=witnesses,
    )


def _about(files: Mapping[str, bytes]) -> dict[str, str]:
    with _at(ABOUT):
        said: Any = strict_json.loads(_file(files, ABOUT))
    wanted = {"format", "matter", "exporter", "made_at"}
    if not isinstance(said, dict) or set(said) != wanted or said["format"] != FORMAT:
        raise _fault(ABOUT, f"it does not describe an export of {FORMAT}")
    if not ids.is_digest(str(said["matter"])) or not ids.is_authority(str(said["exporter"])):
        raise _fault(ABOUT, "it names no matter or no authority")
    return said


def _record(
    name: str, data: bytes, found: directory.Directory, registry: kinds.Registry
) -> record.Record:
    signed = envelope.parse(data)
    if name != record_path(RecordId(signed.digest)):
        raise _fault(name, f"its content has the id {signed.digest}")
    if signed.payload_type != envelope.RECORD_TYPE:
        raise _fault(name, f"it is a {signed.payload_type[:80]}, not a record")
    one = record.parse(signed.payload, signed.digest, registry)
    envelope.verify(signed, found.keys_of(one.author))
    for given in one.approvals:
        approval.check(given, one.proposal, one.officer)
    return one


def _disclosed(files: Mapping[str, bytes], one: record.Record) -> int:
    name = disclosures_path(one.id)
    if name not in files:
        return 0
    with _at(name):
        texts = strict_json.loads(files[name], size_max=_FILE_BYTES_MAX)
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise _fault(name, "it is no list of disclosures")
        return len(sealed.match(one.open, texts))


def _included(
    files: Mapping[str, bytes], one: record.Record, note: bytes, owner: list[notes.Key]
) -> None:
    name = proof_path(one.id)
    with _at(name):
        proof = receipt.parse(_file(files, name))
        if checkpoint.parse(proof.note)[0] != checkpoint.parse(note)[0]:
            raise _fault(name, f"it leads to another checkpoint than {CHECKPOINT}")
        receipt.verify(proof, bytes.fromhex(one.id), owner)


def _witnessed(
    files: Mapping[str, bytes],
    found: directory.Directory,
    exporter: AuthorityId,
    head: checkpoint.Checkpoint,
) -> Iterator[AuthorityId]:
    for name in sorted(name for name in files if name.startswith(_WITNESSED)):
        who = AuthorityId(name.removeprefix(_WITNESSED).removesuffix(".json"))
        if name != witnessed_path(who) or who not in found.listings:
            raise _fault(name, "it is named by no authority of the directory")
        with _at(name):
            said: Any = strict_json.loads(files[name])
            if not isinstance(said, dict) or set(said) != {"note", "consistency"}:
                raise _fault(name, "it has not the members note and consistency")
            note = str(said["note"]).encode()
            earlier = checkpoint.verify(note, _owner_keys(found, exporter))
            cosigned = checkpoint.witnesses(note, _witness_keys(found, who))
        proof = _hashes(name, said["consistency"])
        if not earlier.size:
            raise _fault(name, "it was witnessed when nothing was in the ledger")
        if not proofs.verify_consistency(earlier.size, earlier.root, head.size, head.root, proof):
            raise _fault(name, "the ledger did not only grow since this was witnessed")
        if who not in cosigned:
            raise _fault(name, f"it does not hold a cosignature of {who}")
        yield who


def _hashes(name: str, said: Any) -> list[bytes]:
    if not isinstance(said, list):
        raise _fault(name, "its consistency proof is no list of hashes")
    try:
        return [base64.b64decode(one, validate=True) for one in said]
    except (TypeError, ValueError):
        raise _fault(name, "its consistency proof is no list of hashes") from None


def _bar_strangers(files: Mapping[str, bytes], admitted: set[RecordId], matter: Matter) -> None:
    known = {ABOUT, DIRECTORY, CHECKPOINT, README}
    for one in admitted | {rejection.record.id for rejection in matter.rejections}:
        known |= {record_path(one), disclosures_path(one), proof_path(one)}
    for name in sorted(files):
        if name not in known and not name.startswith(_WITNESSED):
            raise _fault(name, "it belongs to nothing in this export")


def _owner_keys(found: directory.Directory, exporter: AuthorityId) -> list[notes.Key]:
    return [
        checkpoint.owner_key(exporter, base64.b64decode(one.checkpoint))
        for one in found.listings.get(exporter, ())
    ]


def _witness_keys(found: directory.Directory, who: AuthorityId) -> list[notes.Key]:
    return [
        checkpoint.witness_key(who, base64.b64decode(one.cosigning))
        for one in found.listings.get(who, ())
    ]


def _lines(files: Mapping[str, bytes]) -> list[bytes]:
    return [line for line in _file(files, DIRECTORY).split(b"\n") if line]


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise _fault(name, "it is missing")
    return files[name]


@contextmanager
def _at(name: str) -> Iterator[None]:
    """Whatever is found wrong inside is said of the file `name`."""
    try:
        yield
    except errors.ComityError as fault:
        if fault.code == _WRONG:
            raise
        raise _fault(name, fault.message) from fault


def _fault(name: str, what: str) -> errors.Unverified:
    return errors.Unverified(
        _WRONG,
        f"{name}: {what}",
        next_step="Do not rely on this copy; ask its exporter for another.",
    )
