"""Handling as an officer chooses it: how far a record may go, and who reads its sealed fields."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.policy import asks
from comity.records import record
from comity.records.ids import AuthorityRef
from comity.web.forms import shapes
from comity.web.i18n import N_

PREFIX = "handling."
TITLE = N_("Handling and recipients")
PARTIES, PURPOSES = "parties", "purposes"
"""Lists that the page gives."""


def _labels(**texts: str) -> Any:
    return {"x-labels": texts}


class Marking(BaseModel):
    """What the form asks; `handling` makes the record's handling of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audience: Literal["all", "chosen"] = Field(
        "all",
        title=N_("Who reads the sealed fields"),
        json_schema_extra=_labels(
            all=N_("Every party, now and later"), chosen=N_("Only the parties chosen here")
        ),
    )
    recipients: list[Annotated[AuthorityRef, Field(json_schema_extra={"x-choices": PARTIES})]] = (
        Field(
            [],
            title=N_("Chosen parties"),
            description=N_("Counts only if you said so above. Nobody chosen means nobody."),
        )
    )
    tlp: record.Tlp = Field(
        "AMBER",
        title=N_("Sharing (TLP)"),
        json_schema_extra={
            "x-labels": {
                "CLEAR": N_("TLP:CLEAR – may be published"),
                "GREEN": N_("TLP:GREEN – within the community"),
                "AMBER": N_("TLP:AMBER – within the authority and those it works with"),
                "AMBER+STRICT": N_("TLP:AMBER+STRICT – within the authority alone"),
                "RED": N_("TLP:RED – for the recipients' eyes only"),
            }
        },
    )
    pap: Literal["CLEAR", "GREEN", "AMBER", "RED"] = Field(
        "AMBER",
        title=N_("Actions (PAP)"),
        json_schema_extra=_labels(
            CLEAR=N_("PAP:CLEAR – any action"),
            GREEN=N_("PAP:GREEN – active, without contact to the target"),
            AMBER=N_("PAP:AMBER – passive only"),
            RED=N_("PAP:RED – nothing that the target could notice"),
        ),
    )
    code: Literal["H0", "H1", "H2", "H3"] = Field(
        "H0",
        title=N_("Handling code"),
        json_schema_extra=_labels(
            H0=N_("H0 – no further restriction"),
            H1=N_("H1 – not as evidence without consent"),
            H2=N_("H2 – not passed on without consent"),
            H3=N_("H3 – other restrictions, as written"),
        ),
    )
    purposes: list[str] = Field(
        [],
        title=N_("Only for these purposes"),
        json_schema_extra={"x-choices": PURPOSES},
    )
    originator_control: bool = Field(False, title=N_("Passed on only with our consent"))
    retain_until: record.Day | None = Field(None, title=N_("Erase after"))


def form() -> tuple[shapes.Shape, ...]:
    """The shapes of the form, their names under `handling.`."""
    read = shapes.read(Marking.model_json_schema())
    return tuple(replace(shape, name=PREFIX + shape.name) for shape in read)


def handling(values: dict[str, Any]) -> record.Handling:
    """The handling that was chosen; `values` fit `Marking`."""
    chosen = Marking.model_validate(values)
    return record.Handling(
        tlp=chosen.tlp,
        pap=chosen.pap,
        code=chosen.code,
        purposes=tuple(one for one in chosen.purposes if one in asks.PURPOSES),
        recipients=tuple(chosen.recipients) if chosen.audience == "chosen" else None,
        originator_control=chosen.originator_control,
        retain_until=chosen.retain_until,
    )


def words(said: record.Handling) -> list[str]:
    """The marks of a record, as tags show them: what is usual is left out."""
    found = [f"TLP:{said.tlp}"]
    if said.pap != "AMBER":
        found.append(f"PAP:{said.pap}")
    if said.code != "H0":
        found.append(said.code)
    return found
