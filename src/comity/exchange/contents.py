"""What a parcel holds, and how much of it: values only.

The limits are one list for both ends: what these values allow to be sealed is what every receiver
opens (docs/protocol/exchange.md, E3).
"""

import base64
import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from comity import errors
from comity.ledger import spelling, tree
from comity.records import record
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId

ITEMS_MAX = 1_000
BLOBS_MAX = 64
RECEIPTS_MAX = 16
WANT_MAX = 1_000
SEEN_MAX = 64
RECIPIENTS_MAX = 64

BLOB_BYTES_MAX = 2**20
RECORD_BYTES_MAX = 2**17
DISCLOSURES_BYTES_MAX = 2**20
RECEIPT_BYTES_MAX = 2**22
MANIFEST_BYTES_MAX = 2**21
BODY_BYTES_MAX = 2**26
"""Everything together, before compression: 64 MiB."""

_PROOF_CHARACTERS_MAX = 2_688
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """A record as its exact envelope, and the disclosures that its receiver is entitled to."""

    envelope: bytes
    disclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The sender's newest checkpoint, and why it continues the one that the recipient holds."""

    note: bytes
    """A signed note (`ledger.checkpoint`)."""
    grown_from: int = 0
    """The size that the recipient acknowledged last; 0 if none."""
    consistency: tuple[bytes, ...] = ()
    """The proof from that size (`ledger.proofs.consistency`), 32 bytes a hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one authority sends to others at one time. Empty is fine: a head alone is gossip."""

    federation: MatterId
    """The directory matter: in another federation the same bytes mean nothing."""
    sender: AuthorityId
    recipients: tuple[AuthorityId, ...]
    number: int
    """Counted by the sender from 1. For people and for file names: effects hang on record ids."""
    made_at: datetime.datetime
    items: tuple[Item, ...] = ()
    blobs: tuple[bytes, ...] = ()
    receipts: tuple[bytes, ...] = ()
    """Signed receipts, as `receipt.issue` made them."""
    want: tuple[RecordId, ...] = ()
    """Records that the sender lacks and the recipient may have."""
    head: Head | None = None
    seen: tuple[bytes, ...] = ()
    """Checkpoints of other members that the sender holds, as signed notes: gossip."""


def blob_id(blob: bytes) -> BlobId:
    """SHA-256 in hex: the only name that bytes have in a parcel."""
    return BlobId(hashlib.sha256(blob).hexdigest())


def _moment(said: object) -> datetime.datetime:
    if isinstance(said, datetime.datetime) and said.tzinfo is not None:
        return said  # Made here: JSON has no such value.
    if not isinstance(said, str) or _INSTANT.fullmatch(said) is None:
        raise ValueError("an instant of RFC 3339 in UTC was expected")
    return record.moment(said)


def _proof(said: object) -> tuple[bytes, ...]:
    if isinstance(said, tuple):
        joined = b"".join(said)  # Made here: JSON has no such value.
    elif isinstance(said, str) and len(said) <= _PROOF_CHARACTERS_MAX:
        try:
            joined = spelling.base64_bytes(said, "a proof")
        except errors.Invalid as fault:
            raise ValueError(fault.message) from None
    else:
        raise ValueError("a proof of at most 63 hashes was expected, as one text")
    if len(joined) % tree.HASH_SIZE or len(joined) > spelling.HASHES_MAX * tree.HASH_SIZE:
        raise ValueError(f"a proof has up to 63 hashes of 32 bytes, not {len(joined)} bytes")
    return tuple(joined[at : at + tree.HASH_SIZE] for at in range(0, len(joined), tree.HASH_SIZE))


def _proof_text(proof: tuple[bytes, ...]) -> str:
    return base64.b64encode(b"".join(proof)).decode()


Instant = Annotated[datetime.datetime, BeforeValidator(_moment), PlainSerializer(record.instant)]
"""An instant in a manifest or a receipt, as `records.record.instant` spells it."""

Proof = Annotated[tuple[bytes, ...], BeforeValidator(_proof), PlainSerializer(_proof_text)]
"""The hashes of a proof in a manifest or a receipt: one base64 text over all of them.

One text, because a thousand proofs of twenty texts each cost more to read than to verify.
"""
