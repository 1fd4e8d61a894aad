"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
BYTES = sa.LargeBinary()
TRUTH = sa.Boolean()


def upgrade() -> None:
    """Make every table."""
    _records()
    _beside_records()
    _ledger_and_streams()
    _read_models()
    _people()
    _rest()


def _table(name: str, *columns: tuple[str, Any], key: str, rowid: bool = True) -> None:
    """A table without NULLs. `rowid` false: SQLite keeps its rows in the order of the key."""
    made: list[Any] = [
        sa.Column(of, kind, nullable=False, autoincrement=False) for of, kind in columns
    ]
    if not rowid or name == "decisions":
        made.append(sa.ForeignKeyConstraint(["leaf"], ["records.leaf"]))
    options: dict[str, Any] = {} if rowid else {"sqlite_with_rowid": False}
    op.create_table(name, *made, sa.PrimaryKeyConstraint(*key.split()), **options)


def _index(name: str, table: str, columns: str, where: Any = None, *, unique: bool = False) -> None:
    some = {} if where is None else {"sqlite_where": where, "postgresql_where": where}
    op.create_index(name, table, columns.split(), unique=unique, **some)


def _records() -> None:
    _table(
        "records",
        ("leaf", INTEGER),
        ("id", TEXT),
        ("matter", TEXT),
        ("kind", TEXT),
        ("author", TEXT),
        ("seq", INTEGER),
        ("lamport", INTEGER),
        ("said_at", TEXT),
        ("own", TRUTH),
        ("envelope", BYTES),
        key="leaf",
    )
    _index("records_id", "records", "id", unique=True)
    _index("records_matter", "records", "matter leaf")
    _index("records_own", "records", "matter seq", sa.column("own", TRUTH), unique=True)


def _beside_records() -> None:
    _table(
        "disclosures",
        ("leaf", INTEGER),
        ("digest", TEXT),
        ("text", TEXT),
        key="leaf digest",
        rowid=False,
    )
    _table("blobs", ("id", TEXT), ("bytes", BYTES), key="id")
    _table(
        "decisions",
        ("leaf", INTEGER),
        ("officer", TEXT),
        ("action", TEXT),
        ("policies", TEXT),
        ("policy_digest", TEXT),
        ("at", INSTANT),
        key="leaf",
    )


def _ledger_and_streams() -> None:
    _table("tiles", ("level", INTEGER), ("number", INTEGER), ("hashes", BYTES), key="level number")
    _table(
        "outbox",
        ("peer", TEXT),
        ("number", INTEGER),
        ("leaf", INTEGER),
        ("disclosures", TEXT),
        ("blobs", TEXT),
        ("delivered", TRUTH),
        key="peer number",
        rowid=False,
    )
    waiting = sa.not_(sa.column("delivered", TRUTH))
    _index("outbox_waiting", "outbox", "peer number leaf", waiting)


def _read_models() -> None:
    names = "id type lead status priority opened_at changed_at parties title folded"
    columns: list[tuple[str, Any]] = [(name, TEXT) for name in names.split()]
    _table("matters", *columns, ("records", INTEGER), key="id")
    _index("matters_changed", "matters", "changed_at id")
    _table(
        "identifiers",
        ("key", TEXT),
        ("cls", TEXT),
        ("leaf", INTEGER),
        ("value", TEXT),
        ("matter", TEXT),
        key="key cls leaf",
        rowid=False,
    )
    _index("identifiers_matter", "identifiers", "matter")


def _people() -> None:
    _table(
        "officers",
        ("id", TEXT),
        ("name", TEXT),
        ("role", TEXT),
        ("active", TRUTH),
        ("preferences", TEXT),
        key="id",
    )
    _table(
        "credentials",
        ("digest", BYTES),
        ("officer", TEXT),
        ("sort", TEXT),
        ("label", TEXT),
        ("created_at", INSTANT),
        ("expires_at", INSTANT),
        key="digest",
    )
    _index("credentials_officer", "credentials", "officer")


def _rest() -> None:
    op.create_table(
        "peers",
        sa.Column("peer", TEXT, primary_key=True, autoincrement=False),
        sa.Column("seen_size", INTEGER, nullable=False),
        sa.Column("seen_root", BYTES, nullable=False),
        sa.Column("seen_note", TEXT, nullable=False),
        sa.Column("acknowledged_size", INTEGER, nullable=False),
        sa.Column("cosignature", TEXT, nullable=False),
        sa.Column("last_contact", INSTANT, nullable=True),
        sa.Column("last_fault", TEXT, nullable=False),
        sa.Column("split_view", TEXT, nullable=False),
    )
    _table(
        "answered",
        ("officer", TEXT),
        ("key", TEXT),
        ("request_digest", TEXT),
        ("status", INTEGER),
        ("body", BYTES),
        ("at", INSTANT),
        key="officer key",
    )
    _table("secrets", ("name", TEXT), ("value", BYTES), key="name")
    _table("settings", ("name", TEXT), ("value", TEXT), key="name")
    if op.get_bind().dialect.name == "postgresql":
        # Hashes do not compress: not even trying saves time at every append.
        op.execute("ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL")
