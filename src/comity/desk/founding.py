"""How a node comes into being and into a directory.

A directory is founded by one authority, which lists the others from their cards. A node joins by
taking the directory's records in and pinning its id, which people compare by voice. Until then it
talks to nobody.
"""

import base64
import datetime
from collections.abc import Sequence

from comity import errors
from comity.desk import cabinet, performing, receiving, tools, writing
from comity.keys import card
from comity.matters import access, directory
from comity.records import envelope, record, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId

ACCESS_SETTING = "access"


def listing_of(
    made: card.KeyCard,
    *,
    name: str,
    country: str,
    address: str,
    contact: str = "",
    role: str = "member",
) -> directory.Listing:
    """The listing of a node from its key card and what people say of it."""
    return directory.Listing.model_validate(
        {
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
    )


def found(desk: tools.Desk, name: str, listing: directory.Listing) -> MatterId:
    """Found a directory and pin it; its id is what the others compare."""
    _bar_second(desk.tools)
    act = performing.Act(
        kind="directory.founded/1",
        said={"name": name, "founder": listing.model_dump(mode="json")},
    )
    done = performing.perform(desk, act)
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
    """The directory's records as one file: what a new node joins with. Nothing in it is secret."""
    pinned = own.directory().matter.id
    return b"".join(stored.envelope + b"\n" for stored in own.store.records(pinned))


def join(own: tools.Tools, data: bytes, pinned: str) -> MatterId:
    """Take a directory in whose id is `pinned`, and pin it.

    1. The first record has the pinned id and verifies by the founder's key that it holds.
    2. Each further record verifies by the listings before it.
    3. This node is listed with the keys that it has.
    4. All of it is stored in one step, then the directory is pinned.
    """
    _bar_second(own)
    lines = [line for line in data.split(b"\n") if line]
    if not lines:
        raise errors.Invalid("directory-empty", "the file holds no records")

    # (1), (2)
    arrived = _verified(own, lines, pinned)

    # (3)
    with own.cabinet.holding(MatterId(pinned), new=True) as folder:
        for one in arrived:
            folder.matter.admit(one.record)
        listed = directory.directory(folder.matter).listing(own.authority)
        mine = base64.b64encode(own.keys.signer.public).decode()
        if listed is None or listed.signing != mine:
            own.cabinet.forget(MatterId(pinned))
            raise errors.Refused(
                "not-listed",
                f"{own.authority} is not in this directory with the keys of this node",
                next_step="Send your card to the directory's founder and ask for a new file.",
            )

        # (4)
        writes = writing.Writes()
        for one in arrived:
            writing.add_record(writes, one.record, one.signed, one.disclosures, own=False)
        folder.title = _title(arrived)
        writes.matters.append(cabinet.row_of(folder))
        own.store.append(writes.append()).result()
    own.store.save_setting(cabinet.DIRECTORY_SETTING, pinned)
    return MatterId(pinned)


def _verified(own: tools.Tools, lines: Sequence[bytes], pinned: str) -> list[receiving.Arrived]:
    arrived: list[receiving.Arrived] = []
    known: dict[AuthorityId, list[envelope.VerifyingKey]] = {}
    for place, line in enumerate(lines, start=1):
        signed = envelope.parse(line)
        one = record.parse(signed.payload, signed.digest, own.registry)
        said = one.said
        if place == 1:
            if one.id != pinned or not isinstance(said, directory.DirectoryFounded):
                raise errors.Unverified(
                    "directory-not-pinned",
                    f"the file begins with {one.id}, not with {pinned}",
                    next_step="Compare the directory's id with its founder by voice.",
                )
            known[one.author] = [directory.founder(said)]
        envelope.verify(signed, known.get(one.author, []))
        if isinstance(said, directory.AuthorityListed | directory.AuthorityRelisted):
            known.setdefault(said.authority, []).insert(0, directory.key_of(said.listing))
        arrived.append(receiving.Arrived(one, line, sealed.match(one.open, ())))
    return arrived


def _title(arrived: Sequence[receiving.Arrived]) -> str:
    said = arrived[0].record.said
    assert isinstance(said, directory.DirectoryFounded)
    return said.name


def _bar_second(own: tools.Tools) -> None:
    if own.store.setting(cabinet.DIRECTORY_SETTING) is not None:
        raise errors.Conflict("directory-pinned", "this node belongs to a directory already")


def begin_access(own: tools.Tools, now: datetime.datetime) -> MatterId:
    """The matter in which this node accounts for access; begun at the first start."""
    known = own.store.setting(ACCESS_SETTING)
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
    own.store.save_setting(ACCESS_SETTING, one.id)
    return one.matter
