"""Cases: opened, joined, led, closed; what is noted in them.

A case is what authorities coordinate. Its lead alone writes membership; every party notes
identifiers, sets priority and talks. Content is sealed; that a case exists is known to its
parties only.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.records import kinds, sealed
from comity.records.ids import AuthorityRef, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

CASE = frozenset({"case"})
ANY = frozenset({"case", "directory", "report", "match"})
SHARED = frozenset({"case", "match"})
WITH_THINGS = frozenset({"case", "match", "report"})

Priority = Literal["routine", "urgent", "emergency"]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class Identifier(BaseModel):
    """One identifier of a target: its class, its normal form, and where it was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cls: Annotated[str, Field(min_length=2, max_length=20)]
    value: Annotated[str, Field(min_length=1, max_length=500)]
    context: Annotated[str, Field(max_length=500)] | None = None


class CaseOpened(Statement):
    """An authority opens a case and leads it."""

    title: Sealed[Annotated[str, Field(min_length=3, max_length=200)]] = sealed.field(
        N_("Title"), N_("What officers call this case. Name no person.")
    )
    summary: Sealed[Annotated[str, Field(max_length=10_000)] | None] = sealed.field(
        N_("Summary"), N_("What is known, and what this case is meant to reach.")
    )
    priority: Priority = Field("routine", title=N_("Priority"))
    parties: list[AuthorityRef] = Field(
        [],
        max_length=50,
        title=N_("Other parties"),
        description=N_("Who takes part from the start."),
    )
    origin: RecordRef | None = Field(
        None, title=N_("Grew out of"), description=N_("The report or match that led to this case.")
    )


class PartyAdded(Statement):
    """The lead takes another authority into the matter."""

    party: AuthorityRef = Field(title=N_("Authority"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class PartyRemoved(Statement):
    """The lead removes a party. What it did unseen by this is quarantined until ratified."""

    party: AuthorityRef = Field(title=N_("Authority"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class LeadOffered(Statement):
    """The lead offers the lead to another party, which must answer before anything else."""

    to: AuthorityRef = Field(title=N_("New lead"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class LeadAccepted(Statement):
    """The authority to which the lead was offered takes it."""


class LeadDeclined(Statement):
    """The authority to which the lead was offered leaves it where it is."""

    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class WorkRatified(Statement):
    """The lead lets quarantined work of a removed party stand."""

    records: list[RecordRef] = Field(min_length=1, max_length=100, title=N_("Records"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class CaseClosed(Statement):
    """The lead closes the case. Nothing more can be said in it."""

    outcome: Literal["disrupted", "referred", "no-further-action", "merged"] = Field(
        title=N_("Outcome")
    )
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class ForkVoted(Statement):
    """A party says which branch of a forked control chain should stand."""

    keep: RecordRef = Field(title=N_("Branch to keep"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class ForkResolved(Statement):
    """A majority having voted, the control chain goes on along one branch."""

    keep: RecordRef = Field(title=N_("Branch to keep"))


class ConflictSettled(Statement):
    """The lead decides which of two acts that cannot both stand does."""

    about: RecordRef = Field(title=N_("In conflict"))
    keep: RecordRef = Field(title=N_("Act to keep"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class IdentifiersNoted(Statement):
    """A party notes identifiers of the target, each sealed by itself."""

    identifiers: list[Sealed[Identifier]] = Field(
        min_length=1,
        max_length=200,
        title=N_("Identifiers"),
        description=N_("One a line: class, then value. For example: onion abc….onion"),
    )
    source: Sealed[Annotated[str, Field(max_length=500)] | None] = sealed.field(
        N_("Source"), N_("Where they come from.")
    )


class NoteMade(Statement):
    """A party tells the others something."""

    text: Sealed[Annotated[str, Field(min_length=1, max_length=10_000)]] = sealed.field(
        N_("Note"), N_("Seen by those entitled only.")
    )


class PrioritySet(Statement):
    """A party sets the priority. Two settings at once are shown as a conflict."""

    priority: Priority = Field(title=N_("Priority"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


KINDS = (
    Kind(
        name="case.opened/1",
        statement=CaseOpened,
        effect=kinds.Genesis("case", "parties"),
        title=N_("Open a case"),
        done=N_("opened the case"),
    ),
    Kind(
        name="party.added/1",
        statement=PartyAdded,
        effect=kinds.Control(CASE, "add", "party"),
        title=N_("Add a party"),
        done=N_("added a party"),
    ),
    Kind(
        name="party.removed/1",
        statement=PartyRemoved,
        needs="desk_head",
        effect=kinds.Control(CASE, "remove", "party"),
        title=N_("Remove a party"),
        done=N_("removed a party"),
    ),
    Kind(
        name="lead.offered/1",
        statement=LeadOffered,
        needs="desk_head",
        effect=kinds.Control(CASE, "offer", "to"),
        title=N_("Offer the lead"),
        done=N_("offered the lead"),
    ),
    Kind(
        name="lead.accepted/1",
        statement=LeadAccepted,
        needs="desk_head",
        effect=kinds.Control(CASE, "accept"),
        title=N_("Accept the lead"),
        done=N_("took the lead"),
    ),
    Kind(
        name="lead.declined/1",
        statement=LeadDeclined,
        needs="desk_head",
        effect=kinds.Control(CASE, "decline"),
        title=N_("Decline the lead"),
        done=N_("declined the lead"),
    ),
    Kind(
        name="work.ratified/1",
        statement=WorkRatified,
        needs="desk_head",
        effect=kinds.Control(CASE, "ratify", "records"),
        title=N_("Ratify quarantined work"),
        done=N_("ratified quarantined work"),
    ),
    Kind(
        name="case.closed/1",
        statement=CaseClosed,
        needs="desk_head",
        effect=kinds.Control(CASE, "close"),
        title=N_("Close the case"),
        done=N_("closed the case"),
    ),
    Kind(
        name="fork.voted/1",
        statement=ForkVoted,
        needs="desk_head",
        effect=kinds.Votes(ANY),
        title=N_("Vote on a fork"),
        done=N_("voted on a fork"),
        family="governance",
    ),
    Kind(
        name="fork.resolved/1",
        statement=ForkResolved,
        needs="desk_head",
        effect=kinds.Resolves(ANY),
        title=N_("Resolve a fork"),
        done=N_("resolved a fork"),
        family="governance",
    ),
    Kind(
        name="conflict.settled/1",
        statement=ConflictSettled,
        needs="desk_head",
        effect=kinds.Settles(WITH_THINGS),
        title=N_("Settle a conflict"),
        done=N_("settled a conflict"),
    ),
    Kind(
        name="identifiers.noted/1",
        statement=IdentifiersNoted,
        effect=kinds.Says(frozenset({"case", "report"})),
        title=N_("Note identifiers"),
        done=N_("noted identifiers"),
    ),
    Kind(
        name="note.made/1",
        statement=NoteMade,
        effect=kinds.Says(SHARED),
        title=N_("Write a note"),
        done=N_("wrote a note"),
    ),
    Kind(
        name="priority.set/1",
        statement=PrioritySet,
        effect=kinds.Says(CASE, "priority"),
        title=N_("Set the priority"),
        done=N_("set the priority"),
    ),
)
