"""Parcels from Lyon to Turin that nobody should take, by what is wrong with them."""

import dataclasses
import json
import os
from collections.abc import Callable
from typing import Any

from comity.exchange import compression, contents, manifest, wrapping
from comity.records import envelope
from tests.api.house import NOWHERE, House
from tests.world.world import Member

Change = Callable[[dict[str, Any]], Any]


def parcel(house: House, to: Member) -> bytes:
    """A good parcel of Lyon's with a case in it."""
    house.case("A shop", to.authority)
    data = house.lyon.outbox.next_parcel(to.authority)
    assert data is not None
    return data


def made(house: House, change: Change = lambda said: None, signer: Member | None = None) -> bytes:
    """An empty parcel from Lyon to Turin whose manifest is changed before it is signed."""
    lyon, turin = house.lyon.tools, house.turin.tools
    empty = contents.Parcel(
        federation=lyon.directory().matter.id,
        sender=lyon.authority,
        recipients=(turin.authority,),
        number=1,
        made_at=house.world.now(),
        blobs=(b"a blob",),
    )
    said, sections = manifest._said(
        empty, [manifest.Address(authority=turin.authority, key=turin.keys.card.key_id)]
    )
    change(said)
    hand = (signer or house.lyon).tools.keys.signer
    payload = json.dumps(said).encode()
    sealed = envelope.seal(manifest.PARCEL_TYPE, payload, hand)
    return wrapped(house.turin, len(sealed).to_bytes(4, "big") + sealed + b"".join(sections))


def wrapped(to: Member, body: bytes) -> bytes:
    """An inside, encrypted to `to`."""
    return wrapping.wrap(compression.compress(body), [to.tools.keys.card], entropy=os.urandom)


def passed_on(house: House) -> bytes:
    """A parcel that Lyon signed for Oslo, and that Oslo encrypts again to Turin."""
    data = parcel(house, house.oslo)
    body = compression.expand(wrapping.unwrap(data, house.oslo.tools.keys.opener))
    return wrapped(house.turin, body)


def named(name: str) -> Change:
    """Gives a section another name."""
    return lambda said: said["blobs"][0].update(name=name)


def flipped(data: bytes, at: int) -> bytes:
    """One bit of `data` the other way round."""
    spoilt = bytearray(data)
    spoilt[at] ^= 1
    return bytes(spoilt)


SPOILT: dict[str, Callable[[House], bytes]] = {
    "nothing": lambda house: b"",
    "garbage": lambda house: b"no parcel at all",
    "garbage after the magic": lambda house: wrapping.MAGIC + b"\xff" * 500,
    "a header without end": lambda house: wrapping.MAGIC + b"{" * 2**18,
    "cut short by a byte": lambda house: parcel(house, house.turin)[:-1],
    "cut in half": lambda house: (data := parcel(house, house.turin))[: len(data) // 2],
    "a byte too long": lambda house: parcel(house, house.turin) + b"\0",
    "a bit flipped": lambda house: flipped(parcel(house, house.turin), -100),
    "for somebody else": lambda house: parcel(house, house.oslo),
    "passed on by its recipient": passed_on,
    "signed by another member": lambda house: made(house, signer=house.oslo),
    "from nobody": lambda house: made(house, lambda said: said.update(sender="xx-nobody")),
    "of another federation": lambda house: made(
        house, lambda said: said.update(federation=NOWHERE)
    ),
    "a path for a name": lambda house: made(house, named("../../../etc/cron.d/comity")),
    "an absolute path for a name": lambda house: made(house, named("/etc/passwd")),
    "a name of other bytes": lambda house: made(house, named(NOWHERE)),
    "a size that is not so": lambda house: made(
        house, lambda said: said["blobs"][0].update(size=5)
    ),
    "a size below nothing": lambda house: made(
        house, lambda said: said["blobs"][0].update(size=-1)
    ),
    "an unknown member": lambda house: made(house, lambda said: said.update(more=1)),
    "another protocol": lambda house: made(
        house, lambda said: said.update(protocol="comity-parcel/2")
    ),
    "an envelope without end": lambda house: wrapped(house.turin, b"\xff\xff\xff\xff"),
}
"""What is wrong, and a parcel that is wrong so."""


def state(member: Member) -> tuple[object, ...]:
    """What a parcel that is not taken must leave as it was."""
    tools = member.tools
    files = sorted(path.name for path in (member.node.settings.data / "vault").rglob("*"))
    peers = [dataclasses.astuple(tools.store.peer(who)) for who in ("fr-lyon", "no-oslo")]
    return tools.store.size, files, peers, tools.store.blob(contents.blob_id(b"a blob"))
