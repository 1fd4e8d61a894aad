"""`perform`: the one way in for an act. `preview` shows beforehand who would receive what."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from comity import errors
from comity.desk import cabinet, permitting, tools, writing
from comity.policy import asks, denials, engine
from comity.records import kinds, record, sealed
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an officer wants to say."""

    kind: str
    matter: MatterId | None = None
    """None to begin a new matter."""
    said: Mapping[str, Any]
    handling: record.Handling = field(default_factory=record.Handling)
    blobs: tuple[bytes, ...] = ()
    """Bytes that the statement names by digest; they travel with it."""
    secrets: tuple[tuple[str, bytes], ...] = ()
    answer: Callable[["Said"], port.Answered] | None = None
    """Makes the row that lets the same request be answered again (idempotency)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of an act, before its place in the ledger is known."""

    record: RecordId
    matter: MatterId


@dataclass(frozen=True, slots=True)
class Done:
    """An act that is durable: its record, its matter, its leaf in this node's ledger."""

    record: RecordId
    matter: MatterId
    leaf: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who would receive a record, what of it, and why."""

    authority: AuthorityId
    name: str
    shown: tuple[str, ...]
    """The sealed fields that it could read."""
    hidden: tuple[str, ...]
    why: str


def perform(desk: tools.Desk, act: Act) -> Done:
    """Do an act.

    1. The statement is complete and well formed.
    2. Policy permits it, or says why not.
    3. The record is built, sealed and signed on the matter as it stands.
    4. It is tried on the matter: a rejection stops here and nothing was said.
    5. Record, disclosures, registry line, decision and outgoing rows are queued as one append;
       the matter in memory moves on, so that the next act here stands after this one.
    6. Wait until it is durable; only then is it told to anyone.
    """
    said, queued = say(desk, act)
    appended = finish(queued)
    return Done(said.record, said.matter, appended.leaves[0])


def finish(queued: "Queued") -> port.Appended:
    """Wait until an append is durable, then wake the carriers."""
    try:
        appended = queued.future.result()
    except errors.Conflict:
        # Another writer took the place; what this process remembers of the matter is not so.
        queued.forget(queued.matter)
        raise
    for peer in queued.peers:
        for wake in queued.wake:
            wake(peer)
    return appended


@dataclass(frozen=True, slots=True)
class Queued:
    """An append on its way to the disk."""

    future: Future[port.Appended]
    peers: frozenset[AuthorityId]
    wake: Sequence[Callable[[AuthorityId], None]]
    matter: MatterId
    forget: Callable[[MatterId], None]


def say(desk: tools.Desk, act: Act) -> tuple[Said, Queued]:
    """Steps 1 to 5 of `perform`. Several acts may be said before the first is awaited."""
    desk.tools.halt.bar_writing()
    kind = kind_of(desk.tools, act.kind)
    said = record.draft(kind, act.said)
    if isinstance(kind.effect, kinds.Genesis):
        return _begin(desk, act, kind, said)
    with _named_matter(desk, act) as folder:
        permit = permitting.permitted_act(desk, kind, asks.about(folder.matter))
        check_named(desk, kind, said)
        place = folder.matter.place(desk.authority, _about(kind, said))
        return _put(desk, act, kind, said, folder, place, permit)


def _about(kind: kinds.Kind, said: kinds.Statement) -> tuple[RecordId, ...]:
    """The things that a statement acts on: its record has to stand after them."""
    match kind.effect:
        case kinds.Moves(field=name):
            return (RecordId(getattr(said, name)),)
        case kinds.Settles():
            return (RecordId(getattr(said, "about")),)  # noqa: B009 - the effect promises the field
        case _:
            return ()


@contextmanager
def _named_matter(desk: tools.Desk, act: Act) -> Iterator[cabinet.Folder]:
    if act.matter is None:
        raise errors.Invalid("matter-missing", f"{act.kind} is said in a matter; name it")
    try:
        with desk.tools.cabinet.holding(act.matter) as folder:
            yield folder
    except errors.NotFound as fault:
        if fault.code != "matter-unknown":
            raise
        # Said in policy's words, so that it is the same as for a matter that may not be known of.
        raise denials.unknown_matter() from None


def kind_of(desk: tools.Tools, name: str) -> kinds.Kind:
    """A kind that officers of this version may use."""
    kind = desk.registry.get(name)
    if kind is None:
        raise errors.NotFound("kind-unknown", f"there is no kind {name} in this version")
    return kind


def _begin(
    desk: tools.Desk, act: Act, kind: kinds.Kind, said: kinds.Statement
) -> tuple[Said, Queued]:
    effect = kind.effect
    assert isinstance(effect, kinds.Genesis)
    named = _named(effect, said)
    permit = permitting.permitted_act(desk, kind)
    _check_listed(desk, named)
    place = record.Place(matter=None, after=(), control=None, lamport=0, seq=0)
    return _put(desk, act, kind, said, None, place, permit, named | {desk.authority})


def _put(
    desk: tools.Desk,
    act: Act,
    kind: kinds.Kind,
    said: kinds.Statement,
    folder: cabinet.Folder | None,
    place: record.Place,
    permit: engine.Permit,
    parties: frozenset[AuthorityId] = frozenset(),
) -> tuple[Said, Queued]:
    """Build, try, queue (steps 3 to 5), under the matter's lock if there is a matter."""
    own = desk.tools
    parties = parties or (folder.matter.membership.parties if folder else frozenset())
    signed, disclosures, one = record.build(
        kind,
        said,
        place=place,
        officer=desk.officer.id,
        said_at=desk.now,
        charter=own.charter(),
        handling=act.handling,
        seen=tools.seen_of(own, parties),
        signer=own.keys.signer,
        salt=own.salt,
    )
    if folder is None:
        with own.cabinet.holding(one.matter, new=True, begun=True) as fresh:
            fresh.title = cabinet.title_in(said)
            return _queue(desk, act, one, signed, disclosures, fresh, permit, parties)
    return _queue(desk, act, one, signed, disclosures, folder, permit, parties)


