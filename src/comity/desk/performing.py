"""`perform`: the one way in for an act. `preview` shows beforehand who would receive what."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from comity import errors
from comity.desk import cabinet, permitting, tools, writing
from comity.policy import engine
from comity.records import approval, kinds, record
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId
from comity.store import port

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An act that a second person approved, in the form in which it is signed."""

    statement: record.Statement
    said: kinds.Statement
    """The same, with its sealed fields open."""
    said_at: str
    approvals: tuple[approval.Approval, ...]
    second: port.Officer


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


def perform_approved(desk: tools.Desk, act: Act, ready: Approved) -> Done:
    """Do an act of two persons: as `perform`, with the approval in the record."""
    desk.tools.halt.bar_writing()
    kind = kind_of(desk.tools, act.kind)
    with named_matter(desk, act.matter, act.kind) as folder:
        permit = permitting.permitted_act(
            desk,
            kind,
            permitting.about(desk, folder.matter),
            said=ready.said,
            second=ready.second,
        )
        parties = folder.matter.membership.parties
        check_named(desk, kind, ready.said, parties)
        built = record.sign(
            kind,
            ready.statement,
            place=folder.matter.place(desk.authority, things_of(kind, ready.said)),
            officer=desk.officer.id,
            said_at=ready.said_at,
            charter=desk.tools.charter(),
            handling=act.handling,
            seen=tools.seen_of(desk.tools, parties),
            signer=desk.tools.keys.signer,
            approved=ready.approvals,
        )
        said, queued = queue(desk, act, built, folder, permit)
    appended = finish(queued)
    return Done(said.record, said.matter, appended.leaves[0])


def finish(queued: "Queued") -> port.Appended:
    """Wait until an append is durable, then wake the carriers."""
    try:
        appended = queued.future.result()
    except errors.ComityError:
        # Before anyone is told: the callback of `queue` may come a moment later.
        queued.forget(queued.matter)
        raise
    for peer in queued.peers:
        for wake in queued.wake:
            try:
                wake(peer)
            # The act is durable, whatever became of a carrier: its caller must not be told
            # otherwise. Rows that wait are found at the carrier's next round.
            except Exception:  # noqa: BLE001
                _log.exception("a carrier to %s could not be woken", peer)
    return appended


@dataclass(frozen=True, slots=True)
class Queued:
    """An append on its way to the disk."""

    future: Future[port.Appended]
    peers: frozenset[AuthorityId]
    wake: Sequence[Callable[[AuthorityId], None]]
    matter: MatterId
    forget: Callable[[MatterId], None]


class Several:
    """Acts that are said one after the other, and awaited together."""

    def __init__(self, desk: tools.Desk) -> None:
        self._desk = desk
        self._said: list[tuple[Said, Queued]] = []
        self.done: list[Done] = []
        """Filled once all of them are durable."""

    def say(self, act: Act) -> Said:
        """Say the next."""
        self._said.append(say(self._desk, act))
        return self._said[-1][0]

    def finish(self) -> None:
        """Wait for all of them."""
        for said, queued in self._said:
            self.done.append(Done(said.record, said.matter, finish(queued).leaves[0]))


@contextmanager
def several(desk: tools.Desk) -> Iterator[Several]:
    """Several acts; where one is refused those before it stand: they are awaited, and sent."""
    made = Several(desk)
    try:
        yield made
    finally:
        made.finish()


def say(desk: tools.Desk, act: Act) -> tuple[Said, Queued]:
    """Steps 1 to 5 of `perform`. Several acts may be said before the first is awaited."""
    desk.tools.halt.bar_writing()
    kind = kind_of(desk.tools, act.kind)
    said = record.draft(kind, act.said)
    if isinstance(kind.effect, kinds.Genesis):
        return _begin(desk, act, kind, said)
    with named_matter(desk, act.matter, act.kind) as folder:
        permit, built = _ready(desk, act, kind, said, folder)
        return queue(desk, act, built, folder, permit)


def check(desk: tools.Desk, act: Act) -> None:
    """Try an act as `say` does, and say nothing: raises whatever would refuse it now.

    For acts before which there is much to do: to take in, to encrypt, to compare.
    """
    desk.tools.halt.bar_writing()
    kind = kind_of(desk.tools, act.kind)
    said = record.draft(kind, act.said)
    if isinstance(kind.effect, kinds.Genesis):
        permitting.permitted_act(desk, kind, said=said)
        _check_listed(desk, _named(kind.effect, said))
        return
    with named_matter(desk, act.matter, act.kind) as folder:
        _, built = _ready(desk, act, kind, said, folder)
        bar_inadmissible(folder, built.record)


def _ready(
    desk: tools.Desk, act: Act, kind: kinds.Kind, said: kinds.Statement, folder: cabinet.Folder
) -> tuple[engine.Permit, record.Built]:
    """The permit for an act in a matter, and its record (steps 2 and 3)."""
    parties = folder.matter.membership.parties
    permit = permitting.permitted_act(desk, kind, permitting.about(desk, folder.matter), said=said)
    check_named(desk, kind, said, parties)
    place = folder.matter.place(desk.authority, things_of(kind, said))
    return permit, _built(desk, act, kind, said, place, parties)


def things_of(kind: kinds.Kind, said: kinds.Statement) -> tuple[RecordId, ...]:
    """The things that a statement acts on: its record has to stand after them."""
    match kind.effect:
        case kinds.Moves(field=name):
            return (RecordId(getattr(said, name)),)
        case kinds.Settles():
            return (RecordId(getattr(said, "about")),)  # noqa: B009 - the effect promises the field
        case _:
            return ()


