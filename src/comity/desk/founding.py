"""How a node comes into being and into a directory.

A directory is founded by one authority, which lists the others from their cards. A node joins by
taking the directory's records in and pinning its id, which people compare by voice. Until then it
talks to nobody.
"""

import base64
import datetime
import threading
from collections.abc import Sequence

import pydantic

from comity import errors
from comity.desk import cabinet, performing, permitting, tools, writing
from comity.keys import card
from comity.matters import access, directory
from comity.records import envelope, record
from comity.records.ids import MatterId, RecordId

PRIVATE = record.Handling(tlp="RED", pap="RED")
"""What is said for this authority alone."""

_pinning = threading.Lock()
"""A node belongs to one directory: looking whether it does and pinning one is one step."""


def listing_of(
    made: card.KeyCard,
    *,
    name: str,
    country: str,
    address: str,
    contact: str = "",
    role: str = "member",
) -> directory.Listing:
    """The listing of a node from its key card and what people say of it; `Invalid` if malformed."""
    said = {
        "authority": made.authority,
        "name": name,
        "country": country,
        "role": role,
        "address": address,
        "epoch": int(made.key_id.partition("#")[2]),
        "signing": base64.b64encode(made.signing).decode(),
        "opening": base64.b64encode(made.opening).decode(),
        "checkpoint": base64.b64encode(made.checkpoint).decode(),
        "cosigning": base64.b64encode(made.cosign).decode(),
        "certificate": made.certificate,
        "contact": contact,
    }
    try:
        return directory.Listing.model_validate(said)
    except pydantic.ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise errors.Invalid(
            "listing-malformed",
            f"{place}: {first['msg']}",
            next_step="Correct what is said of the authority, then try again.",
        ) from None


def found(desk: tools.Desk, name: str, listing: directory.Listing) -> MatterId:
    """Found a directory and pin it; its id is what the others compare."""
    act = performing.Act(
        kind="directory.founded/1",
        said={"name": name, "founder": listing.model_dump(mode="json")},
    )
    with _pinning:
        _bar_second(desk.tools)
        done = performing.perform(desk, act)
        # A crash before this line leaves a directory that nobody is in: found it again.
        desk.tools.store.save_setting(cabinet.DIRECTORY_SETTING, done.matter)
    return done.matter


def admit(desk: tools.Desk, listing: directory.Listing) -> RecordId:
    """List an authority in the directory that this node leads."""
    pinned = desk.tools.directory().matter.id
    act = performing.Act(
        kind="authority.listed/1",
        matter=pinned,
        said={"authority": listing.authority, "listing": listing.model_dump(mode="json")},
    )
    return performing.perform(desk, act).record


def export(own: tools.Tools) -> bytes:
    """The directory's records as one file: what a new node joins with. Nothing in it is secret.

    Ancestors come first, and what does not stand in the graph is left out: nobody could verify it.
    """
    pinned = own.directory().matter.id
    with own.cabinet.holding(pinned) as folder:
        standing = folder.matter.records()
    signed = {stored.id: stored.envelope for stored in own.store.records(pinned)}
    return b"".join(signed[one.id] + b"\n" for one in standing if one.id in signed)


def join(own: tools.Tools, data: bytes, pinned: str) -> MatterId:
    """Take a directory in whose id is `pinned`, and pin it.

    1. The first record has the pinned id and verifies by the founder's key that it holds.
    2. Each further record verifies by the listings before it.
    3. This node is listed with the keys that it has.
    4. All of it is stored in one step, then the directory is pinned.
    """
    lines = [line for line in data.split(b"\n") if line]
    if not lines:
        raise errors.Invalid(
            "directory-empty",
            "the file holds no records",
            next_step="Ask the directory's founder for its file: comity directory export.",
        )
    # (1), (2)
    _bar_other(lines[0], pinned)
    found = directory.verified(lines, own.registry)

    # (3)
    _bar_unlisted(own, found.directory)

    # (4)
    writes = writing.Writes()
    for one, line in zip(found.records, lines, strict=True):
        writing.add_record(writes, one, line, (), own=False)
    with _pinning, own.cabinet.holding(MatterId(pinned), new=True) as folder:
        _bar_second(own)
        for one in found.records:
            folder.matter.admit(one)
        try:
            folder.title = _title(found.records)
            writes.matters.append(cabinet.row_of(folder))
            own.store.append(writes.append()).result()
        except BaseException:
            own.cabinet.forget(MatterId(pinned))
            raise
        # A crash before this line leaves records of a directory that is not pinned: whoever joins
        # again finds them there.
        own.store.save_setting(cabinet.DIRECTORY_SETTING, pinned)
    return MatterId(pinned)