def _queue(
    desk: tools.Desk,
    act: Act,
    one: record.Record,
    signed: bytes,
    disclosures: Sequence[sealed.Disclosure],
    folder: cabinet.Folder,
    permit: engine.Permit,
    parties: frozenset[AuthorityId],
) -> tuple[Said, Queued]:
    reason = folder.matter.verdict(one)
    if reason is not None:
        raise errors.Refused(
            "not-admissible",
            f"{one.kind}: {reason}",
            next_step="Look at the matter as it stands now; somebody may have been faster.",
        )
    folder.matter.admit(one)
    writes = writing.Writes()
    writing.add_record(writes, one, signed, disclosures, own=True)
    blobs = tuple((blob_id(blob), blob) for blob in act.blobs)
    writes.blobs.extend(blobs)
    writes.secrets.extend(act.secrets)
    everyone = parties | folder.matter.membership.parties
    writing.send_own(
        writes, desk.tools, one, disclosures, everyone, tuple(blob for blob, _ in blobs)
    )
    writing.follow(writes, desk.tools, folder, one)
    writes.matters.append(cabinet.row_of(folder))
    writes.decisions.append(_decision(desk, one, permit))
    said = Said(one.id, one.matter)
    if act.answer is not None:
        writes.answered.append(act.answer(said))
    # A crash from here to the commit leaves nothing of this act; nobody was told of it yet.
    future = desk.tools.store.append(writes.append())
    own = desk.tools
    return said, Queued(future, writes.peers(), own.wake, one.matter, own.cabinet.forget)


def _decision(desk: tools.Desk, one: record.Record, permit: engine.Permit) -> port.Decision:
    return port.Decision(
        record=one.id,
        officer=desk.officer.id,
        action=permit.action,
        policies=permit.policies,
        policy_digest=permit.policy_digest,
        at=desk.now,
    )


def blob_id(blob: bytes) -> BlobId:
    """SHA-256 of bytes that travel with a record."""
    return BlobId(hashlib.sha256(blob).hexdigest())


def check_named(desk: tools.Desk, kind: kinds.Kind, said: kinds.Statement) -> None:
    """Every authority that a statement brings in or addresses is in the directory."""
    effect = kind.effect
    if isinstance(effect, kinds.Control) and effect.within == frozenset({"directory"}):
        # Listing somebody new is what brings it into the directory.
        return
    names = {"to"} & set(type(said).model_fields)
    if isinstance(effect, kinds.Control) and effect.act == "add":
        names.add(effect.field)
    _check_listed(desk, frozenset(str(getattr(said, name)) for name in names))


def _check_listed(desk: tools.Desk, named: frozenset[str]) -> None:
    for who in sorted(named):
        if who != desk.authority and desk.tools.directory().listing(AuthorityId(who)) is None:
            raise errors.Refused(
                "authority-unknown",
                f"{who} is not in the directory",
                next_step="Check the name, or ask for the authority to be listed first.",
            )


def preview(desk: tools.Desk, act: Act) -> tuple[Recipient, ...]:
    """Who would receive what of an act, and why; says nothing and changes nothing."""
    kind = kind_of(desk.tools, act.kind)
    said = record.draft(kind, act.said)
    sealed_names = tuple(name for name in kinds.sealed_fields(kind.statement) if _given(said, name))
    parties = _audience(desk, act, kind, said)
    found = []
    for peer in sorted(parties - {desk.authority}):
        given = act.handling.recipients is None or peer in act.handling.recipients
        shown = tuple(n for n in sealed_names if given and n not in kind.held)
        listing = desk.tools.directory().listing(peer)
        found.append(
            Recipient(
                authority=peer,
                name=listing.name if listing else peer,
                shown=shown,
                hidden=tuple(n for n in sealed_names if n not in shown),
                why="party" if given else "party-not-recipient",
            )
        )
    return tuple(found)


def _given(said: kinds.Statement, name: str) -> bool:
    value = getattr(said, name)
    return bool(value) if isinstance(value, (list, tuple)) else not value.withheld


def _audience(
    desk: tools.Desk, act: Act, kind: kinds.Kind, said: kinds.Statement
) -> frozenset[AuthorityId]:
    """Everyone who would get the record; `Refused` where the act itself would be."""
    if isinstance(kind.effect, kinds.Genesis):
        named = _named(kind.effect, said)
        permitting.permitted_act(desk, kind)
        return named
    with _named_matter(desk, act) as folder:
        permitting.permitted_act(desk, kind, asks.about(folder.matter))
        parties = folder.matter.membership.parties
    if isinstance(kind.effect, kinds.Control) and kind.effect.act == "add":
        parties = parties | {AuthorityId(str(getattr(said, kind.effect.field)))}
    return parties


def _named(effect: kinds.Genesis, said: kinds.Statement) -> frozenset[AuthorityId]:
    return frozenset(getattr(said, effect.parties)) if effect.parties else frozenset()
