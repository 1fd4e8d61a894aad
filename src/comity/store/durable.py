"""The store (`port.Store`): everything that is written goes through the pen, everything that is
read through a pool of connections beside it. The engines give both; this only joins them.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import changes, people, port, queries, readers, registry
from comity.store.pen import Pen

P = ParamSpec("P")
T = TypeVar("T")


class DurableStore:
    """A store over one pen and a pool of readers."""

    def __init__(
        self,
        pen: Pen,
        engine: sa.Engine,
        *,
        examine: Callable[[sa.Connection], str],
        released: Callable[[], None] = lambda: None,
    ) -> None:
        self._pen = pen
        self._readers = readers.Readers(engine)
        self._read = self._readers.read
        self._examine = examine
        self._released = released

    def _change(
        self,
        change: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        return self._pen.change(lambda connection: change(connection, *args, **named)).result()

    @property
    def failed(self) -> str:
        """Why nothing is written any more; empty while all is well."""
        return self._pen.failed

    # writing records

    def append(self, what: port.Append) -> Future[port.Appended]:
        """Queue; done when durable."""
        return self._pen.append(what)

    def settle(self) -> None:
        """Wait for what was queued before; at once if nothing was."""
        self._pen.settle()

    def on_commit(self, tell: Callable[[port.Appended], None]) -> None:
        """Call `tell` after every commit that holds an append."""
        self._pen.on_commit(tell)

    # reading records

    def records(self, matter: MatterId) -> Sequence[port.StoredRecord]:
        """Every record of `matter`, in ledger order."""
        return self._read(queries.records, matter)

    def record(self, record: RecordId) -> port.StoredRecord | None:
        """One record."""
        return self._read(queries.record, record)

    def last(self, matter: MatterId) -> port.StoredRecord | None:
        """The last record of `matter` in ledger order."""
        return self._read(queries.last, matter)

    def all_records(self, after_leaf: int = -1) -> Iterator[port.StoredRecord]:
        """Every record in ledger order, read page by page."""
        while page := self._read(queries.records_after, after_leaf):
            yield from page
            after_leaf = page[-1].leaf

    def held(self, records: Collection[RecordId]) -> set[RecordId]:
        """Which of `records` are here."""
        return self._read(queries.held, records)

    def disclosures(self, records: Collection[RecordId]) -> dict[RecordId, list[str]]:
        """The disclosures that are here, by record."""
        return self._read(queries.disclosures, records)

    def every_disclosure(self) -> Iterator[tuple[RecordId, str, str]]:
        """Record, digest and text (empty if erased) of each disclosure, read page by page."""
        leaf, digest = -1, ""
        while page := self._read(queries.disclosures_after, leaf, digest):
            yield from ((record, digest, text) for _, record, digest, text in page)
            leaf, _, digest, _ = page[-1]

    def erase(self, record: RecordId, digests: Collection[str]) -> int:
        """Erase disclosures for good, and identifiers that they disclosed."""
        return self._change(changes.erase, record, digests)

    def blob(self, blob: BlobId) -> bytes | None:
        """A blob's bytes, re-hashed on reading."""
        return self._read(queries.blob, blob)

    def blob_ids(self) -> Iterator[BlobId]:
        """The id of every blob, read page by page."""
        after = ""
        while page := self._read(queries.blobs_after, after):
            yield from page
            after = page[-1]

    def decisions(self, records: Collection[RecordId]) -> dict[RecordId, port.Decision]:
        """Why acts were permitted, by record."""
        return self._read(queries.decisions, records)

    # the registry

    def matters(self, query: port.MatterQuery) -> Sequence[port.MatterRow]:
        """A page of the registry."""
        return self._read(registry.matters, query)

    def matter(self, matter: MatterId) -> port.MatterRow | None:
        """One line."""
        return self._read(registry.matter, matter)

    def holding(self, identifiers: Collection[tuple[str, str]]) -> Sequence[port.IdentifierRow]:
        """Where these identifiers are noted."""
        return self._read(registry.holding, identifiers)

    def identifiers(self, matter: MatterId) -> Sequence[port.IdentifierRow]:
        """What a matter holds."""
        return self._read(registry.identifiers, matter)

    def identifiers_of(self, classes: Collection[str]) -> Iterator[tuple[str, str]]:
        """Every distinct identifier of these classes, read page by page."""
        key: str | None = ""
        while key is not None:
            page, key = self._read(registry.identifiers_after, classes, key)
            yield from page

    # the ledger

    @property
    def size(self) -> int:
        """Leaves that are durable."""
        return self._pen.size

    def tile(self, level: int, number: int) -> bytes:
        """A tile as it lies here; empty if it does not exist."""
        return self._read(queries.tile, level, number)

    def leaves(self, start: int, stop: int) -> Sequence[RecordId]:
        """The record ids of leaves [start, stop)."""
        return self._read(queries.leaves, start, stop)

    def leaf(self, record: RecordId) -> int | None:
        """The ledger index of a record."""
        return self._read(queries.leaf, record)

    # streams to peers

    def pending(self, peer: AuthorityId, limit: int) -> Sequence[port.Pending]:
        """The oldest undelivered rows of a peer's stream."""
        return self._read(queries.pending, peer, limit)

    def queued(self, peer: AuthorityId, matter: MatterId) -> dict[RecordId, set[str]]:
        """What of `matter` was ever queued for a peer."""
        return self._read(queries.queued, peer, matter)

    def waiting_peers(self) -> dict[AuthorityId, int]:
        """How many undelivered rows each peer has."""
        return self._read(queries.waiting_peers)

    def delivered(self, peer: AuthorityId, through: int, records: Collection[RecordId]) -> None:
        """Mark rows as delivered."""
        self._change(changes.delivered, peer, through, records)

    def peer(self, peer: AuthorityId) -> port.PeerRow:
        """What is known of a peer."""
        return self._read(queries.peer, peer)

    def save_peer(self, row: port.PeerRow) -> None:
        """Keep it; durable on return."""
        self._change(changes.save_peer, row)

    # private state of procedures

    def take_secret(self, name: str) -> bytes | None:
        """Read and delete a secret, in one step."""
        return self._change(changes.take_secret, name)

    def secret(self, name: str) -> bytes | None:
        """Read a secret."""
        return self._read(queries.secret, name)

    # people

    def save_officer(self, officer: port.Officer) -> None:
        """Add or replace."""
        self._change(changes.save_officer, officer)

    def officer(self, officer: str) -> port.Officer | None:
        """By id."""
        return self._read(queries.officer, officer)

    def officers(self) -> Sequence[port.Officer]:
        """All, by name."""
        return self._read(queries.officers)

    def save_credential(self, credential: port.Credential) -> None:
        """Add or replace."""
        self._change(changes.save_credential, credential)

    def credential(
        self, digest: bytes, sort: str, now: datetime.datetime
    ) -> port.Credential | None:
        """By digest and sort, unless expired at `now`."""
        return self._read(queries.credential, digest, sort, now)

    def take_credential(
        self, digest: bytes, sort: str, now: datetime.datetime
    ) -> port.Credential | None:
        """The same, and end it."""
        return self._change(changes.take_credential, digest, sort, now)

    def credentials(self, officer: str) -> Sequence[port.Credential]:
        """All of an officer, the newest first."""
        return self._read(queries.credentials, officer)

    def end_credentials(self, officer: str, sort: str = "") -> int:
        """End them; how many."""
        return self._change(changes.end_credentials, officer, sort)

    def save_passkey(self, passkey: port.Passkey) -> None:
        """Add, or replace that of the same officer."""
        self._change(people.save_passkey, passkey)

    def passkey(self, passkey: str) -> port.Passkey | None:
        """By id."""
        return self._read(people.passkey, passkey)

    def passkeys(self, officer: str = "") -> Sequence[port.Passkey]:
        """All of an officer, or of everyone, the oldest first."""
        return self._read(people.passkeys, officer)

    def end_passkey(self, passkey: str) -> None:
        """Take it away."""
        self._change(people.end_passkey, passkey)

    def save_proposal(self, proposal: port.Proposal) -> None:
        """Add it."""
        self._change(people.save_proposal, proposal)

    def proposal(self, digest: str) -> port.Proposal | None:
        """By digest."""
        return self._read(people.proposal, digest)

    def proposals(self, limit: int = 200) -> Sequence[port.Proposal]:
        """Those that are open, then those decided last."""
        return self._read(people.proposals, limit)

    def decide_proposal(
        self, digest: str, status: port.ProposalStatus, by: str, reason: str = ""
    ) -> bool:
        """Move an open proposal to `status`; whether it was open."""
        return self._change(people.decide_proposal, digest, status, by, reason)

    def reopen_proposal(self, digest: str) -> None:
        """Take back that it was approved."""
        self._change(people.reopen_proposal, digest)

    def note_proposal(self, digest: str, record: RecordId) -> None:
        """Keep which record an approved proposal became."""
        self._change(people.note_proposal, digest, record)

    # requests that may be repeated, and settings of the node

    def answered(self, officer: str, key: str) -> port.Answered | None:
        """The answer that was given, if the key was used."""
        return self._read(queries.answered, officer, key)

    def clear_answered(self, officers: Collection[str], before: datetime.datetime) -> int:
        """Take away old answers, page by page; how many."""
        count, last = 0, ("", "")
        while page := self._read(queries.answered_before, officers, before, last):
            self._change(changes.clear_answered, page, before)
            count, last = count + len(page), page[-1]
        return count

    def setting(self, name: str) -> str | None:
        """A node-wide value."""
        return self._read(queries.setting, name)

    def save_setting(self, name: str, value: str) -> None:
        """Keep it."""
        self._change(changes.save_setting, name, value)

    def examine(self) -> str:
        """What the engine's own examination finds first; empty if it finds nothing."""
        return self._read(self._examine)

    def close(self) -> None:
        """Let queued appends finish, then close. A second call does nothing."""
        self._pen.close()
        self._readers.close()
        self._released()
