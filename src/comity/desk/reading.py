"""Reading: a matter as one officer may see it. Every read is a leaf of the ledger.

The read is noted, and durable, before anything is shown: no account of it, no look at it.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import cabinet, permitting, tools, writing
from comity.matters import access, status
from comity.matters.matter import Rejection
from comity.records import kinds, record
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a matter's timeline."""

    record: record.Record
    kind: kinds.Kind | None
    said: kinds.Statement | None
    """What it says, as far as it was disclosed here."""
    leaf: int
    own: bool
    quarantined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A matter as it stands and as far as it was disclosed here. Frozen: no lock is held."""

    row: port.MatterRow
    timeline: Sequence[Entry]
    things: Sequence[status.View]
    rejections: Sequence[Rejection]
    waiting: Sequence[record.Record]
    forks: Sequence[tuple[RecordId, ...]]
    branches: Sequence[RecordId]
    offered: AuthorityId | None
    by_id: Mapping[RecordId, Entry]

    def entry(self, one: RecordId) -> Entry:
        """The line of a record that is in this view."""
        return self.by_id[one]


def read(desk: tools.Desk, matter_id: MatterId) -> View:
    """A matter, if policy lets this officer see it; the read is durable when this returns."""
    own = desk.tools
    with own.cabinet.holding(matter_id) as folder:
        permitting.permitted(desk, "read.matter", permitting.about(desk, folder.matter))
        found = folder.matter
        records = found.timeline()
        things, rejections, waiting = found.things(), found.rejections, found.waiting
        forks, point, row = found.forks(), found.point, cabinet.row_of(folder)
        quarantined = frozenset(found.quarantined())
    note(desk, "read", matter=matter_id)
    shown = own.store.disclosures([one.id for one in records])
    leaves = {one.id: one.leaf for one in own.store.records(matter_id)}
    entries = [
        Entry(
            record=one,
            kind=own.registry.get(one.kind),
            said=cabinet.opened(own.registry, one, shown.get(one.id, [])),
            leaf=leaves[one.id],
            own=one.author == own.authority,
            quarantined=one.id in quarantined,
        )
        for one in records
        # An act that was queued when the matter was looked at and then refused was never said.
        if one.id in leaves
    ]
    return View(
        row=row,
        timeline=entries,
        things=things,
        rejections=rejections,
        waiting=waiting,
        forks=forks,
        branches=point.branches,
        offered=point.membership.offered,
        by_id={one.record.id: one for one in entries},
    )


Query = port.MatterQuery
"""Which lines of the registry a door asks for."""

_chain = threading.Lock()


def note(
    desk: tools.Desk,
    what: str,
    *,
    matter: MatterId | None = None,
    one: RecordId | None = None,
    to: AuthorityId | None = None,
    place: str = "",
) -> None:
    """Account for an access; durable when this returns."""
    own = desk.tools
    own.halt.bar_writing()
    begun = own.store.setting("access")
    if begun is None:
        raise errors.Unavailable("no-access-account", "this node accounts for no access yet")
    said = access.AccessNoted.model_validate(
        {
            "what": what,
            "matter": matter,
            "record": one,
            "to": to,
            "purpose": desk.purpose,
            "place": place,
        }
    )
    with _chain:
        # The chain is one line: queued in order, so that none is durable before the one it follows.
        future = own.store.append(_link(desk, MatterId(begun), said))
    try:
        future.result()
    except errors.ComityError:
        # What was not written is no link; the next one follows what is there.
        with _chain:
            own.access.last = None
        raise


def _link(desk: tools.Desk, begun: MatterId, said: access.AccessNoted) -> port.Append:
    own = desk.tools
    last = own.access.last or _last(own, begun)
    place = record.Place(
        matter=begun,
        after=(last[0],),
        control=RecordId(begun),
        lamport=last[1] + 1,
        seq=last[1] + 1,
    )
    signed, _, linked = record.build(
        own.registry["access.noted/1"],
        said,
        place=place,
        officer=desk.officer.id,
        said_at=desk.now,
        charter=own.charter(),
        handling=record.Handling(tlp="RED"),
        seen={},
        signer=own.keys.signer,
        salt=own.salt,
    )
    own.access.last = (linked.id, linked.lamport)
    writes = writing.Writes()
    writing.add_record(writes, linked, signed, (), own=True)
    return writes.append()


def _last(own: tools.Tools, begun: MatterId) -> tuple[RecordId, int]:
    stored = own.store.last(begun)
    assert stored is not None
    return stored.id, cabinet.read_stored(stored, own.registry).lamport
