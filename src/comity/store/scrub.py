"""Read everything that is stored again and name the first thing that is not what it was.

Record ids are made again from the envelopes, leaves and tiles from the ids, digests from the
disclosures, blob ids from the blobs; what a record is found by must be what it says. It needs no
keys: signatures were verified before anything was stored, and the ids bind what was signed. Memory
use does not grow with the store, and the node may go on writing meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from comity import errors
from comity.ledger import audit, checkpoint, tiles
from comity.records import envelope, sealed, strict_json
from comity.records.ids import BlobId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong: what it is, and how."""

    place: str
    what: str


class Scrubbed(port.Store, Protocol):
    """A store with what a scrub needs beyond the port (`durable.DurableStore`)."""

    def every_disclosure(self) -> Iterator[tuple[RecordId, str, str]]:
        """Record, digest and text of each disclosure; the text is empty once erased."""

    def blob_ids(self) -> Iterator[BlobId]:
        """The id of every blob."""

    def examine(self) -> str:
        """What the database's own examination finds; empty if nothing."""


class _Found(Exception):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(what)
        self.fault = Fault(place, what)


def check(store: Scrubbed) -> Fault | None:
    """The first fault, or None.

    1. The database examines its own pages and indexes.
    2. Every record has the id, the leaf, the matter, the kind and the author that it is stored by.
    3. The tiles are those that the ids make, and their root is the root.
    4. Every disclosure that was not erased has its digest.
    5. Every blob has its id.
    """
    # (1)
    if found := store.examine():
        return Fault("database", found)
    try:
        # (2) and (3): the audit reads the ids as the records are checked.
        _check_ledger(store)

        # (4)
        for record, digest, text in store.every_disclosure():
            if text and sealed.digest_of(text) != digest:
                raise _Found(f"disclosure {digest} of record {record}", "it has another digest")

        # (5)
        for blob in store.blob_ids():
            _check_blob(store, blob)
    except _Found as wrong:
        return wrong.fault
    return None


def _check_ledger(store: Scrubbed) -> None:
    size = store.size
    try:
        root = tiles.root(size, store.tile)
    except errors.Unverified as fault:
        raise _Found("tiles", fault.message) from None
    head = checkpoint.Checkpoint("scrub", size, root)
    wrong = audit.first_fault(_ids(store, size), store.tile, head)
    if wrong is not None:
        raise _Found(f"leaf {wrong.leaf}", wrong.what)


def _ids(store: Scrubbed, size: int) -> Iterator[bytes]:
    """The ids in ledger order, each record checked on the way."""
    for leaf, stored in enumerate(store.all_records()):
        if leaf == size:
            return
        if stored.leaf != leaf:
            raise _Found(f"leaf {leaf}", f"it is missing; record {stored.id} has {stored.leaf}")
        _check_record(stored)
        yield bytes.fromhex(stored.id)


def _check_record(stored: port.StoredRecord) -> None:
    place = f"record {stored.id} at leaf {stored.leaf}"
    try:
        signed = envelope.parse(stored.envelope)
        said = strict_json.loads(signed.payload)
    except errors.Invalid as fault:
        raise _Found(place, fault.message) from None
    if not isinstance(said, dict):
        raise _Found(place, "its payload is not a record")
    if signed.digest != stored.id:
        raise _Found(place, f"its envelope has the digest {signed.digest}")
    found_by = {"matter": stored.matter, "kind": stored.kind, "author": stored.author}
    for name, value in found_by.items():
        # The first record of a matter names none: its own id is the matter's.
        says = said.get(name) or (stored.id if name == "matter" else None)
        if says != value:
            raise _Found(place, f"it says the {name} {says} and is stored under {value}")


def _check_blob(store: Scrubbed, blob: BlobId) -> None:
    try:
        store.blob(blob)
    except errors.Unverified as fault:
        raise _Found(f"blob {blob}", fault.message) from None