def _bar_other(first: bytes, pinned: str) -> None:
    """Refuse what begins otherwise than the pinned directory, before anything of it is believed."""
    begun = envelope.parse(first).digest
    if begun != pinned:
        raise errors.Unverified(
            "directory-not-pinned",
            f"the file begins with {begun}, not with {pinned}",
            next_step="Compare the directory's id with its founder by voice.",
        )


def _bar_unlisted(own: tools.Tools, found: directory.Directory) -> None:
    """This node is listed, and with every key that it has: others seal to what is listed."""
    listed, made = found.listing(own.authority), own.keys.card
    mine = {
        "signing": made.signing,
        "opening": made.opening,
        "checkpoint": made.checkpoint,
        "cosigning": made.cosign,
    }
    if listed is None:
        wrong = "is not in this directory"
    else:
        wrong = ", ".join(
            name for name, key in mine.items() if base64.b64decode(getattr(listed, name)) != key
        )
        wrong = wrong and f"is in this directory with other keys than this node has ({wrong})"
    if wrong:
        raise errors.Refused(
            "not-listed",
            f"{own.authority} {wrong}",
            next_step="Send your card to the directory's founder and ask for a new file.",
        )


def _title(records: Sequence[record.Record]) -> str:
    return cabinet.title_in(records[0].said)


def _bar_second(own: tools.Tools) -> None:
    if own.store.setting(cabinet.DIRECTORY_SETTING) is not None:
        raise errors.Conflict(
            "directory-pinned",
            "this node belongs to a directory already",
            next_step="A node has one directory for ever; make another node for another directory.",
        )


def begin_staff(own: tools.Tools, now: datetime.datetime) -> MatterId:
    """The matter in which this authority keeps its staff; begun at the first start."""
    known = own.store.setting(cabinet.STAFF_SETTING)
    if known is not None:
        return MatterId(known)
    desk = tools.Desk(officer=tools.NODE, purpose="operation", now=now, tools=own)
    act = performing.Act(kind="staff.begun/1", said={}, handling=PRIVATE)
    done = performing.perform(desk, act)
    # A crash before this line leaves a staff that nobody is in; the next start begins another.
    own.store.save_setting(cabinet.STAFF_SETTING, done.matter)
    return done.matter


def begin_access(own: tools.Tools, now: datetime.datetime) -> MatterId:
    """The matter in which this node accounts for access; begun at the first start."""
    known = own.store.setting(permitting.ACCESS_SETTING)
    if known is not None:
        return MatterId(known)
    desk = tools.Desk(officer=tools.NODE, purpose="operation", now=now, tools=own)
    kind = own.registry["access.begun/1"]
    signed, _, one = record.build(
        kind,
        access.AccessBegun(),
        place=record.Place(matter=None, after=(), control=None, lamport=0, seq=0),
        officer=desk.officer.id,
        said_at=now,
        charter=None,
        handling=record.Handling(tlp="RED"),
        seen={},
        signer=own.keys.signer,
        salt=own.salt,
    )
    writes = writing.Writes()
    writing.add_record(writes, one, signed, (), own=True)
    own.store.append(writes.append()).result()
    # A crash before this line leaves an access matter that nothing uses; the next start begins one.
    own.store.save_setting(permitting.ACCESS_SETTING, one.id)
    return one.matter
