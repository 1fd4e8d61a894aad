"""The tools of a desk: what an act needs from the world, gathered once by the node."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from comity import errors
from comity.desk import cabinet, halting, knowing
from comity.desk.challenges import Challenges
from comity.keys import filekeys
from comity.matters import directory, staff
from comity.policy import asks, engine
from comity.records import record
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.kinds import Registry
from comity.store import port
from comity.vault.port import Vault

Random = Callable[[int], bytes]


@dataclass(slots=True)
class AccessChain:
    """The end of the account of access: the last record and its position."""

    last: tuple[RecordId, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Everything outside the core, behind its ports."""

    authority: AuthorityId
    registry: Registry
    store: port.Store
    vault: Vault
    keys: filekeys.NodeKeys
    policy: engine.Engine
    cabinet: cabinet.Cabinet
    random: Random
    """So many fresh random bytes."""
    fetch: Callable[[AuthorityId], Callable[[str], bytes]]
    """Reaches the public ledger of a peer: of a peer, a path, its bytes."""
    access: AccessChain = field(default_factory=AccessChain)
    heads: dict[AuthorityId, record.Seen] = field(default_factory=dict)
    """The latest verified ledger head of each peer, for the headers of new records."""
    wake: list[Callable[[AuthorityId], None]] = field(default_factory=list)
    """Told of each peer for which something new waits."""
    halt: halting.Halt = field(default_factory=halting.Halt)
    """Whether this node may write and vouch."""
    challenges: Challenges = field(default_factory=Challenges)
    """What passkeys are asked to sign."""
    known: knowing.Known = field(default_factory=knowing.Known)
    """Who secrets name, for seconds."""

    def directory(self) -> directory.Directory:
        """The directory as it stands; `Unavailable` before this node founded or joined one."""
        found = self.cabinet.directory()
        if found is None:
            raise errors.Unavailable(
                "no-directory",
                "this node belongs to no directory yet",
                next_step="Found one or join one: comity directory found, comity directory join.",
            )
        return found

    def staff(self) -> staff.Staff:
        """The staff of this authority as it stands."""
        found = self.cabinet.staff()
        if found is None:
            raise errors.Unavailable(
                "no-staff",
                "this node keeps no staff yet",
                next_step="Start the node once: it begins the staff by itself.",
            )
        return found

    def charter(self) -> MatterId | None:
        """The matter id of the directory, if there is one: it names the federation."""
        found = self.cabinet.directory()
        return None if found is None else found.matter.id

    def salt(self) -> bytes:
        """A fresh salt for one sealed field."""
        return self.random(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One officer at work: who, for what purpose, when, with which tools, how well known."""

    officer: port.Officer
    purpose: str
    now: datetime.datetime
    tools: Tools
    scope: frozenset[asks.Scope] = asks.SIGNED_IN
    """What the session or token can be used for."""

    @property
    def authority(self) -> AuthorityId:
        """For whom the officer acts."""
        return self.tools.authority


NODE = port.Officer(id="node", name="this node", role="operator")
"""Who says what the node says by itself."""


def seen_of(tools: Tools, parties: frozenset[AuthorityId]) -> Mapping[AuthorityId, record.Seen]:
    """The heads of the parties' ledgers that this node has seen (rule 12)."""
    return {who: tools.heads[who] for who in sorted(parties) if who in tools.heads}
