"""What is read: functions from a connection to the port's values, the same on both engines.

Each is one statement, however many ids it is given, unless it says otherwise; what is streamed
is read in pages, so that no reader keeps the database from cleaning up behind it.
"""

import hashlib
import json
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql

from comity import errors
from comity.ledger import bundles, tiles
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port, tables

PAGE: Final = 500
"""Rows that are read at once where rows are streamed."""

_R = tables.records.c
_STORED = select(_R.id, _R.matter, _R.kind, _R.author, _R.leaf, _R.envelope)
_BY_ID = _STORED.where(_R.id == bindparam("id"))
_BY_MATTER = _STORED.where(_R.matter == bindparam("id")).order_by(_R.leaf)
_LAST = _STORED.where(_R.matter == bindparam("id")).order_by(_R.leaf.desc()).limit(1)
_AFTER = _STORED.where(_R.leaf > bindparam("leaf")).order_by(_R.leaf).limit(PAGE)
_LEAF = select(_R.leaf).where(_R.id == bindparam("id"))
_LEAVES = (
    select(_R.id)
    .where(_R.leaf >= bindparam("start"), _R.leaf < bindparam("stop"))
    .order_by(_R.leaf)
)
_SIZE = select(sa.func.coalesce(sa.func.max(_R.leaf) + 1, 0))
_T = tables.tiles.c
_TILE = select(_T.hashes).where(_T.level == bindparam("level"), _T.number == bindparam("number"))
_O = tables.outbox.c
_WAITING = sa.not_(_O.delivered)
_PENDING = (
    select(_O.number, _R.id, _O.disclosures, _O.blobs)
    .join_from(tables.outbox, tables.records)
    .where(_O.peer == bindparam("peer"), _WAITING)
    .order_by(_O.number)
    .limit(bindparam("limit"))
)


def among(connection: Connection, column: Any, values: Collection[str]) -> Any:
    """`column` is one of `values`: one parameter, so that any number is one statement."""
    if connection.dialect.name == "postgresql":
        many = sa.cast(list(values), postgresql.ARRAY(sa.Text))
        return column == sa.any_(many)
    listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


# Records


def records(connection: Connection, matter: MatterId) -> list[port.StoredRecord]:
    """Every record of a matter, in ledger order."""
    return [port.StoredRecord(*row) for row in connection.execute(_BY_MATTER, {"id": matter})]


def record(connection: Connection, record: RecordId) -> port.StoredRecord | None:
    """One record."""
    row = connection.execute(_BY_ID, {"id": record}).one_or_none()
    return None if row is None else port.StoredRecord(*row)


def last(connection: Connection, matter: MatterId) -> port.StoredRecord | None:
    """The record of a matter that came last."""
    row = connection.execute(_LAST, {"id": matter}).one_or_none()
    return None if row is None else port.StoredRecord(*row)


def records_after(connection: Connection, leaf: int) -> list[port.StoredRecord]:
    """The page of records after a leaf, in ledger order."""
    return [port.StoredRecord(*row) for row in connection.execute(_AFTER, {"leaf": leaf})]


def held(connection: Connection, records: Collection[RecordId]) -> set[RecordId]:
    """Which of these are here."""
    return set(connection.scalars(select(_R.id).where(among(connection, _R.id, records))))


def disclosures(connection: Connection, records: Collection[RecordId]) -> dict[RecordId, list[str]]:
    """The disclosures that are here, by record; what was erased is not."""
    d = tables.disclosures.c
    asked = (
        select(_R.id, d.text)
        .join_from(tables.records, tables.disclosures)
        .where(among(connection, _R.id, records), d.text != "")
        .order_by(d.leaf, d.digest)
    )
    found: dict[RecordId, list[str]] = {}
    for id_, text in connection.execute(asked):
        found.setdefault(id_, []).append(text)
    return found


def disclosures_after(
    connection: Connection, after: tuple[int, str]
) -> list[tuple[int, RecordId, str, str]]:
    """A page of leaf, record, digest and text, after a leaf and digest."""
    d = tables.disclosures.c
    asked = (
        select(d.leaf, _R.id, d.digest, d.text)
        .join_from(tables.disclosures, tables.records)
        .where(sa.tuple_(d.leaf, d.digest) > sa.tuple_(*after))
        .order_by(d.leaf, d.digest)
        .limit(PAGE)
    )
    return [(leaf, id_, digest, text) for leaf, id_, digest, text in connection.execute(asked)]


def blob(connection: Connection, blob: BlobId) -> bytes | None:
    """A blob's bytes; `Unverified` if they are no longer those that it is named by."""
    b = tables.blobs.c
    data: bytes | None = connection.scalar(select(b.bytes).where(b.id == blob))
    if data is not None and hashlib.sha256(data).hexdigest() != blob:
        raise errors.Unverified(
            "blob-damaged",
            f"what is stored as blob {blob} has another digest",
            next_step="Restore the store from a backup, or ask the sender for the blob again.",
        )
    return data


