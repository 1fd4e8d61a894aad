"""Passkeys, proofs of presence, proposals for a second person, and the account of access by row."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
BYTES = sa.LargeBinary()


def upgrade() -> None:
    """Add what people are known by, and what they looked at."""
    op.add_column(
        "credentials", sa.Column("assurance", TEXT, nullable=False, server_default="link")
    )
    op.add_column(
        "credentials", sa.Column("proved_at", INSTANT, nullable=False, server_default="0")
    )
    op.add_column("credentials", sa.Column("scope", TEXT, nullable=False, server_default=""))
    _passkeys()
    _proposals()
    _accesses()


def _column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        _column("id", TEXT),
        _column("officer", TEXT),
        _column("public_key", BYTES),
        _column("sign_count", INTEGER),
        _column("label", TEXT),
        _column("created_at", INSTANT),
        _column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("passkeys_officer", "passkeys", ["officer"])


def _proposals() -> None:
    op.create_table(
        "proposals",
        _column("digest", TEXT),
        _column("officer", TEXT),
        _column("kind", TEXT),
        _column("matter", TEXT),
        _column("body", BYTES),
        _column("status", TEXT),
        _column("proposed_at", INSTANT),
        _column("expires_at", INSTANT),
        _column("decided_by", TEXT),
        _column("reason", TEXT),
        _column("record", TEXT),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("proposals_open", "proposals", ["status", "proposed_at"])


def _accesses() -> None:
    op.create_table(
        "accesses",
        _column("leaf", INTEGER),
        _column("officer", TEXT),
        _column("what", TEXT),
        _column("matter", TEXT),
        _column("record", TEXT),
        _column("recipient", TEXT),
        _column("purpose", TEXT),
        _column("place", TEXT),
        _column("at", INSTANT),
        sa.PrimaryKeyConstraint("leaf"),
        sa.ForeignKeyConstraint(["leaf"], ["records.leaf"]),
    )
    op.create_index("accesses_officer", "accesses", ["officer", "leaf"])
    op.create_index("accesses_matter", "accesses", ["matter", "leaf"])
