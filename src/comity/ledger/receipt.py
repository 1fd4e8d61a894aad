"""Receipts: that a record is in a ledger, checkable offline by anyone (clauses L9).

The form is `c2sp.org/tlog-proof@v1`: the leaf's index, its inclusion proof, and the checkpoint
that the proof leads to, with its cosignatures. Nothing in a receipt reveals what the record says.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from comity import errors
from comity.ledger import checkpoint, notes, proofs, spelling, tree

HEADER: Final = "c2sp.org/tlog-proof@v1"
SIZE_MAX: Final = notes.NOTE_SIZE_MAX + 65_536
"""Bytes of a whole receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A leaf's place in a ledger and why to believe it."""

    index: int
    proof: tuple[bytes, ...]
    note: bytes
    """The whole checkpoint, as its owner and its witnesses signed it."""

    extra: bytes = b""
    """Whatever somebody added; nobody signed it."""


def encode(receipt: Receipt) -> bytes:
    """The receipt's text."""
    extra = f"extra {base64.b64encode(receipt.extra).decode()}\n" if receipt.extra else ""
    proof = "".join(map(spelling.digest_line, receipt.proof))
    data = f"{HEADER}\n{extra}index {receipt.index}\n{proof}\n".encode() + receipt.note
    parse(data)
    return data


def parse(data: bytes) -> Receipt:
    """Read a receipt; `Invalid` names what is wrong with its form. Verifies nothing."""
    if len(data) > SIZE_MAX:
        raise _malformed(f"{len(data)} bytes are more than {SIZE_MAX}")
    head, parted, note = data.partition(b"\n\n")
    if not parted or not head.isascii():
        raise _malformed("no empty line parts the proof from the checkpoint")
    header, *lines = head.decode().split("\n")
    if header != HEADER:
        raise _malformed(f"it begins with {header[:40]!r}, not with {HEADER!r}")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = spelling.base64_bytes(lines.pop(0).removeprefix("extra "), "the extra data")
        if not extra:
            raise _malformed("its extra data is empty")
    if not lines or not lines[0].startswith("index "):
        raise _malformed("the line with the index is missing")
    checkpoint.parse(note)
    return Receipt(
        index=spelling.number(lines[0].removeprefix("index "), "the index"),
        proof=spelling.digests(lines[1:], "the proof"),
        note=note,
        extra=extra,
    )


def verify(receipt: Receipt, entry: bytes, keys: Iterable[notes.Key]) -> checkpoint.Checkpoint:
    """The verified checkpoint under which the ledger holds `entry`; else `Unverified`.

    `entry` is the leaf's content, the 32 bytes of the record id. Whether enough witnesses cosigned
    is for the caller to ask of `checkpoint.witnesses`.
    """
    head = checkpoint.verify(receipt.note, keys)
    leaf = tree.leaf_hash(entry)
    if not proofs.verify_inclusion(leaf, receipt.index, head.size, receipt.proof, head.root):
        raise errors.Unverified(
            "receipt-unverified",
            f"the proof does not lead from {entry.hex()} at {receipt.index} to the root of "
            f"{head.origin} at {head.size}",
            next_step="Ask the ledger's owner for a new receipt.",
        )
    return head


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("receipt-malformed", f"not a receipt: {what}")