def blobs_after(connection: Connection, blob: str) -> list[BlobId]:
    """The page of blob ids after one, in their order."""
    b = tables.blobs.c
    return list(connection.scalars(select(b.id).where(b.id > blob).order_by(b.id).limit(PAGE)))


def decisions(
    connection: Connection, records: Collection[RecordId]
) -> dict[RecordId, port.Decision]:
    """Why acts were permitted, by record."""
    d = tables.decisions.c
    asked = (
        select(_R.id, d.officer, d.action, d.policies, d.policy_digest, d.at)
        .join_from(tables.records, tables.decisions)
        .where(among(connection, _R.id, records))
    )
    return {
        id_: port.Decision(id_, officer, action, tuple(policies.splitlines()), digest, at)
        for id_, officer, action, policies, digest, at in connection.execute(asked)
    }


# The ledger


def size(connection: Connection) -> int:
    """Leaves that are durable."""
    return int(connection.execute(_SIZE).scalar_one())


def tile(connection: Connection, level: int, number: int) -> bytes:
    """A tile as it lies here; empty if it does not exist."""
    found = connection.scalar(_TILE, {"level": level, "number": number})
    return b"" if found is None else bytes(found)


def leaves(connection: Connection, start: int, stop: int) -> list[RecordId]:
    """The record ids of leaves [start, stop)."""
    return list(connection.scalars(_LEAVES, {"start": start, "stop": stop}))


def leaf(connection: Connection, record: RecordId) -> int | None:
    """The ledger index of a record."""
    return connection.scalar(_LEAF, {"id": record})


def edge(connection: Connection) -> tiles.Edge:
    """The ledger's edge, on which the pen goes on writing.

    The hashes in its last tile are made again from the record ids: `Unverified` if they differ,
    or if a tile is missing.
    """
    whole = size(connection)
    found = tiles.edge_of(whole, lambda level, number: tile(connection, level, number))
    last = found.tiles[0] if found.tiles else b""
    begun = whole - len(last) // 32
    ids = [bytes.fromhex(one) for one in leaves(connection, begun, whole)]
    if b"".join(bundles.leaf_hashes(ids)) != last:
        raise errors.Unverified(
            "tile-damaged",
            f"the ledger's last tile does not agree with the records from leaf {begun} on",
            next_step="Restore the store from a backup; do not sign checkpoints with this one.",
        )
    return found


# Streams to peers


def pending(connection: Connection, peer: AuthorityId, limit: int) -> list[port.Pending]:
    """The oldest undelivered rows of a stream."""
    return [
        port.Pending(number, id_, tuple(digests.split()), tuple(map(BlobId, blobs.split())))
        for number, id_, digests, blobs in connection.execute(
            _PENDING, {"peer": peer, "limit": limit}
        )
    ]


def waiting_peers(connection: Connection) -> dict[AuthorityId, int]:
    """How many undelivered rows each peer has."""
    asked = select(_O.peer, sa.func.count()).where(_WAITING).group_by(_O.peer)
    return dict(connection.execute(asked).tuples().all())


def peer(connection: Connection, peer: AuthorityId) -> port.PeerRow:
    """What is known of a peer; a blank row for a new one."""
    asked = select(tables.peers).where(tables.peers.c.peer == peer)
    row = connection.execute(asked).mappings().one_or_none()
    return port.PeerRow(peer=peer) if row is None else port.PeerRow(**row)


# People, and what procedures and the node keep


def secret(connection: Connection, name: str) -> bytes | None:
    """A secret."""
    s = tables.secrets.c
    return connection.scalar(select(s.value).where(s.name == name))


def officers(connection: Connection, officer: str | None = None) -> list[port.Officer]:
    """All by name, or the one with this id."""
    o = tables.officers.c
    asked = select(o.id, o.name, o.role, o.active, o.preferences)
    if officer is not None:
        asked = asked.where(o.id == officer)
    found = [
        port.Officer(id=id_, name=name, role=role, active=active, preferences=json.loads(kept))
        for id_, name, role, active, kept in connection.execute(asked)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def credentials(connection: Connection, condition: Any) -> list[port.Credential]:
    """Those that `condition` holds for, the newest first."""
    c = tables.credentials.c
    asked = select(tables.credentials).where(condition).order_by(c.created_at.desc(), c.digest)
    return [port.Credential(**row) for row in connection.execute(asked).mappings()]


def answered(connection: Connection, officer: str, key: str) -> port.Answered | None:
    """The answer that was given, if the key was used."""
    a = tables.answered.c
    row = connection.execute(
        select(tables.answered).where(a.officer == officer, a.key == key)
    ).one_or_none()
    return None if row is None else port.Answered(*row)


def setting(connection: Connection, name: str) -> str | None:
    """A node-wide value."""
    s = tables.settings.c
    return connection.scalar(select(s.value).where(s.name == name))
