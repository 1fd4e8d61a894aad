"""Evidence: into the vault while it is hashed, and from party to party without a gap.

A hand-over travels as pieces encrypted with a key that the offer discloses to the taker alone. The
taker decrypts into its own vault, hashes what it got, and only if that is what the giver described
does its receipt say so.
"""

import base64
import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from comity import errors
from comity.desk import cabinet, performing, permitting, reading, tools
from comity.matters import evidence
from comity.records import record, strict_json
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.vault.port import Exhibit, ExhibitId

PIECE_BYTES = 2**20 - 16
PIECES_MAX = 256
"""Pieces of one hand-over: 256 MiB. What is larger goes by disk, piece by piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an officer says of an item of evidence."""

    name: str
    description: str
    source: str
    method: str
    basis: str


def take(
    desk: tools.Desk, case: MatterId, chunks: Iterable[bytes], told: Description
) -> performing.Done:
    """Take evidence in: hashed and encrypted as it streams, then described by a record.

    If the record is refused, what was streamed in is removed again.
    """
    own = desk.tools
    permitting.permitted_on(desk, "exhibit.take", case)
    # Tried before the bytes come, however many they are, with what stands for them.
    performing.check(desk, _taking(case, told, digest="0" * 64, size=0))
    kept = own.vault.put(chunks)
    act = _taking(case, told, digest=kept.digest, size=kept.size)
    return _perform_with(desk, dataclasses.replace(act, secrets=(_remembered(case, kept),)), kept)


def _taking(case: MatterId, told: Description, *, digest: str, size: int) -> performing.Act:
    return performing.Act(
        kind="exhibit.taken/1",
        matter=case,
        said={
            "content": {"name": told.name, "sha256": digest, "size": size},
            "description": told.description,
            "source": told.source,
            "method": told.method,
            "basis": told.basis,
        },
    )


def _perform_with(desk: tools.Desk, act: performing.Act, kept: Exhibit) -> performing.Done:
    """Say the record by which `kept` belongs to somebody; if it is refused, `kept` is removed."""
    try:
        said, queued = performing.say(desk, act)
        appended = performing.finish(queued)
    except errors.ComityError as fault:
        if fault.code != "storage-failed":
            desk.tools.vault.remove(kept.id)
        # Else nobody can tell whether the record is on the disk. Bytes without a record harm
        # nobody; a record without its bytes would be evidence lost.
        raise
    return performing.Done(said.record, said.matter, appended.leaves[0])


def hand_over(
    desk: tools.Desk, case: MatterId, exhibit: RecordId, to: AuthorityId, purpose: str
) -> performing.Done:
    """Offer an exhibit to another party: the giver's signature, and the bytes for the taker."""
    own = desk.tools
    kept = _kept(desk, case, exhibit)
    # Tried before the bytes are encrypted and before the hand-over is accounted for.
    performing.check(desk, _offering(case, exhibit, to, purpose, (), bytes(32)))
    if kept.size > PIECE_BYTES * PIECES_MAX:
        raise errors.Invalid(
            "exhibit-too-large",
            f"{kept.size} bytes where a hand-over carries {PIECE_BYTES * PIECES_MAX}",
            next_step="Hand it over on a disk, and record the hand-over.",
        )
    key = own.random(32)
    pieces = [
        ChaCha20Poly1305(key).encrypt(_nonce(number), piece, exhibit.encode())
        for number, piece in enumerate(_pieces(own.vault.read(kept)))
    ]
    reading.note(desk, "handed-over", matter=case, one=exhibit, to=to)
    return performing.perform(desk, _offering(case, exhibit, to, purpose, pieces, key))


def _offering(
    case: MatterId,
    exhibit: RecordId,
    to: AuthorityId,
    purpose: str,
    pieces: Sequence[bytes],
    key: bytes,
) -> performing.Act:
    return performing.Act(
        kind="exhibit.offered/1",
        matter=case,
        said={
            "exhibit": exhibit,
            "to": to,
            "purpose": purpose,
            "pieces": [performing.blob_id(piece) for piece in pieces],
            "key": key.hex(),
        },
        handling=record.Handling(recipients=(to,)),
        blobs=tuple(pieces),
    )


def receive(desk: tools.Desk, case: MatterId, exhibit: RecordId) -> performing.Done:
    """Take what was handed over into the vault, hash it, and confirm or dispute it."""
    own = desk.tools
    offered = _offer(desk, case, exhibit)
    content = _content(own, exhibit)
    key = offered.key.shown
    if key is None:
        raise errors.Refused(
            "not-the-taker",
            "the key of this hand-over was not disclosed here",
            next_step="Ask its holder for a hand-over to your authority.",
        )
    # Tried before the bytes are taken in: who confirms twice must not fill the vault.
    performing.check(desk, _confirming(case, exhibit, content.sha256))
    kept = own.vault.put(_decrypted(own, offered, bytes.fromhex(key), exhibit))
    if kept.digest != content.sha256:
        own.vault.remove(kept.id)
        return performing.perform(
            desk,
            performing.Act(
                kind="exhibit.disputed/1",
                matter=case,
                said={
                    "exhibit": exhibit,
                    "reason": f"what arrived hashes to {kept.digest}, not to {content.sha256}",
                },
            ),
        )
    act = _confirming(case, exhibit, kept.digest)
    return _perform_with(desk, dataclasses.replace(act, secrets=(_remembered(case, kept),)), kept)


