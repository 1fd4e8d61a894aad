"""Matches: two authorities find out whether they chase the same target, and show nothing else.

A match is a matter of two parties. The asker's blinded question and the answerer's blinded answer
travel as blobs that the records name by digest. The asker alone learns which of its own
identifiers are common; what it then says is their classes and how many. Contacts are sealed and
shown only when both sides have consented (clauses M5 to M8).
"""

from typing import Annotated, Literal

from pydantic import Field

from comity.matters.cases import Reason
from comity.records import kinds, sealed
from comity.records.ids import AuthorityRef, BlobRef, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

MATCH = frozenset({"match"})

Contact = Annotated[str, Field(min_length=3, max_length=300)]


class MatchOpened(Statement):
    """An authority begins a match with one other."""

    parties: list[AuthorityRef] = Field(min_length=1, max_length=1, title=N_("With"))
    purpose: Literal["deconfliction"] = "deconfliction"


class MatchAsked(Statement):
    """The asker's identifiers, blinded; only how many (in steps of two) can be told from them."""

    to: AuthorityRef = Field(title=N_("Asked of"))
    classes: list[Annotated[str, Field(max_length=20)]] = Field(
        min_length=1, max_length=20, title=N_("Classes of identifiers")
    )
    size_class: int = Field(ge=1, title=N_("At most so many"))
    question: list[BlobRef] = Field(min_length=1, max_length=16)
    contact: Sealed[Contact] = sealed.field(
        N_("Contact"), N_("Shown to the other side only after both consent.")
    )


class MatchAnswered(Statement):
    """The answerer's identifiers and the question, blinded with a key used for this run only."""

    match: RecordRef
    size_class: int = Field(ge=1, title=N_("At most so many"))
    answer: list[BlobRef] = Field(min_length=1, max_length=16)
    contact: Sealed[Contact] = sealed.field(
        N_("Contact"), N_("Shown to the other side only after both consent.")
    )


class MatchDeclined(Statement):
    """The answerer will not compare, and says why."""

    match: RecordRef
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class MatchFound(Statement):
    """The asker says which classes are common and how many, and asks for consent."""

    match: RecordRef
    classes: dict[str, Annotated[int, Field(ge=1)]] = Field(title=N_("Common identifiers"))


class MatchEmpty(Statement):
    """The asker says that nothing is common. The match is over."""

    match: RecordRef


class ContactOffered(Statement):
    """The asker consents that its contact is shown, and waits for the other side's consent."""

    match: RecordRef


class ContactReleased(Statement):
    """The other side consents too: both contacts are shown, and a joint case can be opened."""

    match: RecordRef


class ContactWithheld(Statement):
    """A side does not consent. Nothing more is said."""

    match: RecordRef
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


def _moves(
    before: set[str], after: str, by: str, beats: frozenset[str] = frozenset()
) -> kinds.Moves:
    return kinds.Moves(
        within=MATCH,
        thing="match",
        field="match",
        before=frozenset(before),
        after=after,
        by=by,
        beats=beats,
    )


KINDS = (
    Kind(
        name="match.opened/1",
        statement=MatchOpened,
        effect=kinds.Genesis("match", "parties"),
        title=N_("Begin a match"),
        done=N_("began a match"),
    ),
    Kind(
        name="match.asked/1",
        statement=MatchAsked,
        effect=kinds.Opens(MATCH, "match", "asked"),
        held={"contact": "released"},
        title=N_("Ask blindly"),
        done=N_("asked blindly"),
    ),
    Kind(
        name="match.answered/1",
        statement=MatchAnswered,
        effect=_moves({"asked"}, "answered", "to"),
        held={"contact": "released"},
        title=N_("Answer blindly"),
        done=N_("answered blindly"),
    ),
    Kind(
        name="match.declined/1",
        statement=MatchDeclined,
        effect=_moves({"asked"}, "declined", "to"),
        title=N_("Decline to compare"),
        done=N_("declined to compare"),
    ),
    Kind(
        name="match.found/1",
        statement=MatchFound,
        effect=_moves({"answered"}, "found", "author"),
        title=N_("Report what is common"),
        done=N_("found common identifiers"),
    ),
    Kind(
        name="match.empty/1",
        statement=MatchEmpty,
        effect=_moves({"answered"}, "empty", "author"),
        title=N_("Report that nothing is common"),
        done=N_("found nothing in common"),
    ),
    Kind(
        name="contact.offered/1",
        statement=ContactOffered,
        effect=_moves({"found"}, "offered", "author"),
        title=N_("Consent and offer the contact"),
        done=N_("consented and offered its contact"),
    ),
    Kind(
        name="contact.released/1",
        statement=ContactReleased,
        effect=_moves({"offered"}, "released", "to"),
        title=N_("Consent and release the contacts"),
        done=N_("consented; contacts are released"),
    ),
    Kind(
        name="contact.withheld/1",
        statement=ContactWithheld,
        effect=_moves(
            {"found", "offered"}, "withheld", "party", frozenset({"released", "offered"})
        ),
        title=N_("Withhold consent"),
        done=N_("withheld consent"),
    ),
)
