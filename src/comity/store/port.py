"""What may be asked of the store, and what it promises. Two engines keep it: SQLite, PostgreSQL.

One pen appends: `append` queues, one writer takes what is queued, numbers the leaves, extends the
tiles and commits it all in one transaction; a caller's future is done only after that commit is
durable. What was queued together is committed together or not at all; what was queued first is
never committed later. If a commit fails, every waiting and every later append fails with
`Unavailable("storage-failed")` and the store stays closed for writing: the caller must not go on.
Reads see every commit that was acknowledged before they began.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal, Protocol

from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record to append: its exact envelope and what it is found by."""

    id: RecordId
    matter: MatterId
    kind: str
    author: AuthorityId
    seq: int
    lamport: int
    said_at: str
    envelope: bytes
    own: bool
    """Said by this node. (matter, seq) of own records is unique: a second writer fails."""
    after: tuple[RecordId, ...] = ()
    """The records that it stands on, for an own one. It fails where one of them is not stored: what
    was said while that one was on its way must not outlive its refusal."""


@dataclass(frozen=True, slots=True)
class NewDisclosure:
    """What opens one sealed field of a record."""

    record: RecordId
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing for one peer: a record, with some disclosures and blobs. The pen numbers it."""

    peer: AuthorityId
    record: RecordId
    disclosures: tuple[str, ...] = ()
    """Digests."""
    blobs: tuple[BlobId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow:
    """A line of the registry: a read model that can be made again from the records."""

    id: MatterId
    type: str
    lead: AuthorityId
    status: str
    priority: str
    opened_at: str
    changed_at: str
    parties: tuple[AuthorityId, ...]
    title: str
    """The disclosed title, empty where withheld."""
    records: int


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """An identifier that a matter holds, by class and normal form."""

    cls: str
    value: str
    matter: MatterId
    record: RecordId


@dataclass(frozen=True, slots=True)
class Decision:
    """Why an act was permitted."""

    record: RecordId
    officer: str
    action: str
    policies: tuple[str, ...]
    policy_digest: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that was given to a request with an idempotency key."""

    officer: str
    key: str
    request_digest: str
    status: int
    body: bytes
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Everything that one act, or one foreign record, writes."""

    records: tuple[NewRecord, ...] = ()
    disclosures: tuple[NewDisclosure, ...] = ()
    blobs: tuple[tuple[BlobId, bytes], ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    matters: tuple[MatterRow, ...] = ()
    identifiers: tuple[IdentifierRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    answered: tuple[Answered, ...] = ()
    secrets: tuple[tuple[str, bytes], ...] = ()
    """Private state of a procedure, by name: never exported (`take_secret` ends it)."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an append landed. It is durable."""

    leaves: tuple[int, ...]
    """The ledger index of each record; a record that was here before keeps its old one."""
    size: int
    """The ledger's size after the commit."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it lies in the store."""

    id: RecordId
    matter: MatterId
    kind: str
    author: AuthorityId
    leaf: int
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """An undelivered row of a peer's stream."""

    number: int
    record: RecordId
    disclosures: tuple[str, ...]
    blobs: tuple[BlobId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterQuery:
    """Which lines of the registry are wanted, newest change first."""

    types: tuple[str, ...] = ()
    status: str = ""
    text: str = ""
    """Words that the title must hold; or an identifier's exact normal form."""
    party: AuthorityId | None = None
    before: tuple[str, MatterId] | None = None
    """The (changed_at, id) of the last line of the page before."""
    limit: int = 50


Role = Literal["officer", "desk_head", "oversight", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """A person who acts for this authority."""

    id: str
    """The pseudonym that records carry."""
    name: str
    role: Role | Literal["node"]
    active: bool = True
    preferences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A secret that names an officer. Only its SHA-256 is kept."""

    digest: bytes
    officer: str
    sort: Literal["link", "session", "token"]
    label: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    assurance: Literal["", "link", "passkey", "oidc"] = ""
    """How the holder of a session proved who they are."""
    proved_at: datetime.datetime | None = None
    """When they did so last; where nobody has to, when the secret was made."""
    scope: str = ""
    """What a token can be used for: words with spaces between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A credential of a person's authenticator (Web Authentication, level 3)."""

    id: str
    """The credential's id, base64url without padding."""
    officer: str
    public_key: bytes
    """In COSE form."""
    sign_count: int
    label: str
    """What its holder calls it."""
    created_at: datetime.datetime
    used_at: datetime.datetime
    """When it was used last; until then, when it was made."""


ProposalStatus = Literal["open", "approved", "declined", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act that waits for a second person, in exactly the form in which it will be signed."""

    digest: str
    """What the second person approves."""
    officer: str
    """Who proposed it, and says it once it is approved."""
    kind: str
    matter: MatterId | None
    body: bytes
    """What is signed, and what opens it, as JSON. Private to this node until it is said."""
    status: ProposalStatus = "open"
    proposed_at: datetime.datetime
    expires_at: datetime.datetime
    decided_by: str = ""
    reason: str = ""
    record: RecordId | None = None
    """The record that it became."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """What this node knows of another's ledger and line."""

    peer: AuthorityId
    seen_size: int = 0
    seen_root: bytes = b""
    seen_note: str = ""
    """Its latest checkpoint that was verified and is consistent with all before."""
    acknowledged_size: int = 0
    """The size of our ledger that it cosigned last."""
    cosignature: str = ""
    last_contact: datetime.datetime | None = None
    last_fault: str = ""
    split_view: str = ""
    """The two notes that prove a split view, if there is one."""


class Store(Protocol):
    """Durable things of one node."""

    # writing records
    def append(self, what: Append) -> Future[Appended]:
        """Queue; the future is done when it is durable. Duplicates of records are skipped whole:
        their disclosures are added if new, and they are not numbered again."""

    def settle(self) -> None:
        """Wait until what was queued before is durable or refused, so that a read sees it; at once
        if nothing is queued or under way. `Unavailable` if the store failed."""

    def on_commit(self, tell: Callable[[Appended], None]) -> None:
        """Call `tell` after every commit, on the writer's thread; it must return at once."""

    # reading records
    def records(self, matter: MatterId) -> Sequence[StoredRecord]:
        """Every record of `matter`, in ledger order."""

    def record(self, record: RecordId) -> StoredRecord | None:
        """One record."""

    def last(self, matter: MatterId) -> StoredRecord | None:
        """The record of `matter` that came last in ledger order."""

    def held(self, records: Collection[RecordId]) -> set[RecordId]:
        """Which of `records` are here."""

    def disclosures(self, records: Collection[RecordId]) -> dict[RecordId, list[str]]:
        """The disclosures that are here, by record: one query, however many records."""

    def erase(self, record: RecordId, digests: Collection[str]) -> int:
        """Erase disclosures for good; how many there were. Durable on return."""

    def blob(self, blob: BlobId) -> bytes | None:
        """A blob's bytes, re-hashed on reading; `Unverified("blob-damaged")` if they changed."""

    def decisions(self, records: Collection[RecordId]) -> dict[RecordId, Decision]:
        """Why acts were permitted, by record."""

    # the registry
    def matters(self, query: MatterQuery) -> Sequence[MatterRow]:
        """A page of the registry."""

    def matter(self, matter: MatterId) -> MatterRow | None:
        """One line."""

    def holding(self, identifiers: Collection[tuple[str, str]]) -> Sequence[IdentifierRow]:
        """Where these (class, value) identifiers are noted."""

    def identifiers(self, matter: MatterId) -> Sequence[IdentifierRow]:
        """What a matter holds."""

    def identifiers_of(self, classes: Collection[str]) -> Iterator[tuple[str, str]]:
        """Every distinct (class, value) of these classes that is noted anywhere here, streamed."""

    # the ledger
    @property
    def size(self) -> int:
        """Leaves that are durable."""

    def tile(self, level: int, number: int) -> bytes:
        """A tile as it lies here: up to 256 hashes; empty if it does not exist."""

    def leaves(self, start: int, stop: int) -> Sequence[RecordId]:
        """The record ids of leaves [start, stop)."""

    def leaf(self, record: RecordId) -> int | None:
        """The ledger index of a record."""

    # streams to peers
    def pending(self, peer: AuthorityId, limit: int) -> Sequence[Pending]:
        """The oldest undelivered rows of a peer's stream."""

    def queued(self, peer: AuthorityId, matter: MatterId) -> dict[RecordId, set[str]]:
        """The records of `matter` that were ever queued for a peer, delivered or not, and the
        digests of the disclosures queued with each. Reads the whole stream of the peer."""

    def waiting_peers(self) -> dict[AuthorityId, int]:
        """How many undelivered rows each peer has."""

    def delivered(self, peer: AuthorityId, through: int, records: Collection[RecordId]) -> None:
        """Mark rows numbered up to `through` whose record is in `records` as delivered."""

    def peer(self, peer: AuthorityId) -> PeerRow:
        """What is known of a peer; a blank row for a new one."""

    def save_peer(self, row: PeerRow) -> None:
        """Keep it. Durable on return: a cosignature may be released only after this."""

    # private state of procedures
    def take_secret(self, name: str) -> bytes | None:
        """Read and delete a secret, in one step."""

    def secret(self, name: str) -> bytes | None:
        """Read a secret."""

    # people
    def save_officer(self, officer: Officer) -> None:
        """Add or replace."""

    def officer(self, officer: str) -> Officer | None:
        """By id."""

    def officers(self) -> Sequence[Officer]:
        """All, by name."""

    def save_credential(self, credential: Credential) -> None:
        """Add or replace."""

    def credential(self, digest: bytes, sort: str, now: datetime.datetime) -> Credential | None:
        """By digest and sort, unless expired at `now`."""

    def take_credential(
        self, digest: bytes, sort: str, now: datetime.datetime
    ) -> Credential | None:
        """The same, and end it: of two callers at once, one gets it."""

    def credentials(self, officer: str) -> Sequence[Credential]:
        """All of an officer."""

    def end_credentials(self, officer: str, sort: str = "") -> int:
        """End them; how many."""

    def save_passkey(self, passkey: Passkey) -> None:
        """Add, or replace that of the same officer; `Conflict` if it is another's."""

    def passkey(self, passkey: str) -> Passkey | None:
        """By id."""

    def passkeys(self, officer: str = "") -> Sequence[Passkey]:
        """All of an officer, or of everyone, the oldest first."""

    def end_passkey(self, passkey: str) -> None:
        """Take it away."""

    def save_proposal(self, proposal: Proposal) -> None:
        """Add it; one with the same digest is the same and stays as it is."""

    def proposal(self, digest: str) -> Proposal | None:
        """By digest."""

    def proposals(self, limit: int = 200) -> Sequence[Proposal]:
        """Those that are open, then those decided last."""

    def decide_proposal(
        self, digest: str, status: ProposalStatus, by: str, reason: str = ""
    ) -> bool:
        """Move an open proposal to `status`: of two callers at once, one succeeds."""

    def reopen_proposal(self, digest: str) -> None:
        """Take back that it was approved: its act was refused."""

    def note_proposal(self, digest: str, record: RecordId) -> None:
        """Keep which record an approved proposal became."""

    # requests that may be repeated
    def answered(self, officer: str, key: str) -> Answered | None:
        """The answer that was given, if the key was used."""

    def clear_answered(self, officers: Collection[str], before: datetime.datetime) -> int:
        """Take away what was answered to these officers before an instant, in steps so small that
        nobody waits long behind one; how many. Broken off, it leaves some for the next time."""

    # settings of the node itself
    def setting(self, name: str) -> str | None:
        """A node-wide value: the pinned directory, the access matter."""

    def save_setting(self, name: str, value: str) -> None:
        """Keep it."""

    def close(self) -> None:
        """Let queued appends finish, then stop the writer and close."""

    def all_records(self, after_leaf: int = -1) -> Iterator[StoredRecord]:
        """Every record in ledger order, streamed."""
