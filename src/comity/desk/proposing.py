"""Acts of two persons: proposed by one, approved by another's passkey, then said by the first.

A proposal is the act in exactly the form in which it will be signed; its digest is what the second
person's passkey signs. It is private to this node until it is said. The permit is asked for when
it is approved, for both as they stand then: who lost a role meanwhile says nothing.
"""

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity import errors
from comity.desk import passkeys, people, performing, permitting, tools
from comity.policy import asks
from comity.records import approval, kinds, record, sealed, strict_json
from comity.records.ids import MatterId
from comity.store import port

Proposal = port.Proposal

LIFETIME = datetime.timedelta(days=7)
"""How long a proposal waits."""
NEEDED = frozenset({"rights-need-a-second-person", "desks-are-filled-by-desk-heads"})
"""The refusals that a second person can lift."""
SECONDS: tuple[port.Role, ...] = ("desk_head", "operator", "oversight")
"""The roles of those who approve, the likeliest first: its refusal is the one that is told."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal as the desk shows it: who says what, with its sealed fields open."""

    row: port.Proposal
    proposer: str
    """The name."""
    kind: kinds.Kind
    said: kinds.Statement
    handling: record.Handling
    own: bool
    """The asker proposed it."""
    status: str
    """That of the row; `lapsed` when nobody decided in time."""


def propose(desk: tools.Desk, act: performing.Act) -> port.Proposal:
    """Put an act before a second person; refused where no second person could help."""
    own = desk.tools
    own.halt.bar_writing()
    kind = performing.kind_of(own, act.kind)
    said = record.draft(kind, act.said)
    if not kind.gives_rights:
        raise errors.Invalid(
            "second-not-needed",
            f"{kind.name} is said by one person",
            next_step="Say it yourself.",
        )
    with performing.named_matter(desk, act.matter, kind.name):
        pass  # What begins a matter is done by one person.
    _bar_pointless(desk, kind, said, act.matter)
    statement = record.seal(kind, said, own.salt)
    members = {
        "kind": kind.name,
        "matter": act.matter,
        "author": desk.authority,
        "officer": desk.officer.id,
        "said_at": record.instant(desk.now),
        "handling": record.written(act.handling),
        "said": statement.part,
    }
    opened = [one.text for one in statement.disclosures]
    made = port.Proposal(
        digest=approval.digest(members),
        officer=desk.officer.id,
        kind=kind.name,
        matter=act.matter,
        body=strict_json.dumps({"members": members, "disclosures": opened}),
        proposed_at=desk.now,
        expires_at=desk.now + LIFETIME,
    )
    own.store.save_proposal(made)
    return made


def _bar_pointless(
    desk: tools.Desk, kind: kinds.Kind, said: kinds.Statement, matter: MatterId | None
) -> None:
    """Refuse what would be refused whoever approved it."""
    refused: errors.ComityError | None = None
    for role in SECONDS:
        second = port.Officer(id="", name="", role=role)
        try:
            permitting.permitted_act(desk, kind, _about(desk, matter), said=said, second=second)
        except errors.ComityError as fault:
            refused = refused or fault
        else:
            return
    assert refused is not None
    raise refused


def _about(desk: tools.Desk, matter: MatterId | None) -> asks.About | None:
    if matter is None:
        return None
    with desk.tools.cabinet.holding(matter) as folder:
        return permitting.about(desk, folder.matter)


def listed(desk: tools.Desk) -> Sequence[Waiting]:
    """The proposals that this officer made or might approve, the open ones first."""
    permitting.permitted(desk, "approve.proposal")
    names = {one.id: one.name for one in desk.tools.store.officers()}
    found = (shown(desk, row, names) for row in desk.tools.store.proposals())
    return [one for one in found if one.own or _may_decide(desk, one)]


def one(desk: tools.Desk, digest: str) -> Waiting:
    """One of these; what this officer may not see is not here."""
    row = desk.tools.store.proposal(digest)
    if row is not None:
        names = {one.id: one.name for one in desk.tools.store.officers()}
        found = shown(desk, row, names)
        if found.own or _may_decide(desk, found):
            return found
    raise errors.NotFound(
        "proposal-unknown",
        "there is no such proposal here",
        next_step="Look at the list of proposals; it may have been withdrawn.",
    )


def shown(desk: tools.Desk, row: port.Proposal, names: Mapping[str, str]) -> Waiting:
    """A proposal with its sealed fields open."""
    kind = performing.kind_of(desk.tools, row.kind)
    members, disclosures = _body(row)
    lapsed = row.status == "open" and desk.now >= row.expires_at
    return Waiting(
        row=row,
        proposer=names.get(row.officer, row.officer),
        kind=kind,
        said=record.statement(kind, members["said"], disclosures),
        handling=record.Handling.model_validate(members["handling"]),
        own=row.officer == desk.officer.id,
        status="lapsed" if lapsed else row.status,
    )


