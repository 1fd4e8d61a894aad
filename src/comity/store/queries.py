"""What is read: functions from a connection to the port's values, the same on both engines.

Each is one statement, however many ids it is given; the statements are made once. What is
streamed is read in pages, so that no reader keeps the database from cleaning up behind it.
"""

import datetime
import hashlib
import json
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, select

from comity import errors
from comity.ledger import bundles, tiles, tree
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port, tables

PAGE: Final = 500
"""Rows that are read at once where rows are streamed."""


# Records

_R = tables.records.c
_STORED = select(_R.id, _R.matter, _R.kind, _R.author, _R.leaf, _R.envelope)
_RECORD = _STORED.where(_R.id == bindparam("id"))
_OF_MATTER = _STORED.where(_R.matter == bindparam("id")).order_by(_R.leaf)
_LAST = _STORED.where(_R.matter == bindparam("id")).order_by(_R.leaf.desc()).limit(1)
_RECORDS_AFTER = _STORED.where(_R.leaf > bindparam("leaf")).order_by(_R.leaf).limit(PAGE)
_HELD = select(_R.id).where(tables.among(_R.id, "ids"))


def records(connection: Connection, matter: MatterId) -> list[port.StoredRecord]:
    """Every record of a matter, in ledger order."""
    return [port.StoredRecord(*row) for row in connection.execute(_OF_MATTER, {"id": matter})]


def record(connection: Connection, record: RecordId) -> port.StoredRecord | None:
    """One record."""
    row = connection.execute(_RECORD, {"id": record}).one_or_none()
    return None if row is None else port.StoredRecord(*row)


def last(connection: Connection, matter: MatterId) -> port.StoredRecord | None:
    """The record of a matter that came last."""
    row = connection.execute(_LAST, {"id": matter}).one_or_none()
    return None if row is None else port.StoredRecord(*row)


def records_after(connection: Connection, leaf: int) -> list[port.StoredRecord]:
    """The page of records after a leaf, in ledger order."""
    return [port.StoredRecord(*row) for row in connection.execute(_RECORDS_AFTER, {"leaf": leaf})]


def held(connection: Connection, records: Collection[RecordId]) -> set[RecordId]:
    """Which of these are here."""
    return {RecordId(one) for one in connection.scalars(_HELD, {"ids": records})}


# What lies beside records

_D = tables.disclosures.c
_DISCLOSURES = (
    select(_R.id, _D.text)
    .join_from(tables.records, tables.disclosures)
    .where(tables.among(_R.id, "ids"), _D.text != "")
    .order_by(_D.leaf, _D.digest)
)
_DISCLOSURES_AFTER = (
    select(_D.leaf, _R.id, _D.digest, _D.text)
    .join_from(tables.disclosures, tables.records)
    .where(sa.tuple_(_D.leaf, _D.digest) > sa.tuple_(bindparam("leaf"), bindparam("digest")))
    .order_by(_D.leaf, _D.digest)
    .limit(PAGE)
)
_B = tables.blobs.c
_BLOB = select(_B.bytes).where(_B.id == bindparam("id"))
_BLOBS_AFTER = select(_B.id).where(_B.id > bindparam("id")).order_by(_B.id).limit(PAGE)
_WHY = tables.decisions.c
_DECISIONS = (
    select(_R.id, _WHY.officer, _WHY.action, _WHY.policies, _WHY.policy_digest, _WHY.at)
    .join_from(tables.records, tables.decisions)
    .where(tables.among(_R.id, "ids"))
)


def disclosures(connection: Connection, records: Collection[RecordId]) -> dict[RecordId, list[str]]:
    """The disclosures that are here, by record; what was erased is not."""
    found: dict[RecordId, list[str]] = {}
    for id_, text in connection.execute(_DISCLOSURES, {"ids": records}):
        found.setdefault(RecordId(id_), []).append(text)
    return found


def disclosures_after(
    connection: Connection, leaf: int, digest: str
) -> list[tuple[int, RecordId, str, str]]:
    """A page of leaf, record, digest and text, after a leaf and digest."""
    asked = connection.execute(_DISCLOSURES_AFTER, {"leaf": leaf, "digest": digest})
    return [(at, RecordId(id_), found, text) for at, id_, found, text in asked]


