"""Passkeys, and proposals that wait for a second person: read and changed, on both engines.

What changes runs in the pen's thread and transaction; a crash before the commit leaves none of it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, select

from comity import errors
from comity.records.ids import MatterId, RecordId
from comity.store import changes, port, tables

_K = tables.passkeys.c
_PASSKEYS = select(tables.passkeys).order_by(_K.created_at, _K.id)
_PASSKEY = _PASSKEYS.where(_K.id == bindparam("id"))
_OF_OFFICER = _PASSKEYS.where(_K.officer == bindparam("officer"))
_Q = tables.proposals.c
_PROPOSAL = select(tables.proposals).where(_Q.digest == bindparam("digest"))
_PROPOSALS = select(tables.proposals).order_by(
    (_Q.status == "open").desc(), _Q.proposed_at.desc(), _Q.digest
)


def passkey(connection: Connection, passkey: str) -> port.Passkey | None:
    """By id."""
    row = connection.execute(_PASSKEY, {"id": passkey}).mappings().one_or_none()
    return None if row is None else port.Passkey(**row)


def passkeys(connection: Connection, officer: str) -> list[port.Passkey]:
    """All of an officer, or of everyone, the oldest first."""
    asked = _OF_OFFICER if officer else _PASSKEYS
    rows = connection.execute(asked, {"officer": officer} if officer else {})
    return [port.Passkey(**row) for row in rows.mappings()]


def save_passkey(connection: Connection, passkey_: port.Passkey) -> None:
    """Add, or replace that of the same officer; `Conflict` if it is another's."""
    known = passkey(connection, passkey_.id)
    if known is not None and known.officer != passkey_.officer:
        raise errors.Conflict(
            "passkey-taken",
            "this passkey is registered for somebody else",
            next_step="Use another authenticator: a passkey is of one person.",
        )
    changes.put(
        connection,
        tables.passkeys,
        id=passkey_.id,
        officer=passkey_.officer,
        public_key=passkey_.public_key,
        sign_count=passkey_.sign_count,
        label=passkey_.label,
        created_at=passkey_.created_at,
        used_at=passkey_.used_at,
    )


def end_passkey(connection: Connection, passkey: str) -> None:
    """Take it away."""
    connection.execute(sa.delete(tables.passkeys).where(_K.id == passkey))


def proposal(connection: Connection, digest: str) -> port.Proposal | None:
    """By digest."""
    row = connection.execute(_PROPOSAL, {"digest": digest}).mappings().one_or_none()
    return None if row is None else _proposal(row)


def proposals(connection: Connection, limit: int) -> list[port.Proposal]:
    """Those that are open, then those decided last."""
    return [_proposal(row) for row in connection.execute(_PROPOSALS.limit(limit)).mappings()]


def _proposal(row: Any) -> port.Proposal:
    named: dict[str, Any] = {**row}
    matter, record = named.pop("matter"), named.pop("record")
    return port.Proposal(
        **named,
        matter=MatterId(matter) if matter else None,
        record=RecordId(record) if record else None,
    )


def save_proposal(connection: Connection, one: port.Proposal) -> None:
    """Add it; one with the same digest stays as it is."""
    if proposal(connection, one.digest) is not None:
        return
    connection.execute(
        sa.insert(tables.proposals).values(
            digest=one.digest,
            officer=one.officer,
            kind=one.kind,
            matter=one.matter or "",
            body=one.body,
            status=one.status,
            proposed_at=one.proposed_at,
            expires_at=one.expires_at,
            decided_by=one.decided_by,
            reason=one.reason,
            record=one.record or "",
        )
    )


def decide_proposal(
    connection: Connection, digest: str, status: port.ProposalStatus, by: str, reason: str
) -> bool:
    """Move an open proposal to `status`; whether it was open."""
    asked = sa.update(tables.proposals).where(_Q.digest == digest, _Q.status == "open")
    changed = connection.execute(asked.values(status=status, decided_by=by, reason=reason))
    return bool(changed.rowcount)


def reopen_proposal(connection: Connection, digest: str) -> None:
    """Take back that it was approved: its act was refused."""
    asked = sa.update(tables.proposals).where(_Q.digest == digest, _Q.record == "")
    connection.execute(asked.values(status="open", decided_by="", reason=""))


def note_proposal(connection: Connection, digest: str, record: RecordId) -> None:
    """Keep which record it became."""
    asked = sa.update(tables.proposals).where(_Q.digest == digest)
    connection.execute(asked.values(record=record))
