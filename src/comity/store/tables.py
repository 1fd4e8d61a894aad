"""The tables, once for both engines.

Ids are hex text. Inside, a record is known by its leaf: rows that belong together lie together,
and what refers to a record that is not here cannot be written. Instants are microseconds since
1970 in UTC. Lists of ids and digests, none of which holds a space, are text with spaces between.
On PostgreSQL text is compared byte by byte, as SQLite does.
"""

import datetime
import json
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

SCHEMA: Final = "0002"
"""The newest migration: what this code reads and writes."""

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND: Final = datetime.timedelta(microseconds=1)


def microseconds(at: datetime.datetime) -> int:
    """An instant as it is stored."""
    return (at - _EPOCH) // _MICROSECOND


class Instant(sa.TypeDecorator[datetime.datetime]):
    """An instant with its zone going in, the same instant in UTC coming out."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: sa.Dialect) -> Any:
        """Microseconds, or None."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime.datetime | None:
        """The instant, or None."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Many(sa.TypeDecorator[Any]):
    """Any number of texts as one parameter: a JSON list on SQLite, an array on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """An array of text, or text."""
        return dialect.type_descriptor(
            postgresql.ARRAY(sa.Text) if dialect.name == "postgresql" else sa.Text()
        )

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """A list as it is, or written as JSON."""
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class among(FunctionElement[bool]):  # noqa: N801 - it reads as the operator that it is
    """`column` is one of the texts in the parameter `name`: one statement, however many."""

    inherit_cache = True
    name = "among"

    def __init__(self, column: ColumnElement[str], name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=Many()))


@compiles(among, "sqlite")
def _in_json(element: among, compiler: Any, **options: Any) -> str:
    column, many = [compiler.process(part, **options) for part in element.clauses]
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 - parameters


@compiles(among, "postgresql")
def _in_array(element: among, compiler: Any, **options: Any) -> str:
    column, many = [compiler.process(part, **options) for part in element.clauses]
    return f"{column} = ANY({many})"


