"""Buttons that lead to acts, as a matter's page and the list of what waits show them.

A button says what its page does. Where several kinds are said by one procedure, whose outcome
nobody chooses, there is one button.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from comity.desk import offering
from comity.records import kinds
from comity.records.ids import MatterId, RecordId
from comity.web import i18n, paths
from comity.web.i18n import N_

_LABELS: Mapping[str, str] = {
    "exhibit.receive": N_("Take over the exhibit"),
    "match.ask": N_("Ask another authority blindly"),
    "match.conclude": N_("Read the answer"),
    "identifiers.noted/1": N_("Bring identifiers in"),
}
"""By procedure, or by kind; others are called as their kind is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that leads to the page of an act."""

    label: str
    href: str


def of(
    reader: i18n.Reader, matter: MatterId, found: Iterable[kinds.Kind], about: RecordId | None
) -> list[Button]:
    """One button for each page that `found` leads to, in their order."""
    made: dict[str, Button] = {}
    for kind in found:
        href = paths.act(matter, kind, about)
        label = _LABELS.get(offering.PROCEDURES.get(kind.name, kind.name), kind.title)
        made.setdefault(href, Button(label=reader.gettext(label), href=href))
    return list(made.values())
