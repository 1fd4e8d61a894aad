"""Requests: what one party asks another to do, and what it did.

The addressee answers, asks for clarification or declines on a ground; the asker clarifies or
withdraws. An answer beats a withdrawal or a clarification said without knowledge of it: what was
done was done. So does a refusal to act.
"""

from typing import Annotated, Literal

from pydantic import Field

from comity.matters.cases import CASE, Reason
from comity.records import kinds, record, sealed
from comity.records.ids import AuthorityRef, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

Measure = Literal[
    "subscriber-data",
    "traffic-data",
    "content-data",
    "preservation",
    "search",
    "interview",
    "information",
    "other",
]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class RequestFiled(Statement):
    """A party asks another for a measure."""

    to: AuthorityRef = Field(title=N_("Addressee"))
    measure: Measure = Field(title=N_("Measure"))
    basis: str = Field(
        max_length=200, title=N_("Legal basis"), description=N_("Instrument and article relied on.")
    )
    due_on: record.Day | None = Field(None, title=N_("Answer wanted by"))
    ask: Sealed[Text] = sealed.field(N_("What is asked"), N_("Data or act wanted, and of whom."))
    necessity: Sealed[Text] = sealed.field(
        N_("Why it is needed"), N_("Why this measure, and why no milder one would do.")
    )


class RequestAnswered(Statement):
    """The addressee says what it did."""

    request: RecordRef
    outcome: Literal["executed", "partly-executed"] = Field(title=N_("Outcome"))
    answer: Sealed[Text] = sealed.field(N_("Answer"))


class RequestDeclined(Statement):
    """The addressee will not act, on a ground."""

    request: RecordRef
    ground: Literal[
        "not-competent",
        "no-such-data",
        "dual-criminality",
        "immunity",
        "fundamental-rights",
        "ongoing-investigation",
        "disproportionate",
        "other",
    ] = Field(title=N_("Ground"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class ClarificationAsked(Statement):
    """The addressee needs to know more before it can act."""

    request: RecordRef
    question: Sealed[Text] = sealed.field(N_("Question"))


class RequestClarified(Statement):
    """The asker answers the question."""

    request: RecordRef
    answer: Sealed[Text] = sealed.field(N_("Answer"))


class RequestWithdrawn(Statement):
    """The asker no longer needs it."""

    request: RecordRef
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


def _moves(
    before: set[str], after: str, by: str, beats: frozenset[str] = frozenset()
) -> kinds.Moves:
    return kinds.Moves(
        within=CASE,
        thing="request",
        field="request",
        before=frozenset(before),
        after=after,
        by=by,
        beats=beats,
    )


KINDS = (
    Kind(
        name="request.filed/1",
        statement=RequestFiled,
        effect=kinds.Opens(CASE, "request", "open"),
        coercive=True,
        title=N_("File a request"),
        done=N_("filed a request"),
    ),
    Kind(
        name="request.answered/1",
        statement=RequestAnswered,
        coercive=True,
        effect=_moves(
            {"open", "clarifying"},
            "field:outcome",
            "to",
            frozenset({"withdrawn", "clarifying", "open"}),
        ),
        title=N_("Answer the request"),
        done=N_("answered the request"),
    ),
    Kind(
        name="request.declined/1",
        statement=RequestDeclined,
        effect=_moves({"open", "clarifying"}, "declined", "to", frozenset({"withdrawn", "open"})),
        title=N_("Decline the request"),
        done=N_("declined the request"),
    ),
    Kind(
        name="clarification.asked/1",
        statement=ClarificationAsked,
        effect=_moves({"open"}, "clarifying", "to"),
        title=N_("Ask for clarification"),
        done=N_("asked for clarification"),
    ),
    Kind(
        name="request.clarified/1",
        statement=RequestClarified,
        effect=_moves({"clarifying"}, "open", "author"),
        title=N_("Clarify the request"),
        done=N_("clarified the request"),
    ),
    Kind(
        name="request.withdrawn/1",
        statement=RequestWithdrawn,
        effect=_moves(
            {"open", "clarifying"}, "withdrawn", "author", frozenset({"clarifying", "open"})
        ),
        title=N_("Withdraw the request"),
        done=N_("withdrew the request"),
    ),
)
