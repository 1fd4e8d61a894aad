"""Evidence: exhibits and the hand-overs between parties.

An exhibit is described by a record; its bytes lie encrypted in the vault and travel as pieces that
the hand-over names. A hand-over is complete only when the giver has signed the offer and the
taker, having hashed what it got, has signed the receipt.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from comity.matters.cases import CASE, Reason
from comity.records import kinds, sealed
from comity.records.ids import AuthorityRef, BlobRef, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Content(BaseModel):
    """What exactly the exhibit is: sealed, because a digest tells who holds the same file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=500)]
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class ExhibitTaken(Statement):
    """A party takes an item of evidence into custody."""

    content: Sealed[Content] = sealed.field(N_("File"))
    description: Sealed[Annotated[str, Field(max_length=2000)]] = sealed.field(N_("Description"))
    source: Sealed[Annotated[str, Field(max_length=500)]] = sealed.field(
        N_("Source"), N_("Where it was taken from, by whom, with which tool.")
    )
    method: Literal["seizure", "provider-answer", "public-source", "voluntary", "other"] = Field(
        title=N_("How it was acquired")
    )
    basis: str = Field(max_length=200, title=N_("Legal basis"))


class ExhibitOffered(Statement):
    """The holder hands the exhibit over: it signs what it gives, to whom and for what purpose."""

    exhibit: RecordRef = Field(title=N_("Exhibit"))
    to: AuthorityRef = Field(title=N_("Taker"))
    purpose: str = Field(max_length=200, title=N_("Purpose"))
    pieces: list[BlobRef] = Field(max_length=256, title=N_("Pieces"))
    key: Sealed[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]] = sealed.field(
        N_("Key"), N_("Opens the pieces; disclosed to the taker alone.")
    )


class ExhibitReceived(Statement):
    """The taker has hashed what it got, and it is what the giver described."""

    exhibit: RecordRef = Field(title=N_("Exhibit"))
    sha256: Sealed[Sha256] = sealed.field(N_("Digest of what arrived"))


class ExhibitDisputed(Statement):
    """What arrived is not what the giver described. Custody stays with the giver."""

    exhibit: RecordRef = Field(title=N_("Exhibit"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


def _moves(before: set[str], after: str, by: str) -> kinds.Moves:
    return kinds.Moves(
        within=CASE, thing="exhibit", field="exhibit", before=frozenset(before), after=after, by=by
    )


KINDS = (
    Kind(
        name="exhibit.taken/1",
        statement=ExhibitTaken,
        effect=kinds.Opens(CASE, "exhibit", "held"),
        title=N_("Take in an exhibit"),
        done=N_("took in an exhibit"),
    ),
    Kind(
        name="exhibit.offered/1",
        statement=ExhibitOffered,
        needs="desk_head",
        effect=_moves({"held", "disputed"}, "offered", "author"),
        title=N_("Hand over the exhibit"),
        done=N_("handed over the exhibit"),
    ),
    Kind(
        name="exhibit.received/1",
        statement=ExhibitReceived,
        effect=_moves({"offered"}, "received", "to"),
        title=N_("Confirm the hand-over"),
        done=N_("received the exhibit"),
    ),
    Kind(
        name="exhibit.disputed/1",
        statement=ExhibitDisputed,
        effect=_moves({"offered"}, "disputed", "to"),
        title=N_("Dispute the hand-over"),
        done=N_("disputed the hand-over"),
    ),
)