def blob(connection: Connection, blob: BlobId) -> bytes | None:
    """A blob's bytes; `Unverified` if they are no longer those that it is named by."""
    data: bytes | None = connection.scalar(_BLOB, {"id": blob})
    if data is not None and hashlib.sha256(data).hexdigest() != blob:
        raise errors.Unverified(
            "blob-damaged",
            f"what is stored as blob {blob} has another digest",
            next_step="Restore the store from a backup, or ask the sender for the blob again.",
        )
    return data


def blobs_after(connection: Connection, blob: str) -> list[BlobId]:
    """The page of blob ids after one, in their order."""
    return [BlobId(one) for one in connection.scalars(_BLOBS_AFTER, {"id": blob})]


def decisions(
    connection: Connection, records: Collection[RecordId]
) -> dict[RecordId, port.Decision]:
    """Why acts were permitted, by record."""
    return {
        RecordId(id_): port.Decision(
            RecordId(id_), officer, action, tuple(policies.splitlines()), digest, at
        )
        for id_, officer, action, policies, digest, at in connection.execute(
            _DECISIONS, {"ids": records}
        )
    }


# The ledger

_SIZE = select(sa.func.coalesce(sa.func.max(_R.leaf) + 1, 0))
_LEAF = select(_R.leaf).where(_R.id == bindparam("id"))
_IN_RANGE = sa.and_(_R.leaf >= bindparam("start"), _R.leaf < bindparam("stop"))
_LEAVES = select(_R.id).where(_IN_RANGE).order_by(_R.leaf)
_T = tables.tiles.c
_TILE = select(_T.hashes).where(_T.level == bindparam("level"), _T.number == bindparam("number"))


def size(connection: Connection) -> int:
    """Leaves that are durable."""
    return int(connection.execute(_SIZE).scalar_one())


def tile(connection: Connection, level: int, number: int) -> bytes:
    """A tile as it lies here; empty if it does not exist."""
    found: bytes | None = connection.scalar(_TILE, {"level": level, "number": number})
    return found or b""


def leaves(connection: Connection, start: int, stop: int) -> list[RecordId]:
    """The record ids of leaves [start, stop)."""
    asked = connection.scalars(_LEAVES, {"start": start, "stop": stop})
    return [RecordId(one) for one in asked]


def leaf(connection: Connection, record: RecordId) -> int | None:
    """The ledger index of a record."""
    found: int | None = connection.scalar(_LEAF, {"id": record})
    return found


def edge(connection: Connection) -> tiles.Edge:
    """The ledger's edge, on which the pen goes on writing.

    The hashes in its last tile are made again from the record ids: `Unverified` if they differ,
    or if a tile is missing.
    """
    whole = size(connection)
    found = tiles.edge_of(whole, lambda level, number: tile(connection, level, number))
    last = found.tiles[0] if found.tiles else b""
    begun = whole - len(last) // tree.HASH_SIZE
    ids = [bytes.fromhex(one) for one in leaves(connection, begun, whole)]
    if b"".join(bundles.leaf_hashes(ids)) != last:
        raise errors.Unverified(
            "tile-damaged",
            f"the ledger's last tile does not agree with the records from leaf {begun} on",
            next_step="Restore the store from a backup; do not sign checkpoints with this one.",
        )
    return found


# Streams to peers

_O = tables.outbox.c
_WAITING = sa.not_(_O.delivered)
_OLDEST = (
    select(_O.number)
    .where(_O.peer == bindparam("peer"), _WAITING)
    .order_by(_O.number)
    .limit(bindparam("limit"))
)
_PENDING = (
    select(_O.number, _R.id, _O.disclosures, _O.blobs)
    .join_from(tables.outbox, tables.records)
    .where(_O.peer == bindparam("peer"), _O.number.in_(_OLDEST))
    .order_by(_O.number)
)
_QUEUED = (
    select(_R.id, _O.disclosures)
    .join_from(tables.outbox, tables.records)
    .where(_O.peer == bindparam("peer"), _R.matter == bindparam("matter"))
)
_COUNTS = select(_O.peer, sa.func.count()).where(_WAITING).group_by(_O.peer)
_PEER = select(tables.peers).where(tables.peers.c.peer == bindparam("peer"))


def pending(connection: Connection, peer: AuthorityId, limit: int) -> list[port.Pending]:
    """The oldest undelivered rows of a stream."""
    asked = connection.execute(_PENDING, {"peer": peer, "limit": limit})
    return [
        port.Pending(number, RecordId(id_), tuple(digests.split()), _blob_ids(blobs))
        for number, id_, digests, blobs in asked
    ]


def _blob_ids(text: str) -> tuple[BlobId, ...]:
    return tuple(BlobId(one) for one in text.split())


