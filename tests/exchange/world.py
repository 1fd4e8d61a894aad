"""Three nodes with fixed keys, and everything that a test of the exchange needs around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import nacl.signing
from cryptography.hazmat.primitives.asymmetric import ec

from comity.exchange.contents import Head, Item, Parcel
from comity.keys import card, filekeys, tls
from comity.ledger import checkpoint, tree
from comity.records import envelope
from comity.records.ids import AuthorityId, MatterId, RecordId

NOW = datetime(2026, 11, 25, 9, 30, 0, 125_000, tzinfo=UTC)
FEDERATION = MatterId("f" * 64)
OTHER_FEDERATION = MatterId("e" * 64)
LYON, TURIN, OSLO = AuthorityId("fr-lyon"), AuthorityId("it-turin"), AuthorityId("no-oslo")


@dataclass(frozen=True, slots=True)
class Node:
    """A node's keys."""

    card: card.KeyCard
    signer: filekeys.Signer
    checkpoint: filekeys.Signer
    opener: filekeys.Opener


def node(authority: AuthorityId, first: int) -> Node:
    """The node whose private keys are 32 times one byte, counted up from `first`."""
    key_id = card.key_id(authority, 1)
    signing, heads, cosign = (
        filekeys.Signer(authority, key_id, nacl.signing.SigningKey(bytes([first + n]) * 32))
        for n in range(3)
    )
    opener = filekeys.Opener(authority, key_id, bytes([first + 3]) * 32)
    tls_key = ec.derive_private_key(first, ec.SECP256R1())
    return Node(
        card.KeyCard(
            authority=authority,
            key_id=key_id,
            signing=signing.public,
            checkpoint=heads.public,
            cosign=cosign.public,
            opening=opener.public,
            certificate=tls.self_signed(tls_key, authority, NOW),
        ),
        signing,
        heads,
        opener,
    )


NODES = {LYON: node(LYON, 0x10), TURIN: node(TURIN, 0x20), OSLO: node(OSLO, 0x30)}


class Directory:
    """Knows the keys of the three nodes (`records.envelope.Keyring`)."""

    def keys_of(self, authority: AuthorityId) -> Sequence[envelope.VerifyingKey]:
        known = NODES.get(authority)
        if known is None:
            return ()
        return (envelope.VerifyingKey(known.card.key_id, known.card.signing),)


def record_bytes(text: str, by: AuthorityId = LYON) -> bytes:
    """Something signed as a record is."""
    return envelope.seal(envelope.RECORD_TYPE, f'{{"said":"{text}"}}'.encode(), NODES[by].signer)


def record_id(data: bytes) -> RecordId:
    """The id of what `record_bytes` gave."""
    return RecordId(envelope.parse(data).digest)


def note(authority: AuthorityId, leaves: Sequence[bytes]) -> bytes:
    """The checkpoint of a ledger of `leaves`, signed by its owner."""
    root = tree.root([tree.leaf_hash(leaf) for leaf in leaves])
    head = checkpoint.Checkpoint(checkpoint.origin_of(authority), len(leaves), root)
    keys = NODES[authority].checkpoint
    return checkpoint.sign(head, keys.public, keys.sign)


def parcel(
    *,
    sender: AuthorityId = LYON,
    recipients: tuple[AuthorityId, ...] = (TURIN,),
    federation: MatterId = FEDERATION,
) -> Parcel:
    """A parcel with something of everything."""
    return Parcel(
        federation=federation,
        sender=sender,
        recipients=recipients,
        number=7,
        made_at=NOW,
        items=(
            Item(record_bytes("first", sender), ("WyJzYWx0IiwibiIsMV0", "WyJzYWx0IiwibSIsMl0")),
            Item(record_bytes("second", sender)),
        ),
        blobs=(b"a piece of an exhibit", b""),
        receipts=(b'{"stands":"for a receipt"}',),
        want=(RecordId("a" * 64),),
        head=Head(note(sender, [bytes(32)]), 1, (bytes(range(32)),)),
        seen=(note(OSLO, []),),
    )


def cards(parcel: Parcel) -> list[card.KeyCard]:
    """Whom to seal `parcel` to."""
    return [NODES[recipient].card for recipient in parcel.recipients]