@contextmanager
def named_matter(desk: tools.Desk, matter: MatterId | None, kind: str) -> Iterator[cabinet.Folder]:
    """The folder of the matter in which an act is said; `Invalid` if it names none."""
    if matter is None:
        raise errors.Invalid(
            "matter-missing",
            f"{kind} is said in a matter; name it",
            next_step="Open the matter that you mean, then try again.",
        )
    with desk.tools.cabinet.holding(matter) as folder:
        yield folder


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
    permit = permitting.permitted_act(desk, kind, said=said)
    _check_listed(desk, named)
    place = record.Place(matter=None, after=(), control=None, lamport=0, seq=0)
    built = _built(desk, act, kind, said, place, named | {desk.authority})
    with desk.tools.cabinet.holding(built.record.matter, new=True, begun=True) as folder:
        folder.title = cabinet.title_in(said)
        return queue(desk, act, built, folder, permit)


def _built(
    desk: tools.Desk,
    act: Act,
    kind: kinds.Kind,
    said: kinds.Statement,
    place: record.Place,
    parties: frozenset[AuthorityId],
) -> record.Built:
    own = desk.tools
    return record.build(
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


def bar_inadmissible(folder: cabinet.Folder, one: record.Record) -> None:
    reason = folder.matter.verdict(one)
    if reason is not None:
        raise errors.Refused(
            "not-admissible",
            f"{one.kind}: {reason}",
            next_step="Look at the matter as it stands now; somebody may have been faster.",
        )


def queue(
    desk: tools.Desk, act: Act, built: record.Built, folder: cabinet.Folder, permit: engine.Permit
) -> tuple[Said, Queued]:
    """Try the record, admit it, queue what it writes (steps 4 and 5)."""
    own, one = desk.tools, built.record
    about = one.matter if one.after else None
    engine.check(permit, action=own.policy.act(one.kind), about=about, now=desk.now)
    bar_inadmissible(folder, one)
    # Whom it removes is told of it as well.
    before = folder.matter.membership.parties if one.after else frozenset()
    said = Said(one.id, one.matter)
    folder.matter.admit(one)
    try:
        writes = _writes(desk.tools, act, built, folder, before)
        writes.decisions.append(_decision(desk, one, permit))
        if act.answer is not None:
            writes.answered.append(act.answer(said))
        # A crash from here to the commit leaves nothing of this act; nobody was told of it yet.
        future = own.store.append(writes.append())
    except BaseException:
        # The matter in memory holds a record that is written nowhere. The next act must not stand
        # after it: whoever gets that one would wait for this one for ever.
        own.cabinet.forget(one.matter)
        raise
    # The same, should the store refuse it: whether or not anybody waits for the outcome.
    future.add_done_callback(lambda done: _unless_done(done, own.cabinet, one.matter))
    return said, Queued(future, writes.peers(), own.wake, one.matter, own.cabinet.forget)


def _unless_done(done: Future[port.Appended], known: cabinet.Cabinet, matter: MatterId) -> None:
    if done.exception() is not None:
        known.forget(matter)


def _writes(
    own: tools.Tools,
    act: Act,
    built: record.Built,
    folder: cabinet.Folder,
    before: frozenset[AuthorityId],
) -> writing.Writes:
    """Everything that an admitted record writes, but why it was permitted and what is answered."""
    writes = writing.Writes()
    writing.add_record(writes, built.record, built.signed, built.disclosures, own=True)
    writing.add_identifiers(writes, built.record, built.disclosures)
    blobs = tuple((blob_id(blob), blob) for blob in act.blobs)
    writes.blobs.extend(blobs)
    writes.secrets.extend(act.secrets)
    everyone = before | folder.matter.membership.parties
    named = tuple(blob for blob, _ in blobs)
    writing.send_own(writes, own, built.record, built.disclosures, everyone, named)
    writing.follow(writes, own, folder, built.record)
    if built.record.after:
        writing.welcome(writes, own, folder, before)
    folder.arrived = built.record.said_at
    writes.matters.append(cabinet.row_of(folder))
    return writes


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


def check_named(
    desk: tools.Desk, kind: kinds.Kind, said: kinds.Statement, parties: frozenset[AuthorityId]
) -> None:
    """Whom a statement brings in is in the directory; whom it addresses takes part."""
    effect = kind.effect
    if isinstance(effect, kinds.Control):
        if effect.act == "add" and effect.within != frozenset({"directory"}):
            _check_listed(desk, frozenset({str(getattr(said, effect.field))}))
        # Listing somebody new is what brings it into the directory; the fold checks all others.
        return
    named = "to" in type(said).model_fields
    to = getattr(said, "to") if named else None  # noqa: B009 - the model has the field
    if to is not None and to not in parties:
        _check_listed(desk, frozenset({to}))
        raise errors.Refused(
            "addressee-no-party",
            f"{to} takes no part in this matter and would not get it",
            next_step="Ask the lead to add that authority first.",
        )


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
        permitting.permitted_act(desk, kind, said=said)
        _check_listed(desk, named)
        return named
    with named_matter(desk, act.matter, act.kind) as folder:
        permitting.permitted_act(desk, kind, permitting.about(desk, folder.matter), said=said)
        parties = folder.matter.membership.parties
        check_named(desk, kind, said, parties)
    if isinstance(kind.effect, kinds.Control) and kind.effect.act == "add":
        parties = parties | {AuthorityId(str(getattr(said, kind.effect.field)))}
    return parties


def _named(effect: kinds.Genesis, said: kinds.Statement) -> frozenset[AuthorityId]:
    return frozenset(getattr(said, effect.parties)) if effect.parties else frozenset()
