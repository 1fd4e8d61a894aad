"""Reports: what comes in about a target, and what was made of it.

A report is a matter of its own, known to the authority that filed it alone. Triage accepts it,
merges it into a case, refers it or rejects it with a reason.
"""

from typing import Annotated, Literal

from pydantic import Field

from comity.matters.cases import Reason
from comity.records import kinds, sealed
from comity.records.ids import AuthorityRef, MatterRef, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

REPORT = frozenset({"report"})


class ReportFiled(Statement):
    """Something about a target came in."""

    title: Sealed[Annotated[str, Field(min_length=3, max_length=200)]] = sealed.field(N_("Title"))
    account: Sealed[Annotated[str, Field(max_length=10_000)] | None] = sealed.field(
        N_("What was reported")
    )
    source: Literal["authority", "platform", "victim", "whistleblower", "civil-society", "feed"] = (
        Field("authority", title=N_("Who reports"))
    )
    form: Literal["typed", "misp-event", "misp-galaxy", "stix-bundle", "csv", "text"] = Field(
        "typed", title=N_("Form")
    )
    faults: int = Field(0, ge=0, title=N_("Rows not taken"))


class TriageAsked(Statement):
    """The report is put before an officer; it begins the thing that triage answers."""


class ReportTriaged(Statement):
    """An officer decides what becomes of the report."""

    triage: RecordRef = Field(title=N_("Triage"))
    decision: Literal["accepted", "merged", "referred", "rejected"] = Field(title=N_("Decision"))
    case: MatterRef | None = Field(None, title=N_("Case"))
    referred_to: AuthorityRef | None = Field(None, title=N_("Referred to"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


KINDS = (
    Kind(
        name="report.filed/1",
        statement=ReportFiled,
        effect=kinds.Genesis("report"),
        title=N_("File a report"),
        done=N_("filed the report"),
    ),
    Kind(
        name="triage.asked/1",
        statement=TriageAsked,
        effect=kinds.Opens(REPORT, "triage", "waiting"),
        title=N_("Ask for triage"),
        done=N_("asked for triage"),
    ),
    Kind(
        name="report.triaged/1",
        statement=ReportTriaged,
        effect=kinds.Moves(
            within=REPORT,
            thing="triage",
            field="triage",
            before=frozenset({"waiting"}),
            after="field:decision",
            by="party",
        ),
        title=N_("Triage the report"),
        done=N_("triaged the report"),
    ),
)
