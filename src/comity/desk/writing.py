"""What one record writes: itself, its disclosures, its registry line, and what goes to whom.

The same for own and foreign records. Who gets a disclosure follows from the record's signed
handling; what a kind keeps back until both sides consent stays back until the status says so; a
new party gets every record's skeleton from the lead and each author's disclosures from its author.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pydantic

from comity.desk import cabinet, tools
from comity.matters import cases
from comity.records import kinds, record, sealed
from comity.records.ids import AuthorityId, BlobId, RecordId
from comity.store import port


@dataclass(slots=True)
class Writes:
    """An append under construction."""

    records: list[port.NewRecord] = field(default_factory=list)
    disclosures: list[port.NewDisclosure] = field(default_factory=list)
    blobs: list[tuple[BlobId, bytes]] = field(default_factory=list)
    outgoing: list[port.Outgoing] = field(default_factory=list)
    matters: list[port.MatterRow] = field(default_factory=list)
    identifiers: list[port.IdentifierRow] = field(default_factory=list)
    decisions: list[port.Decision] = field(default_factory=list)
    answered: list[port.Answered] = field(default_factory=list)
    secrets: list[tuple[str, bytes]] = field(default_factory=list)

    def append(self) -> port.Append:
        """The frozen append."""
        return port.Append(
            records=tuple(self.records),
            disclosures=tuple(self.disclosures),
            blobs=tuple(self.blobs),
            outgoing=tuple(self.outgoing),
            matters=tuple(self.matters),
            identifiers=tuple(self.identifiers),
            decisions=tuple(self.decisions),
            answered=tuple(self.answered),
            secrets=tuple(self.secrets),
        )

    def peers(self) -> frozenset[AuthorityId]:
        """For whom something new waits."""
        return frozenset(one.peer for one in self.outgoing)


def add_record(
    writes: Writes,
    one: record.Record,
    signed: bytes,
    disclosures: Sequence[sealed.Disclosure],
    *,
    own: bool,
) -> None:
    """The record itself and the disclosures that are here."""
    writes.records.append(
        port.NewRecord(
            id=one.id,
            matter=one.matter,
            kind=one.kind,
            author=one.author,
            seq=one.seq,
            lamport=one.lamport,
            said_at=one.said_at,
            envelope=signed,
            own=own,
            after=one.after if own else (),
        )
    )
    writes.disclosures.extend(
        port.NewDisclosure(one.id, shown.digest, shown.text) for shown in disclosures
    )


def add_identifiers(
    writes: Writes, one: record.Record, disclosures: Sequence[sealed.Disclosure]
) -> None:
    """The identifiers that disclosures of a record show. Only for a record that counts: what is
    here answers blind questions, and nobody may put words into the mouth of this authority."""
    if isinstance(one.said, cases.IdentifiersNoted):
        writes.identifiers.extend(_identifiers(one, disclosures))


def _identifiers(
    one: record.Record, disclosures: Sequence[sealed.Disclosure]
) -> Iterator[port.IdentifierRow]:
    for shown in disclosures:
        if shown.name is not None:
            continue
        try:
            named = cases.Identifier.model_validate(shown.value)
        except pydantic.ValidationError:
            # It opens nothing in the record either (`record.statement`).
            continue
        yield port.IdentifierRow(named.cls, named.value, one.matter, one.id)


def entitled(one: record.Record, peer: AuthorityId) -> bool:
    """Whether the record's handling lets `peer` have its disclosures."""
    recipients = one.handling.recipients
    return recipients is None or peer in recipients


def kept_back(kind: kinds.Kind | None, disclosures: Iterable[sealed.Disclosure]) -> set[str]:
    """Digests of the fields that the kind keeps back until a status is reached."""
    held = kind.held if kind is not None else {}
    return {shown.digest for shown in disclosures if shown.name in held}


