"""The control chain: who is party, who leads, whether the matter is open.

Only the lead writes it, each link naming its predecessor, so the lawful author of every position
follows from the prefix and no two members can remove each other. An offered hand-over is final:
the only next link is the offeree's accept or decline (clauses F5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from comity.records import ids, kinds
from comity.records.ids import AuthorityId, RecordId
from comity.records.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What the control chain adds up to after one of its links."""

    depth: int
    lead: AuthorityId
    parties: frozenset[AuthorityId]
    offered: AuthorityId | None = None
    closed: bool = False
    removed: tuple[tuple[AuthorityId, RecordId], ...] = ()
    """Every removal so far: whose, and by which record."""
    ratified: frozenset[RecordId] = frozenset()


@dataclass(frozen=True, slots=True)
class Point:
    """Where the control chain stands in some past: its head, or the fork that stops it."""

    head: RecordId
    membership: Membership
    branches: tuple[RecordId, ...] = ()

    @property
    def frozen(self) -> bool:
        """Whether the chain forks here and no majority chose a branch yet."""
        return bool(self.branches)


def founded(record: Record, effect: kinds.Genesis) -> Membership:
    """The membership that a genesis record makes: its author leads."""
    named = (who for who in named_in(record.open, effect.parties) if ids.is_authority(who))
    parties = frozenset(AuthorityId(who) for who in named)
    return Membership(depth=0, lead=record.author, parties=parties | {record.author})


def next_link(before: Membership, record: Record, effect: kinds.Control) -> Membership | str:
    """The membership after `record`, or why it may not be the next link."""
    if before.closed:
        return "the matter is closed"
    if before.offered is not None:
        return _answered(before, before.offered, record, effect)
    if record.author != before.lead:
        return f"only the lead, {before.lead}, may do this"
    after = replace(before, depth=before.depth + 1)
    match effect.act:
        case "add":
            return _added(after, _named(record.open, effect))
        case "remove":
            return _removed(after, record, _named(record.open, effect))
        case "offer":
            return _offered(after, _named(record.open, effect))
        case "close":
            return replace(after, closed=True)
        case "ratify":
            named = named_in(record.open, effect.field)
            return replace(after, ratified=after.ratified | {RecordId(one) for one in named})
        case "amend":
            return after
        case "accept" | "decline":
            return "no lead was offered"


def named_in(said: Mapping[str, Any], field: str) -> frozenset[str]:
    """The texts that an open field lists; what else stands there names nothing."""
    value = said.get(field)
    if not isinstance(value, list):
        return frozenset()
    return frozenset(one for one in value if isinstance(one, str))


def _answered(
    before: Membership, offered: AuthorityId, record: Record, effect: kinds.Control
) -> Membership | str:
    if record.author != offered or effect.act not in ("accept", "decline"):
        return f"the lead was offered to {offered}, who must answer first"
    lead = offered if effect.act == "accept" else before.lead
    return replace(before, depth=before.depth + 1, lead=lead, offered=None)


def _added(after: Membership, who: AuthorityId) -> Membership | str:
    if not ids.is_authority(who):
        return "it names no authority"
    if who in after.parties:
        return f"{who} is a party already"
    return replace(after, parties=after.parties | {who})


def _removed(after: Membership, record: Record, who: AuthorityId) -> Membership | str:
    if who == after.lead:
        return "the lead cannot be removed; hand the lead over first"
    if who not in after.parties:
        return f"{who} is no party"
    return replace(after, parties=after.parties - {who}, removed=(*after.removed, (who, record.id)))


def _offered(after: Membership, who: AuthorityId) -> Membership | str:
    if who not in after.parties or who == after.lead:
        return f"the lead can be offered to another party only, not to {who}"
    return replace(after, offered=who)


def _named(said: Mapping[str, Any], effect: kinds.Control) -> AuthorityId:
    return AuthorityId(str(said.get(effect.field, "")))
