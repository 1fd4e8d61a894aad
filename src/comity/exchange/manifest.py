"""The inside of a parcel: a signed manifest, and the bytes that it names.

The manifest holds the digest and size of every section, so one signature covers all of them; it
names sender, recipients and federation, so that it means nothing to anyone else. Sections follow it
in the manifest's order and have no other names than their digests: nothing in a parcel is a path.
Pure (docs/protocol/exchange.md, E4 and E5).
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from comity import errors
from comity.exchange import contents
from comity.exchange.contents import Head, Item, Parcel
from comity.ledger import notes
from comity.records import envelope, record, strict_json
from comity.records.ids import AuthorityRef, BlobRef, MatterRef, RecordRef

PARCEL_TYPE = "application/vnd.comity.parcel+json"
PROTOCOL = "comity-parcel/1"

_LENGTH_BYTES = 4
_ENVELOPE_BYTES_MAX = contents.MANIFEST_BYTES_MAX // 3 * 4 + 8_192
_DEPTH_MAX = 6
_SEPARATOR = "~"  # Not in the alphabet of base64url; RFC 9901, 4 parts disclosures by it too.
_DISCLOSURES = re.compile(r"[A-Za-z0-9_-]+(~[A-Za-z0-9_-]+)*", re.ASCII)

_Note = Annotated[str, StringConstraints(max_length=notes.NOTE_SIZE_MAX)]
_Count = Annotated[int, Field(ge=0, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Strict):
    """Bytes that follow the manifest."""

    name: BlobRef
    size: _Count


class ItemSections(_Strict):
    """A record, and its disclosures if any travel with it."""

    record: Section
    disclosures: Section | None


class Address(_Strict):
    """A recipient and the epoch of its keys that the parcel was sealed to."""

    authority: AuthorityRef
    key: Annotated[str, StringConstraints(max_length=60)]


class HeadSaid(_Strict):
    """`contents.Head`, spelled in JSON."""

    note: _Note
    grown_from: _Count
    consistency: contents.Proof


class Manifest(_Strict):
    """The members of the signed payload."""

    protocol: Literal["comity-parcel/1"]
    federation: MatterRef
    sender: AuthorityRef
    recipients: Annotated[
        tuple[Address, ...], Field(min_length=1, max_length=contents.RECIPIENTS_MAX)
    ]
    number: Annotated[int, Field(ge=1, strict=True)]
    made_at: contents.Instant
    items: Annotated[tuple[ItemSections, ...], Field(max_length=contents.ITEMS_MAX)]
    blobs: Annotated[tuple[Section, ...], Field(max_length=contents.BLOBS_MAX)]
    receipts: Annotated[tuple[Section, ...], Field(max_length=contents.RECEIPTS_MAX)]
    want: Annotated[tuple[RecordRef, ...], Field(max_length=contents.WANT_MAX)]
    head: HeadSaid | None
    seen: Annotated[tuple[_Note, ...], Field(max_length=contents.SEEN_MAX)]


@dataclass(frozen=True, slots=True)
class Signed:
    """An inside as it was read. Nothing in it is to be believed before its envelope verifies."""

    manifest: Manifest
    envelope: envelope.Envelope
    sections: bytes


def write(
    parcel: Parcel, recipients: Sequence[Address], signer: envelope.Signer
) -> tuple[bytes, str]:
    """The inside of `parcel`, signed, and its digest; `Invalid` if no receiver would take it."""
    said, sections = _said(parcel, recipients)
    payload = strict_json.dumps(said)
    _check_sizes(_manifest(payload))
    sealed = envelope.seal(PARCEL_TYPE, payload, signer)
    body = b"".join((len(sealed).to_bytes(_LENGTH_BYTES, "big"), sealed, *sections))
    if len(body) > contents.BODY_BYTES_MAX:
        raise _too_large(f"{len(body)} bytes, at most {contents.BODY_BYTES_MAX}")
    return body, envelope.parse(sealed, size_max=_ENVELOPE_BYTES_MAX).digest


def read(body: bytes) -> Signed:
    """Read an inside; `Invalid` names what is wrong with its form. Verifies nothing."""
    start = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "big")
    if not _LENGTH_BYTES < start <= len(body):
        raise _malformed(f"its envelope would end at byte {start} of {len(body)}")
    signed = envelope.parse(body[_LENGTH_BYTES:start], size_max=_ENVELOPE_BYTES_MAX)
    if signed.payload_type != PARCEL_TYPE:
        raise _malformed(f"its envelope holds {signed.payload_type[:80]!r}")
    manifest = _manifest(signed.payload)
    _check_sizes(manifest)
    named, here = sum(section.size for section, _ in _sections(manifest)), len(body) - start
    if named != here:
        raise _malformed(f"its sections have {named} bytes, and {here} are here")
    return Signed(manifest, signed, body[start:])


def parcel_of(signed: Signed) -> Parcel:
    """The parcel of a verified manifest; `Unverified` if a section is not the one it names."""
    said, sections = signed.manifest, _verified(signed)
    return Parcel(
        federation=said.federation,
        sender=said.sender,
        recipients=tuple(address.authority for address in said.recipients),
        number=said.number,
        made_at=said.made_at,
        items=tuple(_item(item, sections) for item in said.items),
        blobs=tuple(sections[section.name] for section in said.blobs),
        receipts=tuple(sections[section.name] for section in said.receipts),
        want=said.want,
        head=None
        if said.head is None
        else Head(said.head.note.encode(), said.head.grown_from, said.head.consistency),
        seen=tuple(note.encode() for note in said.seen),
    )


def _said(parcel: Parcel, recipients: Sequence[Address]) -> tuple[dict[str, Any], list[bytes]]:
    """The manifest as JSON values, and the sections in its order."""
    sections: list[bytes] = []

    def section(data: bytes) -> dict[str, Any]:
        sections.append(data)
        return {"name": contents.blob_id(data), "size": len(data)}

    return {
        "protocol": PROTOCOL,
        "federation": parcel.federation,
        "sender": parcel.sender,
        "recipients": [address.model_dump() for address in recipients],
        "number": parcel.number,
        "made_at": record.instant(parcel.made_at),
        "items": [
            {
                "record": section(item.envelope),
                "disclosures": section(_SEPARATOR.join(item.disclosures).encode())
                if item.disclosures
                else None,
            }
            for item in parcel.items
        ],
        "blobs": [section(blob) for blob in parcel.blobs],
        "receipts": [section(receipt) for receipt in parcel.receipts],
        "want": parcel.want,
        "head": None if parcel.head is None else _head_said(parcel.head),
        "seen": [note.decode() for note in parcel.seen],
    }, sections


def _head_said(head: Head) -> dict[str, Any]:
    return {
        "note": head.note.decode(),
        "grown_from": head.grown_from,
        "consistency": base64.b64encode(b"".join(head.consistency)).decode(),
    }


def _item(said: ItemSections, sections: dict[str, bytes]) -> Item:
    if said.disclosures is None:
        return Item(sections[said.record.name])
    text = sections[said.disclosures.name].decode("ascii", "replace")
    if _DISCLOSURES.fullmatch(text) is None:
        raise _malformed(f"section {said.disclosures.name} is not a list of disclosures")
    return Item(sections[said.record.name], tuple(text.split(_SEPARATOR)))


def _manifest(payload: bytes) -> Manifest:
    said = strict_json.loads(payload, size_max=contents.MANIFEST_BYTES_MAX, depth_max=_DEPTH_MAX)
    try:
        return Manifest.model_validate(said)
    except pydantic.ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "whole"
    if place.endswith(".name"):
        raise errors.Invalid(
            "name-not-a-digest",
            f"{place}: the only name that bytes have in a parcel is their SHA-256 in hex",
            next_step="Tell the sender's operator: no node of this protocol makes such a parcel.",
        )
    raise _malformed(f"{place}: {first['msg']}")


def _sections(manifest: Manifest) -> Iterator[tuple[Section, int]]:
    """Every section in the order of its bytes, with the most bytes that it may have."""
    for item in manifest.items:
        yield item.record, contents.RECORD_BYTES_MAX
        if item.disclosures is not None:
            yield item.disclosures, contents.DISCLOSURES_BYTES_MAX
    for blob in manifest.blobs:
        yield blob, contents.BLOB_BYTES_MAX
    for receipt in manifest.receipts:
        yield receipt, contents.RECEIPT_BYTES_MAX


def _check_sizes(manifest: Manifest) -> None:
    names: set[str] = set()
    for section, size_max in _sections(manifest):
        if section.size > size_max:
            raise _too_large(f"section {section.name} has {section.size} bytes, at most {size_max}")
        if section.name in names:
            raise _malformed(f"section {section.name} stands in it twice")
        names.add(section.name)


def _verified(signed: Signed) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    start = 0
    for section, _ in _sections(signed.manifest):
        data = signed.sections[start : start + section.size]
        start += section.size
        if contents.blob_id(data) != section.name:
            raise errors.Unverified(
                "section-altered",
                f"{len(data)} bytes of the parcel have digest {contents.blob_id(data)}, "
                f"and its sender signed {section.name}",
                next_step="Ask the sender to send it again.",
            )
        found[section.name] = data
    return found


def _too_large(what: str) -> errors.Invalid:
    return errors.Invalid(
        "parcel-too-large", what, next_step="Send less at once: several parcels are as good as one."
    )


def _malformed(what: str) -> errors.Invalid:
    return errors.Invalid("manifest-malformed", f"the inside of the parcel cannot be read: {what}")
