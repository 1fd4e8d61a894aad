"""Exporting a matter for someone who has no node: every byte that is needed to check it.

The export is accounted for before it is handed out. What was not disclosed to this node, and what
the officer leaves out, stays sealed; the signatures hold all the same.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence

from comity import errors
from comity.desk import cabinet, founding, ledgers, permitting, reading, tools
from comity.ledger import checkpoint, proofs, receipt
from comity.matters import exported
from comity.records import record, sealed, strict_json
from comity.records.ids import MatterId, RecordId
from comity.store import port

_TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
"""From the widest to the strictest."""

_README = """This folder is an export of one matter by {exporter}, made {made_at}.

records/      what was said, each file exactly as its author signed it (DSSE, Ed25519)
disclosures/  what opens sealed fields of those records (RFC 9901); the rest stays sealed
proofs/       why the exporter's ledger holds each record (C2SP tlog-proof)
checkpoint    the ledger's head that all proofs lead to (C2SP tlog-checkpoint)
witnessed/    earlier heads that other authorities cosigned, and why the ledger only grew since
directory.jsonl  the authorities' keys, each line signed; compare its id with the founder by voice

To check all of it:  comity verify FOLDER --directory {directory}
"""


def export(
    desk: tools.Desk, matter: MatterId, *, leave_out: frozenset[str] = frozenset()
) -> dict[str, bytes]:
    """The files of an export, by path. Sealed fields named in `leave_out` stay sealed.

    Policy is asked twice: whether the matter may be exported at all, and whether with the
    strictest handling of what would be open in it.
    """
    own = desk.tools
    permitting.permitted_on(desk, "export.matter", matter)
    stored = own.store.records(matter)
    known = {one.id: cabinet.read_stored(one, own.registry) for one in stored}
    shown = _shown(own, known, leave_out)
    strictest = max((known[one].handling.tlp for one in shown), key=_TLP.index, default=None)
    with own.cabinet.holding(matter) as folder:
        about = permitting.about(desk, folder.matter, tlp=strictest)
    permitting.permitted(desk, "export.matter", about)
    reading.note(desk, "exported", matter=matter)
    # The head is taken after the note, so that the checkpoint covers the note too.
    return dict(_files(desk, matter, stored, shown))


def _shown(
    own: tools.Tools, known: Mapping[RecordId, record.Record], leave_out: frozenset[str]
) -> dict[RecordId, list[str]]:
    """The disclosures that go out, by record; none of a field that is named in `leave_out`."""
    found: dict[RecordId, list[str]] = {}
    for one, texts in own.store.disclosures(list(known)).items():
        kept = [text for text in texts if not _fields(known[one], text) & leave_out]
        if kept:
            found[one] = kept
    return found


def _fields(one: record.Record, text: str) -> frozenset[str]:
    """The name of the field that a disclosure opens, or of the list of which it opens a part."""
    opens = sealed.disclosure(text)
    if opens.name is not None:
        return frozenset({opens.name})
    element = {sealed.ELEMENT: opens.digest}
    return frozenset(
        name for name, value in one.open.items() if isinstance(value, list) and element in value
    )


def _files(
    desk: tools.Desk,
    matter: MatterId,
    stored: Sequence[port.StoredRecord],
    shown: Mapping[RecordId, list[str]],
) -> Iterator[tuple[str, bytes]]:
    own = desk.tools
    found = own.directory().matter.id
    made_at = record.instant(desk.now)
    yield (
        exported.ABOUT,
        strict_json.dumps(
            {
                "format": exported.FORMAT,
                "matter": matter,
                "exporter": own.authority,
                "made_at": made_at,
            }
        ),
    )
    told = _README.format(exporter=own.authority, made_at=made_at, directory=found)
    yield exported.README, told.encode()
    yield exported.DIRECTORY, founding.export(own)
    head = ledgers.head(own)
    note = ledgers.signed(own, head)
    yield exported.CHECKPOINT, note
    yield from _records(own, stored, shown, head, note)
    yield from _witnessed(own, head)


def _records(
    own: tools.Tools,
    stored: Sequence[port.StoredRecord],
    shown: Mapping[RecordId, list[str]],
    head: checkpoint.Checkpoint,
    note: bytes,
) -> Iterator[tuple[str, bytes]]:
    found = proofs.inclusions((one.leaf for one in stored), head.size, own.store.tile)
    for one, proof in zip(stored, found, strict=True):
        yield exported.record_path(one.id), one.envelope
        if one.id in shown:
            yield exported.disclosures_path(one.id), strict_json.dumps(shown[one.id])
        included = receipt.Receipt(index=one.leaf, proof=proof, note=note)
        yield exported.proof_path(one.id), receipt.encode(included)


def _witnessed(own: tools.Tools, head: checkpoint.Checkpoint) -> Iterator[tuple[str, bytes]]:
    found = own.directory()
    for who in sorted(found.listings):
        row = own.store.peer(who)
        if not row.cosignature or not 0 < row.acknowledged_size <= head.size:
            continue
        try:
            note = checkpoint.with_cosignatures(
                ledgers.head_at(own, row.acknowledged_size),
                row.cosignature.encode(),
                ledgers.witness_keys(found, who),
            )
        except (errors.Invalid, errors.Unverified):
            # A line that vouches for nothing must not keep the rest from being exported.
            continue
        grown = proofs.consistency(row.acknowledged_size, head.size, own.store.tile)
        yield (
            exported.witnessed_path(who),
            strict_json.dumps(
                {
                    "note": note.decode(),
                    "consistency": [base64.b64encode(one).decode() for one in grown],
                }
            ),
        )
