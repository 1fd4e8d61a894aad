"""Access: reads, exports and hand-overs, as leaves of the ledger.

They are said by the node itself in a matter that no one else is party to, one after the other.
Oversight reads them; nothing is folded from them.
"""

from typing import Literal

from pydantic import Field

from comity.records import kinds
from comity.records.ids import AuthorityRef, MatterRef, RecordRef
from comity.records.kinds import N_, Kind, Statement

ACCESS = frozenset({"access"})


class AccessBegun(Statement):
    """A node begins to account for access."""


class AccessNoted(Statement):
    """Someone read, exported or was sent something."""

    what: Literal["read", "exported", "handed-over", "searched"]
    matter: MatterRef | None = None
    record: RecordRef | None = None
    to: AuthorityRef | None = None
    purpose: str = Field(max_length=60)
    place: str = Field("", max_length=60)


KINDS = (
    Kind(
        name="access.begun/1",
        statement=AccessBegun,
        effect=kinds.Genesis("access"),
        needs="node",
        family="access",
        title=N_("Begin the account of access"),
        done=N_("began the account of access"),
    ),
    Kind(
        name="access.noted/1",
        statement=AccessNoted,
        effect=kinds.Says(ACCESS),
        needs="node",
        family="access",
        title=N_("Note an access"),
        done=N_("was noted to have accessed"),
    ),
)
