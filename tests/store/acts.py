"""Signed records and what is appended with them, for the tests of the store."""

import dataclasses
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import nacl.signing

from comity.records import envelope, sealed, strict_json
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port

LYON = AuthorityId("fr-lyon")
TURIN = AuthorityId("it-turin")
OSLO = AuthorityId("no-oslo")
NOW = datetime(2026, 11, 25, 12, 0, 0, 123_456, tzinfo=UTC)
KIND = "hold.placed/1"


@dataclasses.dataclass(frozen=True)
class Signer:
    """A key that is the same in every run."""

    authority: AuthorityId
    key_id: str = "key-1"

    def sign(self, message: bytes) -> bytes:
        seed = hashlib.sha256(self.authority.encode()).digest()
        return nacl.signing.SigningKey(seed).sign(message).signature


def record(
    n: int, matter: MatterId | None = None, *, own: bool = True, by: AuthorityId = LYON
) -> port.NewRecord:
    """The n-th record of a matter, or the first of a new one."""
    payload = strict_json.dumps(
        {"kind": KIND, "matter": matter, "author": by, "seq": n, "said": {"number": n}}
    )
    signed = envelope.seal(envelope.RECORD_TYPE, payload, Signer(by))
    id_ = RecordId(envelope.parse(signed).digest)
    return port.NewRecord(
        id=id_,
        matter=MatterId(id_) if matter is None else matter,
        kind=KIND,
        author=by,
        seq=n,
        lamport=n,
        said_at=f"2026-11-25T12:00:00.{n % 1000:03d}Z",
        envelope=signed,
        own=own,
    )


def disclosures(of: port.NewRecord, *values: object) -> tuple[port.NewDisclosure, ...]:
    """Disclosures of list elements with these values."""
    _, made = sealed.seal({}, {"list": list(values)}, salt(of.id), by_element={"list"})
    return tuple(port.NewDisclosure(of.id, one.digest, one.text) for one in made)


def salt(name: str) -> sealed.Salt:
    """Salts that are the same in every run."""
    count = iter(range(1_000))
    return lambda: hashlib.sha256(f"{name} {next(count)}".encode()).digest()[:16]


def matter_row(id_: MatterId, **given: object) -> port.MatterRow:
    """A line of the registry."""
    line = port.MatterRow(
        id=id_,
        type="case",
        lead=LYON,
        status="open",
        priority="routine",
        opened_at="2026-11-25T12:00:00.000Z",
        changed_at="2026-11-25T12:00:00.000Z",
        parties=(LYON, TURIN),
        title="Vendor of counterfeit papers",
        records=1,
    )
    return dataclasses.replace(line, **given)


def blob(content: bytes) -> tuple[BlobId, bytes]:
    """A blob by its id."""
    return BlobId(hashlib.sha256(content).hexdigest()), content


def act(
    n: int, matter: MatterId | None = None, *, peers: Sequence[AuthorityId] = ()
) -> port.Append:
    """What one act writes: record, disclosures, outgoing rows, registry line, decision."""
    made = record(n, matter)
    shown = disclosures(made, f"what {n}", f"who {n}")
    digests = tuple(one.digest for one in shown)
    return port.Append(
        records=(made,),
        disclosures=shown,
        outgoing=tuple(port.Outgoing(peer, made.id, digests) for peer in peers),
        matters=(matter_row(made.matter, records=n + 1),),
        decisions=(port.Decision(made.id, "o-1", "hold.place", ("policy 1", "p2"), "0" * 64, NOW),),
    )
