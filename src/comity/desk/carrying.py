"""Parcels that go by file: made for a carrier that people are, and taken in from one."""

from dataclasses import dataclass

from comity import errors
from comity.desk import delivering, packing, permitting, reading, receiving, tools
from comity.exchange import files, wrapping
from comity.records.ids import AuthorityId
from comity.store import port

BYTES_MAX = wrapping.SEALED_BYTES_MAX
"""Bytes of the largest parcel."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A parcel's file."""

    name: str
    data: bytes
    records: int


def export(desk: tools.Desk, to: AuthorityId) -> Carried:
    """A parcel with what waits for `to`. What its receipt will settle is remembered first."""
    own = desk.tools
    permitting.permitted(desk, "parcel.export")
    if to == own.authority:
        raise errors.Invalid("parcel-to-itself", f"{to} is this node")
    made = packing.make(own, to, desk.now)
    # A crash after this line remembers a parcel that nobody holds; its rows are sent again.
    own.store.append(port.Append(secrets=(delivering.memory_of(made.awaited),))).result()
    reading.note(desk, "handed-over", to=to, place="parcel")
    name = files.name(own.authority, to, max(made.awaited.through, 1))
    return Carried(name, made.data, len(made.awaited.sent.records))


def take(desk: tools.Desk, data: bytes) -> bytes:
    """Take a parcel in; the answer is the parcel with the receipt, for the way back."""
    permitting.permitted(desk, "parcel.import")
    return receiving.receive(desk.tools, data, desk.now)
