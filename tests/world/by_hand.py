"""Records and parcels made by hand, with a node's own keys: what no honest node would send."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from comity.desk import packing, receiving
from comity.exchange import contents, parcel, receipt
from comity.records import envelope, record
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import tables
from tests.world.world import START, Member, World


@dataclass(frozen=True, slots=True)
class As:
    """Signs with a member's key in another authority's name."""

    member: Member
    authority: AuthorityId

    @property
    def key_id(self) -> str:
        return f"{self.authority}#1"

    def sign(self, message: bytes) -> bytes:
        return self.member.tools.keys.signer.sign(message)


def say(
    member: Member,
    matter: MatterId | None,
    kind: str = "note.made/1",
    said: dict[str, Any] | None = None,
    *,
    place: record.Place | None = None,
    signer: envelope.Signer | None = None,
    charter: MatterId | None = None,
    handling: record.Handling | None = None,
    said_at: datetime.datetime = START,
) -> record.Built:
    """A record as `member` would say it, or not quite; nothing of it is stored."""
    own = member.tools
    if place is None and matter is not None:
        with own.cabinet.holding(matter) as folder:
            place = folder.matter.place(member.authority)
    known = own.registry[kind]
    return record.build(
        known,
        record.draft(known, said if said is not None else {"text": "hello"}),
        place=place or record.Place(matter=None, after=(), control=None, lamport=0, seq=0),
        officer="o-test",
        said_at=said_at,
        charter=charter or own.charter(),
        handling=handling or record.Handling(),
        seen={},
        signer=signer or own.keys.signer,
        salt=own.salt,
    )


def after(
    matter: MatterId, *ancestors: str, lamport: int = 1, seq: int = 0, control: str | None = None
) -> record.Place:
    """A place that somebody claims, whether anything is there or not."""
    return record.Place(
        matter=matter,
        after=tuple(sorted(RecordId(one) for one in ancestors)),
        control=RecordId(control or matter),
        lamport=lamport,
        seq=seq,
    )


def items(*built: record.Built) -> tuple[contents.Item, ...]:
    """Records with all of their disclosures, for a parcel."""
    return tuple(contents.Item(one.signed, tuple(d.text for d in one.disclosures)) for one in built)


def sealed(sender: Member, receiver: Member, **holds: Any) -> parcel.Sealed:
    """A parcel by `sender`, sealed to `receiver`, with whatever it is told to hold."""
    own = sender.tools
    values: dict[str, Any] = {
        "federation": own.directory().matter.id,
        "sender": sender.authority,
        "recipients": (receiver.authority,),
        "number": 1,
        "made_at": START,
    }
    made = contents.Parcel(**{**values, **holds})
    to = [packing.recipient(own, receiver.authority)]
    return parcel.seal(made, own.keys.signer, to)


def send(world: World, sender: Member, receiver: Member, **holds: Any) -> receipt.Receipt:
    """The receipt with which `receiver` answers such a parcel."""
    data = sealed(sender, receiver, **holds).data
    return receipt_in(sender, receiving.receive(receiver.tools, data, world.now()))


def receipt_in(member: Member, answer: bytes) -> receipt.Receipt:
    """The receipt in a parcel that came to `member`."""
    own = member.tools
    found = own.directory()
    opened = parcel.open_(answer, own.keys.opener, found, federation=found.matter.id)
    (issued,) = opened.parcel.receipts
    return receipt.read(issued, found)


def outcomes(told: receipt.Receipt) -> list[tuple[str, str]]:
    """What became of each record, and why."""
    return [(one.result, one.code) for one in told.outcomes]


def whole(member: Member) -> str:
    """A digest of everything that a node keeps: every row of its store and its evidence."""
    found = hashlib.sha256()
    store: Any = member.tools.store
    with store._readers._engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            found.update(repr((table.name, rows)).encode())
    vault = member.node.settings.data / "vault"
    for path in sorted(path for path in vault.rglob("*") if path.is_file()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()