def _body(row: port.Proposal) -> tuple[dict[str, Any], tuple[sealed.Disclosure, ...]]:
    body = json.loads(row.body)
    return body["members"], tuple(sealed.disclosure(text) for text in body["disclosures"])


def _may_decide(desk: tools.Desk, found: Waiting) -> bool:
    try:
        permitting.permitted(desk, "approve.proposal")
        if found.row.matter is not None and found.kind.family != "staff":
            permitting.permitted_on(desk, "read.matter", found.row.matter)
    except errors.ComityError:
        return False
    return True


def approve(
    desk: tools.Desk, digest: str, assertion: Mapping[str, Any], site: passkeys.Site
) -> performing.Done:
    """Approve a proposal with this officer's passkey, and say it.

    1. It is open, and of another person: by account and by staff number.
    2. The passkey is this officer's, and what it signed is this very proposal.
    3. Policy permits it to the proposer and the second person as they stand now.
    4. Of two who approve at once one succeeds; the act is said with the approval in it.
    """
    own = desk.tools
    own.halt.bar_writing()
    # (1)
    found = one(desk, digest)
    _bar_decided(found)
    permitting.permitted(desk, "approve.proposal")
    proposer = _proposer(desk, found)
    # (2)
    given = passkeys.approval_of(desk, digest, assertion, site)
    approval.check(given, digest, found.row.officer)
    # (3), (4)
    if not own.store.decide_proposal(digest, "approved", desk.officer.id):
        raise _decided("approved")
    try:
        done = _say(desk, found, proposer, given)
    except BaseException:
        # A crash from the decision to here leaves it approved and unsaid: it is proposed again.
        own.store.reopen_proposal(digest)
        raise
    own.store.note_proposal(digest, done.record)
    return done


def _say(
    desk: tools.Desk, found: Waiting, proposer: tools.Desk, given: approval.Approval
) -> performing.Done:
    members, disclosures = _body(found.row)
    statement = record.Statement(members["said"], disclosures)
    act = performing.Act(
        kind=found.kind.name,
        matter=found.row.matter,
        said={},
        handling=found.handling,
    )
    ready = performing.Approved(
        statement=statement,
        said=found.said,
        said_at=members["said_at"],
        approvals=(given,),
        second=desk.officer,
    )
    done = performing.perform_approved(proposer, act, ready)
    values = found.said.model_dump(mode="json")
    if found.kind.name == "officer.admitted/1":
        people.enter(desk.tools, values)
    if found.kind.name == "passkeys.withdrawn/1":
        # Whoever holds a lost passkey may have come in with it.
        desk.tools.store.end_credentials(values["officer"])
    desk.tools.known.forget()
    return done


def _proposer(desk: tools.Desk, found: Waiting) -> tools.Desk:
    """The desk of who proposed, as they stand now; refused if that is the same person."""
    own = desk.tools
    row = own.store.officer(found.row.officer)
    officer = people.as_of(own, row, desk.now) if row else None
    if officer is None or not officer.active:
        raise errors.Refused(
            "proposer-gone",
            "who proposed this is not active any more",
            next_step="Propose it anew, if it is still wanted.",
        )
    if people.same_person(own, officer.id, desk.officer.id):
        raise errors.Refused(
            "approval-by-proposer",
            "nobody approves what they proposed themselves",
            next_step="Ask a second person to approve it.",
        )
    return dataclasses.replace(desk, officer=officer, scope=asks.PRESENT)


def decline(desk: tools.Desk, digest: str, reason: str) -> None:
    """Say no to a proposal, or take one's own back."""
    found = one(desk, digest)
    _bar_decided(found)
    if not reason.strip() and not found.own:
        raise errors.Invalid(
            "reason-missing", "a no needs a reason", next_step="Say why, in a sentence."
        )
    status: port.ProposalStatus = "withdrawn" if found.own else "declined"
    if not desk.tools.store.decide_proposal(digest, status, desk.officer.id, reason.strip()[:2000]):
        raise _decided("decided")


def _bar_decided(found: Waiting) -> None:
    if found.status != "open":
        raise _decided(found.status)


def _decided(status: str) -> errors.Conflict:
    return errors.Conflict(
        "proposal-decided",
        f"this proposal is not open any more: {status}",
        next_step="Look at what became of it; propose it anew if it is still wanted.",
    )
