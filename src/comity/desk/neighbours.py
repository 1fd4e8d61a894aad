"""The peers as their operator sees them: who they are, when they were reached, what waits."""

import datetime
from dataclasses import dataclass

from comity.desk import permitting, tools
from comity.matters import directory
from comity.records.ids import AuthorityId, MatterId


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One listed authority and the line to it."""

    authority: AuthorityId
    name: str
    country: str
    role: str
    address: str
    contact: str
    waiting: int
    """Things in the outbox that it has not confirmed."""
    seen_size: int
    """The size of its ledger that was seen and found consistent last."""
    acknowledged_size: int
    """The size of our ledger that it cosigned last."""
    last_contact: datetime.datetime | None
    last_fault: str
    split_view: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alliance:
    """The directory as this node holds it."""

    matter: MatterId
    """Its id, which members compare by voice."""
    name: str
    lead: AuthorityId
    authorities: tuple[directory.Listing, ...]


def peers(desk: tools.Desk) -> tuple[Neighbour, ...]:
    """Every listed authority but this one."""
    permitting.permitted(desk, "manage.peers")
    own = desk.tools
    found, waiting = own.cabinet.directory(), own.store.waiting_peers()
    return tuple(
        _neighbour(own, listings[0], waiting.get(who, 0))
        for who, listings in sorted(found.listings.items() if found else ())
        if who != own.authority
    )


def alliance(desk: tools.Desk) -> Alliance:
    """The directory: who is in it. `Unavailable` before there is one."""
    found = desk.tools.directory()
    permitting.permitted_on(desk, "read.matter", found.matter.id)
    opening = found.matter.opening
    said = None if opening is None else opening.said
    return Alliance(
        matter=found.matter.id,
        name=said.name if isinstance(said, directory.DirectoryFounded) else "",
        lead=found.matter.membership.lead,
        authorities=tuple(one[0] for _, one in sorted(found.listings.items())),
    )


def address(own: tools.Tools, peer: AuthorityId) -> tuple[str, str] | None:
    """Where a listed peer is reached, and the certificate that it must show."""
    found = own.cabinet.directory()
    listing = found.listing(peer) if found else None
    return None if listing is None else (listing.address, listing.certificate)


def listed(own: tools.Tools) -> frozenset[AuthorityId]:
    """Every listed authority but this one."""
    found = own.cabinet.directory()
    return frozenset(found.listings if found else ()) - {own.authority}


def _neighbour(own: tools.Tools, listing: directory.Listing, waiting: int) -> Neighbour:
    row = own.store.peer(listing.authority)
    return Neighbour(
        authority=listing.authority,
        name=listing.name,
        country=listing.country,
        role=listing.role,
        address=listing.address,
        contact=listing.contact,
        waiting=waiting,
        seen_size=row.seen_size,
        acknowledged_size=row.acknowledged_size,
        last_contact=row.last_contact,
        last_fault=row.last_fault,
        split_view=bool(row.split_view),
    )
