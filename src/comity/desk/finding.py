"""Finding matters by what an officer knows of them, without the words of the store."""

from collections.abc import Sequence

from comity.desk import listing, tools
from comity.records.ids import AuthorityId, MatterId
from comity.store import port


def find(
    desk: tools.Desk,
    *,
    types: Sequence[str] = (),
    status: str = "",
    text: str = "",
    party: AuthorityId | None = None,
    before: tuple[str, MatterId] | None = None,
    limit: int = 50,
) -> listing.Page:
    """A page of the registry. `text` is words of a title, or an identifier in its normal form."""
    return listing.page(
        desk,
        port.MatterQuery(
            types=tuple(types), status=status, text=text, party=party, before=before, limit=limit
        ),
    )