def queued(connection: Connection, peer: AuthorityId, matter: MatterId) -> dict[RecordId, set[str]]:
    """What of a matter was ever queued for a peer: records, and digests of disclosures."""
    found: dict[RecordId, set[str]] = {}
    for id_, digests in connection.execute(_QUEUED, {"peer": peer, "matter": matter}):
        found.setdefault(RecordId(id_), set()).update(digests.split())
    return found


def waiting_peers(connection: Connection) -> dict[AuthorityId, int]:
    """How many undelivered rows each peer has."""
    return {AuthorityId(peer): count for peer, count in connection.execute(_COUNTS)}


def peer(connection: Connection, peer: AuthorityId) -> port.PeerRow:
    """What is known of a peer; a blank row for a new one."""
    row = connection.execute(_PEER, {"peer": peer}).mappings().one_or_none()
    return port.PeerRow(peer=peer) if row is None else port.PeerRow(**row)


# People, and what procedures and the node keep

_SECRET = select(tables.secrets.c.value).where(tables.secrets.c.name == bindparam("name"))
_SETTING = select(tables.settings.c.value).where(tables.settings.c.name == bindparam("name"))
_P = tables.officers.c
_OFFICERS = select(_P.id, _P.name, _P.role, _P.active, _P.preferences)
_OFFICER = _OFFICERS.where(_P.id == bindparam("id"))
_C = tables.credentials.c
_CREDENTIALS = select(tables.credentials).order_by(_C.created_at.desc(), _C.digest)
_OF_OFFICER = _CREDENTIALS.where(_C.officer == bindparam("officer"))
_CREDENTIAL = _CREDENTIALS.where(
    _C.digest == bindparam("digest"), _C.sort == bindparam("sort"), _C.expires_at > bindparam("now")
)
_A = tables.answered.c
_ANSWERED = select(tables.answered).where(
    _A.officer == bindparam("officer"), _A.key == bindparam("key")
)

_ANSWERED_BEFORE = (
    select(_A.officer, _A.key)
    .where(
        tables.among(_A.officer, "officers"),
        _A.at < bindparam("before"),
        sa.tuple_(_A.officer, _A.key) > sa.tuple_(bindparam("officer"), bindparam("key")),
    )
    .order_by(_A.officer, _A.key)
    .limit(PAGE)
)


def secret(connection: Connection, name: str) -> bytes | None:
    """A secret."""
    found: bytes | None = connection.scalar(_SECRET, {"name": name})
    return found


def setting(connection: Connection, name: str) -> str | None:
    """A node-wide value."""
    found: str | None = connection.scalar(_SETTING, {"name": name})
    return found


def officer(connection: Connection, officer: str) -> port.Officer | None:
    """By id."""
    row = connection.execute(_OFFICER, {"id": officer}).one_or_none()
    return None if row is None else _officer(row)


def officers(connection: Connection) -> list[port.Officer]:
    """All, by name."""
    found = [_officer(row) for row in connection.execute(_OFFICERS)]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _officer(row: Any) -> port.Officer:
    id_, name, role, active, preferences = row
    return port.Officer(
        id=id_, name=name, role=role, active=active, preferences=json.loads(preferences)
    )


def credential(
    connection: Connection, digest: bytes, sort: str, now: datetime.datetime
) -> port.Credential | None:
    """By digest and sort, unless expired at `now`."""
    asked = connection.execute(_CREDENTIAL, {"digest": digest, "sort": sort, "now": now})
    row = asked.mappings().one_or_none()
    return None if row is None else port.Credential(**row)


def credentials(connection: Connection, officer: str) -> list[port.Credential]:
    """All of an officer, the newest first."""
    asked = connection.execute(_OF_OFFICER, {"officer": officer})
    return [port.Credential(**row) for row in asked.mappings()]


def answered(connection: Connection, officer: str, key: str) -> port.Answered | None:
    """The answer that was given, if the key was used."""
    row = connection.execute(_ANSWERED, {"officer": officer, "key": key}).one_or_none()
    return None if row is None else port.Answered(*row)


def answered_before(
    connection: Connection,
    officers: Collection[str],
    before: datetime.datetime,
    last: tuple[str, str],
) -> list[tuple[str, str]]:
    """A page of officers and keys that were answered before an instant, after the `last`."""
    given = {"officers": officers, "before": before, "officer": last[0], "key": last[1]}
    return [(officer, key) for officer, key in connection.execute(_ANSWERED_BEFORE, given)]
