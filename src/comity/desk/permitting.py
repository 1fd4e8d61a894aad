"""Asking policy at a desk: the permit, or the error that a door shows.

A matter that the officer may not know of is refused in the words of one that is not here.
"""

from collections.abc import Sequence

from comity import errors
from comity.desk import tools
from comity.policy import asks, denials, engine
from comity.records import kinds
from comity.records.ids import MatterId
from comity.store import port


def ask_of(desk: tools.Desk, action: str, about: asks.About | None) -> asks.Ask:
    """The question that this desk's officer puts."""
    return asks.Ask(
        who=asks.Who(desk.officer.id, desk.officer.role, desk.authority),
        action=desk.tools.policy.action(action),
        here=desk.authority,
        about=about,
        purpose=desk.purpose,
        now=desk.now,
    )


def permitted(desk: tools.Desk, action: str, about: asks.About | None = None) -> engine.Permit:
    """The permit for a fixed action such as `read.matter`."""
    decided = desk.tools.policy.decide(ask_of(desk, action, about))
    if isinstance(decided, denials.Denied):
        raise decided.error()
    return decided


def permitted_act(
    desk: tools.Desk, kind: kinds.Kind, about: asks.About | None = None
) -> engine.Permit:
    """The permit to say a record of `kind`."""
    return permitted(desk, desk.tools.policy.act(kind.name), about)


def permitted_on(desk: tools.Desk, action: str, matter: MatterId) -> engine.Permit:
    """The permit for a fixed action on a matter, absent or not."""
    try:
        with desk.tools.cabinet.holding(matter) as folder:
            about = asks.about(folder.matter)
    except errors.NotFound:
        about = asks.absent(matter)
    return permitted(desk, action, about)


def about_row(row: port.MatterRow) -> asks.About:
    """What policy may know of a line of the registry."""
    return asks.About(
        id=row.id,
        type=row.type,
        lead=row.lead,
        parties=row.parties,
        closed=row.status == "closed",
    )


def visible(desk: tools.Desk, rows: Sequence[port.MatterRow]) -> list[port.MatterRow]:
    """The lines of the registry that this officer may see, decided in one batch."""
    seen = desk.tools.policy.visible(
        (about_row(row) for row in rows), ask_of(desk, "read.registry", None)
    )
    return [row for row in rows if row.id in seen]
