"""Receipts: what the receiver of a parcel says became of every record in it.

A receipt is signed by the receiver, names the parcel's digest, and travels back inside a parcel. A
record that it calls stored comes with the proof that the receiver's ledger holds it; only what is
proved counts as delivered. A record that was there before is answered the same way, so sending
twice is success twice. Pure (docs/protocol/exchange.md, E8).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from comity import errors
from comity.exchange import contents
from comity.ledger import checkpoint, notes, proofs, tree
from comity.records import envelope, strict_json
from comity.records.ids import AuthorityRef, RecordId, RecordRef

RECEIPT_TYPE = "application/vnd.comity.receipt+json"
PROTOCOL: Final = "comity-receipt/1"

Result = Literal["stored", "duplicate", "waiting", "rejected"]
"""In the ledger now; there before; without effect until its ancestors come; without effect ever."""

_PAYLOAD_BYTES_MAX = contents.RECEIPT_BYTES_MAX // 4 * 3 - 4_096
_DEPTH_MAX = 5
_Count = Annotated[int, Field(ge=0, strict=True)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,60}$")]
_Reason = Annotated[str, StringConstraints(max_length=1_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(_Strict):
    """What became of one record."""

    record: RecordRef
    result: Result
    code: _Code = ""
    """Why it was rejected or waits, for programs; empty if it is stored or a duplicate."""
    reason: _Reason = ""
    """The same for people. Names no content."""
    index: _Count | None = None
    """Its place in the receiver's ledger. What waits or was rejected may be there too."""
    proof: contents.Proof = ()
    """Inclusion proof up to the receipt's checkpoint (`ledger.proofs.inclusion`)."""

    @pydantic.model_validator(mode="after")
    def _complete(self) -> "Outcome":
        taken = self.result in ("stored", "duplicate")
        if taken and self.index is None:
            raise ValueError("a record that is stored has an index")
        if taken == bool(self.code):
            raise ValueError("a record has a code if and only if it waits or was rejected")
        if self.proof and self.index is None:
            raise ValueError("a proof is for an index")
        return self


class Receipt(_Strict):
    """The answer to one parcel."""

    protocol: Literal["comity-receipt/1"] = PROTOCOL
    parcel: _Digest
    """The digest of the parcel (`parcel.Opened.digest`)."""
    number: Annotated[int, Field(ge=1, strict=True)]
    sender: AuthorityRef
    """Who sent the parcel."""
    receiver: AuthorityRef
    """Who received it and signs this."""
    at: contents.Instant
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=contents.ITEMS_MAX)]
    missing: Annotated[tuple[RecordRef, ...], Field(max_length=contents.WANT_MAX)] = ()
    """Records that the receiver wants next."""
    checkpoint: Annotated[str, StringConstraints(max_length=notes.NOTE_SIZE_MAX)]
    """The receiver's checkpoint, a signed note; every proof leads to it."""
    cosignature: Annotated[str, StringConstraints(max_length=1_000)] = ""
    """The receiver's witness line for the sender's checkpoint; empty if withheld."""
    withheld: _Code = ""
    """Why there is no cosignature: `no-head`, `old-size`, `proof`, `split-view`, ..."""
    seen: _Count = 0
    """The size of the sender's checkpoint that the receiver saw last: prove from there."""

    @pydantic.model_validator(mode="after")
    def _complete(self) -> "Receipt":
        if bool(self.cosignature) == bool(self.withheld):
            raise ValueError("there is a cosignature or a reason why not")
        if len({outcome.record for outcome in self.outcomes}) != len(self.outcomes):
            raise ValueError("a record has two outcomes")
        return self


def issue(receipt: Receipt, signer: envelope.Signer) -> bytes:
    """The receipt as its receiver signs it; `Invalid` for another signer."""
    if signer.authority != receipt.receiver:
        raise _malformed(f"{signer.authority} cannot sign for {receipt.receiver}")
    payload = strict_json.dumps(receipt.model_dump(mode="json"))
    if len(payload) > _PAYLOAD_BYTES_MAX:
        raise _malformed(f"{len(payload)} bytes, at most {_PAYLOAD_BYTES_MAX}")
    return envelope.seal(RECEIPT_TYPE, payload, signer)


def read(data: bytes, keyring: envelope.Keyring) -> Receipt:
    """The receipt in `data`, signed by the receiver it names; `Invalid` or `Unverified` else.

    Says nothing yet about the proofs inside: see `settle`.
    """
    signed = envelope.parse(data, size_max=contents.RECEIPT_BYTES_MAX)
    if signed.payload_type != RECEIPT_TYPE:
        raise _malformed(f"its envelope holds {signed.payload_type[:80]!r}")
    receipt = _said(signed.payload)
    envelope.verify(signed, keyring.keys_of(receipt.receiver))
    return receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the sender remembers of a parcel until its receipt comes."""

    digest: str
    sender: str
    receiver: str
    records: frozenset[RecordId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What need not be sent to this receiver again. What is in neither set still waits."""

    head: checkpoint.Checkpoint
    """The receiver's ledger as it showed it."""
    delivered: frozenset[RecordId]
    """Proved to be in that ledger."""
    refused: frozenset[RecordId]
    """Not in the ledger, and the receiver signed that it will not be. For a person to look at."""


def settle(receipt: Receipt, sent: Sent, keys: Iterable[notes.Key]) -> Settled:
    """What `receipt` proves about the parcel that was `sent`.

    1. It answers this parcel, from whom and to whom it was sent.
    2. Its checkpoint is the receiver's own, signed with one of `keys`.
    3. Every record in it was in the parcel, and is in that ledger where it says so.

    `Unverified` if any of this fails: then nothing is settled.
    """
    # (1)
    answered = (receipt.parcel, receipt.sender, receipt.receiver)
    if answered != (sent.digest, sent.sender, sent.receiver):
        raise _unproved(f"it answers {answered}, sent was {sent.digest} to {sent.receiver}")

    # (2)
    head = checkpoint.verify(receipt.checkpoint.encode(), keys)
    if head.origin != checkpoint.origin_of(receipt.receiver):
        raise _unproved(f"its checkpoint is of {head.origin}")

    # (3)
    delivered, refused = set(), set()
    for outcome in receipt.outcomes:
        if outcome.record not in sent.records:
            raise _unproved(f"{outcome.record} was not in the parcel")
        if outcome.index is not None:
            leaf = tree.leaf_hash(bytes.fromhex(outcome.record))
            if not proofs.verify_inclusion(
                leaf, outcome.index, head.size, outcome.proof, head.root
            ):
                raise _unproved(f"{outcome.record} is not proved to be in {head.origin}")
            delivered.add(outcome.record)
        elif outcome.result == "rejected":
            refused.add(outcome.record)
    return Settled(head=head, delivered=frozenset(delivered), refused=frozenset(refused))


def _said(payload: bytes) -> Receipt:
    said: Any = strict_json.loads(payload, size_max=_PAYLOAD_BYTES_MAX, depth_max=_DEPTH_MAX)
    if not isinstance(said, dict) or "protocol" not in said:
        raise _malformed("it names no protocol")
    try:
        return Receipt.model_validate(said)
    except pydantic.ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "whole"
    raise _malformed(f"{place}: {first['msg']}")


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("receipt-malformed", f"not a receipt of a parcel: {what}")


def _unproved(what: str) -> errors.Unverified:
    return errors.Unverified(
        "receipt-unproved",
        f"the receipt proves nothing: {what}",
        next_step="The parcel is sent again; if it repeats, tell the receiver's operator.",
    )
