"""The registry of matters and what identifiers they hold: read models, searched and paged."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping, bindparam, select

from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import draft, port, queries, tables

_M = tables.matters.c
_LINE = select(
    _M.id,
    _M.type,
    _M.lead,
    _M.status,
    _M.priority,
    _M.opened_at,
    _M.changed_at,
    _M.parties,
    _M.title,
    _M.records,
)
_ONE = _LINE.where(_M.id == bindparam("id"))
_I = tables.identifiers.c
_NOTED = select(_I.cls, _I.value, _I.matter, tables.records.c.id).join_from(
    tables.identifiers, tables.records
)
_OF_MATTER = _NOTED.where(_I.matter == bindparam("id")).order_by(_I.leaf, _I.cls, _I.value)
_HOLDING = _NOTED.where(tables.among(_I.key, "keys")).order_by(_I.leaf, _I.key, _I.cls)


def matters(connection: Connection, query: port.MatterQuery) -> list[port.MatterRow]:
    """A page of the registry, newest change first."""
    asked = _LINE.order_by(_M.changed_at.desc(), _M.id.desc()).limit(query.limit)
    if query.types:
        asked = asked.where(_M.type.in_(query.types))
    if query.status:
        asked = asked.where(_M.status == query.status)
    if query.party is not None:
        asked = asked.where(_M.parties.contains(f" {query.party} ", autoescape=True))
    if query.before is not None:
        asked = asked.where(sa.tuple_(_M.changed_at, _M.id) < sa.tuple_(*query.before))
    if query.text.strip():
        asked = asked.where(_holds(query.text))
    return [_line(row) for row in connection.execute(asked).mappings()]


def _holds(text: str) -> Any:
    """The title has each word of `text`, or the matter an identifier that is `text` exactly."""
    titled = sa.and_(
        *[_M.folded.contains(word, autoescape=True) for word in draft.folded(text).split()]
    )
    value = text.strip()
    noting = select(_I.matter).where(_I.key == draft.key_of(value), _I.value == value)
    return sa.or_(titled, _M.id.in_(noting))


def matter(connection: Connection, matter: MatterId) -> port.MatterRow | None:
    """One line."""
    row = connection.execute(_ONE, {"id": matter}).mappings().one_or_none()
    return None if row is None else _line(row)


def _line(row: RowMapping) -> port.MatterRow:
    named: dict[str, Any] = {**row}
    parties = tuple(AuthorityId(one) for one in named.pop("parties").split())
    return port.MatterRow(**named, parties=parties)


def holding(
    connection: Connection, identifiers: Collection[tuple[str, str]]
) -> list[port.IdentifierRow]:
    """Where these (class, value) identifiers are noted."""
    wanted = set(identifiers)
    keys = [draft.key_of(value) for _, value in wanted]
    found = _noted(connection.execute(_HOLDING, {"keys": keys}))
    return [row for row in found if (row.cls, row.value) in wanted]


def identifiers(connection: Connection, matter: MatterId) -> list[port.IdentifierRow]:
    """What a matter holds, in the order in which it was noted."""
    return list(_noted(connection.execute(_OF_MATTER, {"id": matter})))


def _noted(rows: Iterable[Any]) -> Iterator[port.IdentifierRow]:
    for cls, value, matter_id, record in rows:
        yield port.IdentifierRow(cls, value, MatterId(matter_id), RecordId(record))


def identifiers_after(
    connection: Connection, classes: Collection[str], key: str
) -> tuple[list[tuple[str, str]], str | None]:
    """A page of distinct identifiers after a key, and the key to go on from, None at the end."""
    keys = (
        select(_I.key)
        .where(_I.key > key, _I.cls.in_(classes))
        .distinct()
        .order_by(_I.key)
        .limit(queries.PAGE)
    ).subquery()
    asked = (
        select(_I.key, _I.cls, _I.value)
        .where(_I.key.in_(select(keys.c.key)), _I.cls.in_(classes))
        .distinct()
        .order_by(_I.key, _I.cls, _I.value)
    )
    rows = connection.execute(asked).all()
    return [(cls, value) for _, cls, value in rows], rows[-1].key if rows else None
