"""Small changes beside appends. Each runs in the pen's thread and transaction, so they need no
locks of their own: of two at once, one comes first. A crash before the commit leaves none of it.
"""

import datetime
import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from comity import errors
from comity.records import sealed
from comity.records.ids import AuthorityId, RecordId
from comity.store import draft, port, queries, tables


def put(connection: Connection, table: sa.Table, **row: Any) -> None:
    """Add or replace the row with this key; others see the old one until the commit."""
    same = sa.and_(*[column == row[column.name] for column in table.primary_key])
    connection.execute(sa.delete(table).where(same))
    connection.execute(sa.insert(table).values(**row))


def erase(connection: Connection, record: RecordId, digests: Collection[str]) -> int:
    """Erase disclosures, and identifiers of the record that they disclosed; how many there were.

    An empty row stays in the place of each, so that a copy that comes again does not bring it
    back. The line of the matter is the caller's to write anew.
    """
    leaf = queries.leaf(connection, record)
    d = tables.disclosures.c
    here = sa.and_(d.leaf == leaf, tables.among(d.digest, "digests"), d.text != "")
    given = {"digests": digests}
    texts = list(connection.scalars(sa.select(d.text).where(here), given))
    connection.execute(sa.update(tables.disclosures).where(here).values(text=""), given)
    for text in texts:
        _forget_identifier(connection, leaf, text)
    return len(texts)


def _forget_identifier(connection: Connection, leaf: int | None, text: str) -> None:
    try:
        value = sealed.disclosure(text).value
    except errors.Invalid:
        return
    if isinstance(value, dict) and {"cls", "value"} <= set(value):
        i = tables.identifiers.c
        key = draft.key_of(draft.plain(str(value["value"])))
        same = sa.and_(i.key == key, i.cls == draft.class_of(str(value["cls"])), i.leaf == leaf)
        connection.execute(sa.delete(tables.identifiers).where(same))


def delivered(
    connection: Connection, peer: AuthorityId, through: int, records: Collection[RecordId]
) -> None:
    """Mark rows numbered up to `through` whose record is in `records`."""
    o, r = tables.outbox.c, tables.records.c
    leaves = sa.select(r.leaf).where(tables.among(r.id, "ids"))
    numbers = sa.select(o.number).where(
        o.peer == peer, o.number <= through, sa.not_(o.delivered), o.leaf.in_(leaves)
    )
    connection.execute(
        sa.update(tables.outbox)
        .where(o.peer == peer, o.number.in_(numbers))
        .values(delivered=True),
        {"ids": records},
    )


def save_peer(connection: Connection, row: port.PeerRow) -> None:
    """Keep what is known of a peer."""
    put(
        connection,
        tables.peers,
        peer=row.peer,
        seen_size=row.seen_size,
        seen_root=row.seen_root,
        seen_note=row.seen_note,
        acknowledged_size=row.acknowledged_size,
        cosignature=row.cosignature,
        last_contact=row.last_contact,
        last_fault=row.last_fault,
        split_view=row.split_view,
    )


def take_secret(connection: Connection, name: str) -> bytes | None:
    """Read and delete a secret."""
    found = queries.secret(connection, name)
    if found is not None:
        connection.execute(sa.delete(tables.secrets).where(tables.secrets.c.name == name))
    return found


def save_officer(connection: Connection, officer: port.Officer) -> None:
    """Add or replace."""
    put(
        connection,
        tables.officers,
        id=officer.id,
        name=officer.name,
        role=officer.role,
        active=officer.active,
        preferences=json.dumps(dict(officer.preferences), ensure_ascii=False),
    )


def save_credential(connection: Connection, credential: port.Credential) -> None:
    """Add or replace."""
    put(
        connection,
        tables.credentials,
        digest=credential.digest,
        officer=credential.officer,
        sort=credential.sort,
        label=credential.label,
        created_at=credential.created_at,
        expires_at=credential.expires_at,
        assurance=credential.assurance,
        proved_at=credential.proved_at or credential.created_at,
        scope=credential.scope,
    )


def take_credential(
    connection: Connection, digest: bytes, sort: str, now: datetime.datetime
) -> port.Credential | None:
    """Give a credential that is valid, and end it."""
    found = queries.credential(connection, digest, sort, now)
    if found is not None:
        same = tables.credentials.c.digest == digest
        connection.execute(sa.delete(tables.credentials).where(same))
    return found


def end_credentials(connection: Connection, officer: str, sort: str) -> int:
    """End all of an officer, or all of one sort; how many."""
    c = tables.credentials.c
    asked = sa.delete(tables.credentials).where(c.officer == officer)
    return connection.execute(asked.where(c.sort == sort) if sort else asked).rowcount


def clear_answered(
    connection: Connection, keys: Collection[tuple[str, str]], before: datetime.datetime
) -> None:
    """Take away these answers, by officer and key, unless a key was answered again since."""
    a = tables.answered.c
    same = sa.and_(a.officer == sa.bindparam("of"), a.key == sa.bindparam("named"), a.at < before)
    given = [{"of": officer, "named": key} for officer, key in keys]
    connection.execute(sa.delete(tables.answered).where(same), given)


def save_setting(connection: Connection, name: str, value: str) -> None:
    """Keep a node-wide value."""
    put(connection, tables.settings, name=name, value=value)
