"""What the JSON of answers looks like: written by hand from the values of the desk.

The same types give the OpenAPI schemas, so that what is described is what is sent.
"""

import datetime
import functools
from collections.abc import Mapping
from typing import Any

import pydantic
from typing_extensions import TypedDict

from comity.desk import neighbours, reading
from comity.matters import status
from comity.records import record
from comity.records.ids import RecordId


class Said(TypedDict):
    """An act that is durable."""

    record: str
    matter: str
    kind: str


class Done(TypedDict):
    """An act that is durable, with its place in this node's ledger."""

    record: str
    matter: str
    leaf: int


class Recipient(TypedDict):
    """Who would receive a record, what of it, and why."""

    authority: str
    name: str
    shown: list[str]
    hidden: list[str]
    why: str


class Preview(TypedDict):
    """What an act would send to whom."""

    recipients: list[Recipient]


class Row(TypedDict):
    """A line of the registry."""

    id: str
    type: str
    title: str
    status: str
    priority: str
    lead: str
    parties: list[str]
    opened_at: str
    changed_at: str
    records: int


class Rows(TypedDict):
    """A page of the registry. `next` is the cursor of the page after it."""

    matters: list[Row]
    next: str | None


class Line(TypedDict):
    """One record of a timeline. Sealed fields that are not here read `{"withheld": true}`."""

    record: str
    kind: str
    author: str
    officer: str
    said_at: str
    after: list[str]
    leaf: int
    own: bool
    quarantined: bool
    handling: dict[str, Any]
    said: dict[str, Any] | None


class Lines(TypedDict):
    """A page of a timeline, in the order that all nodes tell."""

    records: list[Line]
    next: str | None


class Act(TypedDict):
    """An act on a thing."""

    record: str
    kind: str
    author: str
    said_at: str


class Thing(TypedDict):
    """A request, an exhibit, a match as it stands. `next` is what this officer may say about it."""

    id: str
    thing: str
    status: str
    author: str
    opened_at: str
    acts: list[Act]
    rivals: list[str]
    quarantined: bool
    next: list[str]


class Rejected(TypedDict):
    """A record that changes nothing, and why."""

    record: str
    kind: str
    author: str
    reason: str


class Matter(TypedDict):
    """A matter as it stands here, for this officer."""

    matter: Row
    things: list[Thing]
    conflicts: list[str]
    forks: list[list[str]]
    branches: list[str]
    offered: str | None
    rejections: list[Rejected]
    waiting: list[Act]
    next: list[str]


class Kind(TypedDict):
    """A kind of record."""

    name: str
    title: str
    done: str
    told: str
    family: str
    needs: str
    coercive: bool
    begins: str | None
    within: list[str]
    said_at: str | None
    procedure: str | None
    schema: str


class Kinds(TypedDict):
    """Every kind."""

    kinds: list[Kind]


class Officer(TypedDict):
    """A person who acts for this authority."""

    id: str
    name: str
    role: str
    active: bool


class Me(TypedDict):
    """Who is asking. `begin` are the kinds by which they may begin a matter."""

    officer: Officer
    authority: str
    purpose: str
    begin: list[str]


class Peer(TypedDict):
    """A listed authority and the line to it."""

    authority: str
    name: str
    country: str
    role: str
    address: str
    contact: str
    waiting: int
    seen_size: int
    acknowledged_size: int
    last_contact: str | None
    last_fault: str
    split_view: bool


@functools.cache
def schema(shape: Any) -> dict[str, Any]:
    """The JSON Schema of a shape, to be read only: it is made once, for forty acts share it."""
    return pydantic.TypeAdapter(shape).json_schema()


def instant(moment: datetime.datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else record.instant(moment)


def row(one: Any) -> Row:
    """A `port.MatterRow`."""
    return {
        "id": one.id,
        "type": one.type,
        "title": one.title,
        "status": one.status,
        "priority": one.priority,
        "lead": one.lead,
        "parties": list(one.parties),
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
        "records": one.records,
    }


def line(entry: reading.Entry) -> Line:
    """A line of a timeline."""
    one = entry.record
    return {
        "record": one.id,
        "kind": one.kind,
        "author": one.author,
        "officer": one.officer,
        "said_at": one.said_at,
        "after": list(one.after),
        "leaf": entry.leaf,
        "own": entry.own,
        "quarantined": entry.quarantined,
        "handling": one.handling.model_dump(mode="json"),
        "said": None if entry.said is None else entry.said.model_dump(mode="json"),
    }


def act(one: record.Record) -> Act:
    """A record, in short."""
    return {"record": one.id, "kind": one.kind, "author": one.author, "said_at": one.said_at}


def thing(view: status.View, following: list[str]) -> Thing:
    """A thing with what may be said about it next."""
    return {
        "id": view.id,
        "thing": view.thing,
        "status": view.status,
        "author": view.opening.author,
        "opened_at": view.opening.said_at,
        "acts": [act(one) for one in view.acts],
        "rivals": [one.id for one in view.rivals],
        "quarantined": view.quarantined,
        "next": following,
    }


def matter(view: reading.View, following: Mapping[RecordId | None, list[str]]) -> Matter:
    """A matter with what may be said in it next."""
    return {
        "matter": row(view.row),
        "things": [thing(one, following.get(one.id, [])) for one in view.things],
        "conflicts": [one.id for one in view.things if one.status == status.CONFLICT],
        "forks": [list(fork) for fork in view.forks],
        "branches": list(view.branches),
        "offered": view.offered,
        "rejections": [
            {
                "record": one.record.id,
                "kind": one.record.kind,
                "author": one.record.author,
                "reason": one.reason,
            }
            for one in view.rejections
        ],
        "waiting": [act(one) for one in view.waiting],
        "next": following.get(None, []),
    }


def officer(one: Any) -> Officer:
    """A `port.Officer`."""
    return {"id": one.id, "name": one.name, "role": one.role, "active": one.active}


def peer(one: neighbours.Neighbour) -> Peer:
    """A peer."""
    return {
        "authority": one.authority,
        "name": one.name,
        "country": one.country,
        "role": one.role,
        "address": one.address,
        "contact": one.contact,
        "waiting": one.waiting,
        "seen_size": one.seen_size,
        "acknowledged_size": one.acknowledged_size,
        "last_contact": instant(one.last_contact),
        "last_fault": one.last_fault,
        "split_view": one.split_view,
    }