def _confirming(case: MatterId, exhibit: RecordId, digest: str) -> performing.Act:
    return performing.Act(
        kind="exhibit.received/1", matter=case, said={"exhibit": exhibit, "sha256": digest}
    )


def content(
    desk: tools.Desk, case: MatterId, exhibit: RecordId
) -> tuple[evidence.Content, Iterator[bytes]]:
    """An exhibit's description and verified bytes; the read is noted first."""
    kept = _kept(desk, case, exhibit)
    reading.note(desk, "read", matter=case, one=exhibit, place="exhibit")
    return _content(desk.tools, exhibit), desk.tools.vault.read(kept)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)


def _decrypted(
    own: tools.Tools, offered: evidence.ExhibitOffered, key: bytes, exhibit: RecordId
) -> Iterator[bytes]:
    cipher = ChaCha20Poly1305(key)
    for number, piece in zip(itertools.count(), offered.pieces, strict=False):
        data = own.store.blob(piece)
        if data is None:
            raise errors.Unavailable(
                "piece-missing",
                f"the piece {piece} has not arrived",
                next_step="Wait for the next parcel, or ask the giver to send again.",
            )
        try:
            yield cipher.decrypt(_nonce(number), data, exhibit.encode())
        except InvalidTag:
            raise errors.Unverified(
                "piece-altered",
                f"piece {number} does not open with the key of this hand-over",
                next_step="Dispute the hand-over, and say that piece to its giver.",
            ) from None


def _nonce(number: int) -> bytes:
    """Each key encrypts each number once."""
    return number.to_bytes(12, "big")


def _statement(own: tools.Tools, one: record.Record) -> object:
    texts = own.store.disclosures([one.id]).get(one.id, [])
    return cabinet.opened(own.registry, one, texts)


def _content(own: tools.Tools, exhibit: RecordId) -> evidence.Content:
    stored = own.store.record(exhibit)
    said = _statement(own, cabinet.read_stored(stored, own.registry)) if stored else None
    if not isinstance(said, evidence.ExhibitTaken) or said.content.shown is None:
        raise _unknown(exhibit)
    return said.content.shown


def _unknown(exhibit: RecordId) -> errors.NotFound:
    return errors.NotFound(
        "exhibit-unknown",
        f"there is no exhibit {exhibit} described here",
        next_step="Open the case, and choose one of its exhibits.",
    )


def _offer(desk: tools.Desk, case: MatterId, exhibit: RecordId) -> evidence.ExhibitOffered:
    with desk.tools.cabinet.holding(case) as folder:
        permitting.permitted(desk, "exhibit.read", permitting.about(desk, folder.matter))
        view = folder.matter.thing(exhibit)
    for act in reversed(view.acts if view else ()):
        said = _statement(desk.tools, act)
        if isinstance(said, evidence.ExhibitOffered):
            return said
    raise errors.NotFound(
        "hand-over-unknown",
        f"{exhibit} was not handed over",
        next_step="Ask its holder for a hand-over, or wait for the next parcel.",
    )


def _remembered(case: MatterId, kept: Exhibit) -> tuple[str, bytes]:
    """What opens an exhibit in the vault, by case and digest."""
    memory = {
        "id": kept.id,
        "size": kept.size,
        "digest": kept.digest,
        "key": base64.b64encode(kept.wrapped_key).decode(),
    }
    return f"exhibit:{case}:{kept.digest}", strict_json.dumps(memory)


def _kept(desk: tools.Desk, case: MatterId, exhibit: RecordId) -> Exhibit:
    own = desk.tools
    with own.cabinet.holding(case) as folder:
        permitting.permitted(desk, "exhibit.read", permitting.about(desk, folder.matter))
        if folder.matter.thing(exhibit) is None:
            raise _unknown(exhibit)
    memory = own.store.secret(f"exhibit:{case}:{_content(own, exhibit).sha256}")
    if memory is None:
        raise errors.NotFound(
            "exhibit-elsewhere",
            "the bytes of this exhibit are not held here",
            next_step="Ask its holder for a hand-over.",
        )
    said = strict_json.loads(memory)
    return Exhibit(
        id=ExhibitId(said["id"]),
        size=said["size"],
        digest=BlobId(said["digest"]),
        wrapped_key=base64.b64decode(said["key"]),
    )