def text() -> sa.types.TypeEngine[str]:
    """Text of any length."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def integer() -> sa.types.TypeEngine[int]:
    """64 bits on both; SQLite keeps a row by its leaf only if the type is called INTEGER."""
    return sa.BigInteger().with_variant(Integer(), "sqlite")


metadata: Final = MetaData()


def _required(name: str, kind: sa.types.TypeEngine[Any], *rest: Any, key: bool = False) -> Any:
    return Column(name, kind, *rest, primary_key=key, nullable=False, autoincrement=False)


def _leaf(*, key: bool = False) -> Any:
    return _required("leaf", integer(), ForeignKey("records.leaf"), key=key)


records: Final = Table(
    "records",
    metadata,
    _required("leaf", integer(), key=True),
    _required("id", text()),
    _required("matter", text()),
    _required("kind", text()),
    _required("author", text()),
    _required("seq", integer()),
    _required("lamport", integer()),
    _required("said_at", text()),
    _required("own", Boolean()),
    _required("envelope", LargeBinary()),
)
Index("records_id", records.c.id, unique=True)
Index("records_matter", records.c.matter, records.c.leaf)
Index(
    "records_own",
    records.c.matter,
    records.c.seq,
    unique=True,
    sqlite_where=records.c.own,
    postgresql_where=records.c.own,
)

disclosures: Final = Table(
    "disclosures",
    metadata,
    _leaf(key=True),
    _required("digest", text(), key=True),
    # Empty once erased: the row stays, so that a copy that comes again does not bring it back.
    _required("text", text()),
    sqlite_with_rowid=False,
)

blobs: Final = Table(
    "blobs",
    metadata,
    _required("id", text(), key=True),
    _required("bytes", LargeBinary()),
)

outbox: Final = Table(
    "outbox",
    metadata,
    _required("peer", text(), key=True),
    _required("number", integer(), key=True),
    _leaf(),
    _required("disclosures", text()),
    _required("blobs", text()),
    _required("delivered", Boolean()),
    sqlite_with_rowid=False,
)
Index(
    "outbox_waiting",
    outbox.c.peer,
    outbox.c.number,
    # So that whoever looks for what is waiting never reads what a peer has long had.
    outbox.c.leaf,
    sqlite_where=sa.not_(outbox.c.delivered),
    postgresql_where=sa.not_(outbox.c.delivered),
)

matters: Final = Table(
    "matters",
    metadata,
    _required("id", text(), key=True),
    _required("type", text()),
    _required("lead", text()),
    _required("status", text()),
    _required("priority", text()),
    _required("opened_at", text()),
    _required("changed_at", text()),
    # With a space at both ends too, so that one party is found between two spaces.
    _required("parties", text()),
    _required("title", text()),
    # The title as it is searched in: without case, the same way on both engines.
    _required("folded", text()),
    _required("records", integer()),
)
Index("matters_changed", matters.c.changed_at, matters.c.id)

identifiers: Final = Table(
    "identifiers",
    metadata,
    # Half of SHA-256 of the value: values may be longer than what an index takes.
    _required("key", text(), key=True),
    _required("cls", text(), key=True),
    _leaf(key=True),
    _required("value", text()),
    _required("matter", text()),
    sqlite_with_rowid=False,
)
Index("identifiers_matter", identifiers.c.matter)

decisions: Final = Table(
    "decisions",
    metadata,
    _leaf(key=True),
    _required("officer", text()),
    _required("action", text()),
    _required("policies", text()),
    _required("policy_digest", text()),
    _required("at", Instant()),
)

answered: Final = Table(
    "answered",
    metadata,
    _required("officer", text(), key=True),
    _required("key", text(), key=True),
    _required("request_digest", text()),
    _required("status", integer()),
    _required("body", LargeBinary()),
    _required("at", Instant()),
)

secrets: Final = Table(
    "secrets",
    metadata,
    _required("name", text(), key=True),
    _required("value", LargeBinary()),
)

tiles: Final = Table(
    "tiles",
    metadata,
    _required("level", integer(), key=True),
    _required("number", integer(), key=True),
    _required("hashes", LargeBinary()),
)

officers: Final = Table(
    "officers",
    metadata,
    _required("id", text(), key=True),
    _required("name", text()),
    _required("role", text()),
    _required("active", Boolean()),
    _required("preferences", text()),
)

credentials: Final = Table(
    "credentials",
    metadata,
    _required("digest", LargeBinary(), key=True),
    _required("officer", text()),
    _required("sort", text()),
    _required("label", text()),
    _required("created_at", Instant()),
    _required("expires_at", Instant()),
    # How the holder proved who they are, and when last; of a token, what it may be used for.
    _required("assurance", text()),
    _required("proved_at", Instant()),
    _required("scope", text()),
)
Index("credentials_officer", credentials.c.officer)

passkeys: Final = Table(
    "passkeys",
    metadata,
    # The credential's id in base64url without padding, as browsers write it.
    _required("id", text(), key=True),
    _required("officer", text()),
    _required("public_key", LargeBinary()),
    _required("sign_count", integer()),
    _required("label", text()),
    _required("created_at", Instant()),
    _required("used_at", Instant()),
)
Index("passkeys_officer", passkeys.c.officer)

proposals: Final = Table(
    "proposals",
    metadata,
    # SHA-256 of the body: what a second person approves.
    _required("digest", text(), key=True),
    _required("officer", text()),
    _required("kind", text()),
    # Empty where the act begins a matter.
    _required("matter", text()),
    _required("body", LargeBinary()),
    _required("status", text()),
    _required("proposed_at", Instant()),
    _required("expires_at", Instant()),
    _required("decided_by", text()),
    _required("reason", text()),
    # The record that it became.
    _required("record", text()),
)
Index("proposals_open", proposals.c.status, proposals.c.proposed_at)

accesses: Final = Table(
    "accesses",
    metadata,
    _leaf(key=True),
    _required("officer", text()),
    _required("what", text()),
    # Empty where no matter, record or recipient is meant.
    _required("matter", text()),
    _required("record", text()),
    _required("recipient", text()),
    _required("purpose", text()),
    _required("place", text()),
    _required("at", Instant()),
)
Index("accesses_officer", accesses.c.officer, accesses.c.leaf)
Index("accesses_matter", accesses.c.matter, accesses.c.leaf)

peers: Final = Table(
    "peers",
    metadata,
    _required("peer", text(), key=True),
    _required("seen_size", integer()),
    _required("seen_root", LargeBinary()),
    _required("seen_note", text()),
    _required("acknowledged_size", integer()),
    _required("cosignature", text()),
    Column("last_contact", Instant(), nullable=True),
    _required("last_fault", text()),
    _required("split_view", text()),
)

settings: Final = Table(
    "settings",
    metadata,
    _required("name", text(), key=True),
    _required("value", text()),
)
