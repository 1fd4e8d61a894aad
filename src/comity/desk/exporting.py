"""Exporting a matter for someone who has no node: every byte that is needed to check it.

The export is accounted for before it is handed out. What was not disclosed to this node, and what
the officer leaves out, stays sealed; the signatures hold all the same.
"""

import base64
from collections.abc import Iterator

from comity.desk import founding, ledgers, permitting, reading, tools
from comity.ledger import checkpoint, proofs, receipt
from comity.matters import exported
from comity.records import record, strict_json
from comity.records.ids import MatterId

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
    """The files of an export, by path. Sealed fields named in `leave_out` stay sealed."""
    permitting.permitted_on(desk, "export.matter", matter)
    reading.note(desk, "exported", matter=matter)
    # Read after the note, so that the checkpoint covers the note too.
    return dict(_files(desk, matter, leave_out))


def _files(
    desk: tools.Desk, matter: MatterId, leave_out: frozenset[str]
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
    yield from _records(own, matter, head, note, leave_out)
    yield from _witnessed(own, head)


def _records(
    own: tools.Tools,
    matter: MatterId,
    head: checkpoint.Checkpoint,
    note: bytes,
    leave_out: frozenset[str],
) -> Iterator[tuple[str, bytes]]:
    stored = [one for one in own.store.records(matter) if one.leaf < head.size]
    shown = own.store.disclosures([one.id for one in stored])
    found = proofs.inclusions((one.leaf for one in stored), head.size, own.store.tile)
    for one, proof in zip(stored, found, strict=True):
        yield exported.record_path(one.id), one.envelope
        texts = [t for t in shown.get(one.id, ()) if not reading.names(t) & leave_out]
        if texts:
            yield exported.disclosures_path(one.id), strict_json.dumps(texts)
        included = receipt.Receipt(index=one.leaf, proof=proof, note=note)
        yield exported.proof_path(one.id), receipt.encode(included)


def _witnessed(own: tools.Tools, head: checkpoint.Checkpoint) -> Iterator[tuple[str, bytes]]:
    found = own.directory()
    for who in sorted(found.listings):
        row = own.store.peer(who)
        if not row.cosignature or not 0 < row.acknowledged_size <= head.size:
            continue
        earlier = checkpoint.Checkpoint(
            head.origin,
            row.acknowledged_size,
            ledgers.root_at(row.acknowledged_size, head.size, own.store.tile),
        )
        note = checkpoint.with_cosignatures(
            ledgers.signed(own, earlier),
            row.cosignature.encode(),
            ledgers.witness_keys(found, who),
        )
        grown = proofs.consistency(earlier.size, head.size, own.store.tile)
        yield (
            exported.witnessed_path(who),
            strict_json.dumps(
                {
                    "note": note.decode(),
                    "consistency": [base64.b64encode(one).decode() for one in grown],
                }
            ),
        )
