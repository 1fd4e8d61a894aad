"""Matters told in a few words: records without signatures, and nodes that write and receive them.

The fold never looks at signatures or sealed content, so these records have neither.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records import kinds, record
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import Place, Record

LYON, TURIN, OSLO, BERN, GENT = map(
    AuthorityId, ("fr-lyon", "it-turin", "no-oslo", "ch-bern", "be-gent")
)
MEMBERS = (LYON, TURIN, OSLO, BERN, GENT)
HANDLING = record.Handling()
FIRST = Place(matter=None, after=(), control=None, lamport=0, seq=0)


def said(kind: str, author: AuthorityId, place: Place, **open_: Any) -> Record:
    """A record at `place`, whose id is a digest of all of it."""
    header = [kind, author, place.matter, place.after, place.control, place.lamport, place.seq]
    written = json.dumps([*header, open_], sort_keys=True)
    record_id = RecordId(hashlib.sha256(written.encode()).hexdigest())
    return Record(
        id=record_id,
        kind=kind,
        matter=place.matter or MatterId(record_id),
        author=author,
        officer="o-1",
        said_at="2026-11-25T09:00:00.000Z",
        after=place.after,
        control=place.control,
        lamport=place.lamport,
        seq=place.seq,
        charter=None,
        handling=HANDLING,
        seen={},
        open=open_,
        said=None,
    )


def opened(lead: AuthorityId = LYON, *others: AuthorityId, **open_: Any) -> Record:
    """The first record of a case."""
    return said("case.opened/1", lead, FIRST, parties=list(others), **open_)


def matter(*records: Record, registry: kinds.Registry = subjects.REGISTRY) -> Matter:
    """The fold of these records, the first record of the matter among them or not."""
    found = Matter(records[0].matter, registry)
    for one in records:
        found.admit(one)
    return found


class Node:
    """One member's copy of a matter."""

    def __init__(self, author: AuthorityId, *records: Record) -> None:
        self.author = author
        self.matter = Matter(records[0].matter, subjects.REGISTRY)
        self._records: dict[RecordId, Record] = {}
        self.hear(records)

    @property
    def records(self) -> list[Record]:
        """What this node holds, in the order of arrival."""
        return list(self._records.values())

    def hear(self, records: Iterable[Record]) -> None:
        """Take records in."""
        for one in records:
            self._records[one.id] = one
            self.matter.admit(one)

    def makes(self, kind: str, **open_: Any) -> Record:
        """The record that this member would say now."""
        return said(kind, self.author, self.matter.place(self.author), **open_)

    def tells(self, kind: str, **open_: Any) -> Record:
        """Say something that is lawful, and take it in."""
        one = self.makes(kind, **open_)
        reason = self.matter.verdict(one)
        assert reason is None, f"{kind} by {self.author}: {reason}"
        self.hear([one])
        return one

    def refused(self, kind: str, **open_: Any) -> str:
        """Why this member could not say this now."""
        reason = self.matter.verdict(self.makes(kind, **open_))
        assert reason is not None, f"{kind} by {self.author} is lawful"
        return reason


def case(lead: AuthorityId, *others: AuthorityId) -> list[Node]:
    """A case and one node for each of its parties."""
    first = opened(lead, *others)
    return [Node(who, first) for who in (lead, *others)]


def meet(*nodes: Node) -> None:
    """All nodes hear what any of them has."""
    everything = [one for node in nodes for one in node.records]
    for node in nodes:
        node.hear(everything)


def as_of(everything: Sequence[Record], wanted: Iterable[RecordId]) -> Matter:
    """The fold of some records and all their ancestors, and of nothing else."""
    by_id = {one.id: one for one in everything}
    found: dict[RecordId, Record] = {}
    left = list(wanted)
    while left:
        one = by_id[left.pop()]
        if one.id not in found:
            found[one.id] = one
            left.extend(one.after)
    return matter(*sorted(found.values(), key=lambda one: one.lamport))
