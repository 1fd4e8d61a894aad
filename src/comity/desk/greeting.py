"""Greeting: what a node that starts asks its peers, before it vouches for its ledger again.

A greeting is a parcel with nothing in it, not even a checkpoint. The answer holds the last
checkpoint that the peer saw of the asker's ledger, and nothing else: neither side signs anything
about its own ledger, so that two nodes that start at the same time can answer each other.
"""

import datetime

from comity import errors
from comity.desk import ledgers, packing, tools
from comity.exchange import contents, parcel
from comity.ledger import resume
from comity.records.ids import AuthorityId


def greet(own: tools.Tools, peer: AuthorityId, now: datetime.datetime) -> bytes:
    """The parcel that asks `peer` what it saw of this ledger."""
    return _sealed(own, peer, now, ())


def is_greeting(come: contents.Parcel) -> bool:
    """Whether a parcel asks, or answers, a greeting."""
    return not (come.items or come.blobs or come.receipts or come.want or come.head)


def answer(own: tools.Tools, peer: AuthorityId, now: datetime.datetime) -> bytes:
    """What this node saw last of the ledger of `peer`, for `peer` alone."""
    note = own.store.peer(peer).seen_note
    return _sealed(own, peer, now, (note.encode(),) if note else ())


def told(own: tools.Tools, peer: AuthorityId, data: bytes) -> tuple[bytes, ...]:
    """The notes of this ledger that `peer` remembers, out of its answer."""
    found = own.directory()
    come = parcel.open_(data, own.keys.opener, found, federation=found.matter.id).parcel
    if come.sender != peer or not is_greeting(come):
        raise errors.Unverified("answer-wrong", f"{peer} answered a greeting with something else")
    return come.seen


def judge(own: tools.Tools, notes: tuple[bytes, ...]) -> bool:
    """Whether this ledger holds all that `notes` say it held; if not, the node halts."""
    match ledgers.standing(own, notes):
        case resume.Sound():
            return True
        case resume.ReadOnly(reason="behind", size=size):
            own.halt.reason = (
                f"its ledger has {own.store.size} entries, and peers hold its checkpoint over "
                f"{size}: it was restored from an old copy"
            )
        case resume.ReadOnly(size=size):
            own.halt.reason = f"its first {size} entries are not those that it signed before"
    return False


def _sealed(
    own: tools.Tools, peer: AuthorityId, now: datetime.datetime, seen: tuple[bytes, ...]
) -> bytes:
    made = contents.Parcel(
        federation=own.directory().matter.id,
        sender=own.authority,
        recipients=(peer,),
        number=1,
        made_at=now,
        seen=seen,
    )
    recipient = packing.recipient(own, peer)
    return parcel.seal(made, own.keys.signer, [recipient], entropy=own.random).data