def send_own(
    writes: Writes,
    desk: tools.Tools,
    one: record.Record,
    disclosures: Sequence[sealed.Disclosure],
    recipients: frozenset[AuthorityId],
    blobs: tuple[BlobId, ...] = (),
) -> None:
    """Queue an own record for every recipient, with what each is entitled to."""
    back = kept_back(desk.registry.get(one.kind), disclosures)
    shown = tuple(d.digest for d in disclosures if d.digest not in back)
    for peer in sorted(recipients - {desk.authority}):
        may = entitled(one, peer)
        writes.outgoing.append(
            port.Outgoing(peer, one.id, shown if may else (), blobs if may else ())
        )


def follow(writes: Writes, desk: tools.Tools, folder: cabinet.Folder, one: record.Record) -> None:
    """What follows here from a record that was just admitted, own or foreign."""
    kind = desk.registry.get(one.kind)
    if kind is not None and isinstance(kind.effect, kinds.Moves):
        _release(writes, desk, folder, RecordId(str(one.open[kind.effect.field])))


def welcome(
    writes: Writes, desk: tools.Tools, folder: cabinet.Folder, before: frozenset[AuthorityId]
) -> None:
    """Send those who are parties now and were not `before` what they lack.

    By the chain in force, and not by the record that names them: on a branch that is not in force
    it makes nobody a party, and a vote may make somebody one.
    """
    parties = folder.matter.membership.parties
    if parties is before:
        return
    for newcomer in sorted(parties - before - {desk.authority}):
        _backfill(writes, desk, folder, newcomer)


def _backfill(
    writes: Writes, desk: tools.Tools, folder: cabinet.Folder, newcomer: AuthorityId
) -> None:
    """The lead sends every skeleton; each author sends its own disclosures itself."""
    # What a colleague said a moment ago counts already, and its disclosures may not be read yet.
    cabinet.settle(desk.store)
    leads = folder.matter.membership.lead == desk.authority
    wanted = [one for one in folder.matter.records() if leads or one.author == desk.authority]
    shown = desk.store.disclosures([one.id for one in wanted if one.author == desk.authority])
    queued = _queued(writes, desk, folder, newcomer)
    for one in wanted:
        disclosures = [sealed.disclosure(text) for text in shown.get(one.id, ())]
        back = kept_back(desk.registry.get(one.kind), disclosures)
        may = entitled(one, newcomer)
        given = tuple(d.digest for d in disclosures if may and d.digest not in back)
        if one.id not in queued or not queued[one.id].issuperset(given):
            writes.outgoing.append(port.Outgoing(newcomer, one.id, given))


def _queued(
    writes: Writes, desk: tools.Tools, folder: cabinet.Folder, newcomer: AuthorityId
) -> dict[RecordId, set[str]]:
    """Records of a matter that are, or were, on their way to a newcomer, with their disclosures."""
    found: dict[RecordId, set[str]] = {}
    known = folder.matter
    # Only who was a party before got anything; to read a whole stream for others is in vain.
    if known.forks() or newcomer in dict(known.membership.removed):
        found = desk.store.queued(newcomer, known.id)
    for row in writes.outgoing:
        if row.peer == newcomer:
            found.setdefault(row.record, set()).update(row.disclosures)
    return found


def _release(writes: Writes, desk: tools.Tools, folder: cabinet.Folder, thing: RecordId) -> None:
    """Own fields that were kept back until the status that the thing has now."""
    view = folder.matter.thing(thing)
    if view is None:
        return
    for one in (view.opening, *view.acts):
        kind = desk.registry[one.kind]
        names = {name for name, status in kind.held.items() if status == view.status}
        if not names or one.author != desk.authority:
            continue
        texts = desk.store.disclosures([one.id]).get(one.id, [])
        digests = tuple(d.digest for d in map(sealed.disclosure, texts) if d.name in names)
        for peer in sorted(folder.matter.membership.parties - {desk.authority}):
            if entitled(one, peer):
                writes.outgoing.append(port.Outgoing(peer, one.id, digests))
