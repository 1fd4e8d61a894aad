"""The pages of one node: the frame, the desk's door, and every subject.

`create` makes an ASGI application from the node's tools. It watches the store, so that pages that
are open hear of changes; `close` lets go of everyone who listens, and must be called before a
server that waits for open answers is stopped.
"""

from collections.abc import Callable
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from comity import errors
from comity.desk import board, overseeing, tools, watching
from comity.records.ids import AuthorityId, MatterId
from comity.web import app, changes, i18n, once, page, seats, shelf, visitors
from comity.web.i18n import N_
from comity.web.pages import (
    account,
    acts,
    exhibits,
    exports,
    glass,
    imports,
    matches,
    matters,
    officers,
    oversight,
    peers,
    proposals,
    purpose,
    records,
    registry,
    work,
)

EXHIBIT_BYTES_MAX = 2**40
"""Bytes of the largest exhibit that is taken in through a page. The disk is full before."""
DESKS = frozenset({"officer", "desk_head"})
SECTIONS = (
    page.Section(
        "/matters",
        N_("Registry"),
        DESKS | {"oversight"},
        within=("/records", "/new", "/import", "/exhibits", "/matches"),
    ),
    page.Section(oversight.ACCESS, N_("Access"), frozenset({"oversight"})),
    page.Section(oversight.LEDGERS, N_("Ledgers"), frozenset({"oversight", "operator"})),
    page.Section(peers.PATH, N_("Directory")),
    page.Section(officers.PATH, N_("Officers"), frozenset({"operator"})),
    page.Section(
        proposals.PATH, N_("Proposals"), frozenset({"desk_head", "operator", "oversight"})
    ),
)
SUBJECTS = (
    account, proposals, glass, work, registry, acts, imports, matches, exhibits, exports, records,
    peers, officers, oversight,
)  # fmt: skip
"""Subjects with a router; that of `matters` comes last, for its addresses are the widest."""


class Pages:
    """The pages as an ASGI application."""

    def __init__(self, pages: ASGIApp, hub: changes.Counts, watch: watching.Watch) -> None:
        self._pages = pages
        self._hub = hub
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        await self._pages(scope, receive, send)

    def close(self) -> None:
        """Send away everyone who listens, and watch the store no longer."""
        self._hub.close()
        self._watch.close()


def create(
    own: tools.Tools,
    *,
    clock: Callable[[], datetime],
    address: str,
    language: str = i18n.SOURCE,
    time_zone: str = "UTC",
    page_rows: int = 50,
    fetch: Callable[[AuthorityId], overseeing.Fetch] | None = None,
) -> Pages:
    """The pages of a node.

    `address` is what officers type; `fetch` reaches the ledger of a member for an audit. The rest
    is as `app.create` says.
    """
    hub = changes.Counts(int(clock().timestamp() * 1000))
    site = seats.Site(
        tools=own,
        board=board.Board(own),
        changes=hub,
        clock=clock,
        fetch=fetch or _unreachable,
        page_rows=page_rows,
        once=once.Once(),
        imports=shelf.Shelf(),
    )

    def tell(matter: MatterId) -> None:
        hub.changed(matter)
        hub.changed(work.TOPIC)

    name = _name(own)
    notices: dict[str, str] = {}
    for subject in (account, proposals, glass, acts, imports, matches, exhibits, officers, purpose):
        notices |= subject.NOTICES
    pages = app.create(
        visitors.Visitors(own, authority_name=name),
        address=address,
        authority_name=name,
        clock=clock,
        language=language,
        time_zone=time_zone,
        sections=SECTIONS,
        routers=[
            purpose.router,
            *(subject.router for subject in SUBJECTS),
            exhibits.streamed,
            matters.router,
        ],
        notices=notices,
        larger_bodies={
            exhibits.UPLOAD: EXHIBIT_BYTES_MAX,
            imports.PATH: imports.BYTES_MAX + 65_536,
            peers.PARCELS: peers.PARCEL_BYTES_MAX + 65_536,
        },
        given=site,
    )
    return Pages(pages, hub, watching.Watch(own, tell))


def _name(own: tools.Tools) -> str:
    """What the directory calls this authority; its id before there is one."""
    found = own.cabinet.directory()
    listing = found.listing(own.authority) if found else None
    return listing.name if listing else own.authority


def _unreachable(authority: AuthorityId) -> overseeing.Fetch:
    raise errors.Unavailable(
        "ledger-unreachable",
        f"this node has no way to the ledger of {authority}",
        next_step="Audit it from the command line of a node that has.",
    )
