"""One record, looked at closely: what was signed, what is open of it, and where it stands.

The look is noted before anything is shown. A record that is not here and one that this officer may
not read are refused in the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.desk import cabinet, permitting, reading, showing, tools
from comity.records import envelope, sealed
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import port


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A record with everything that this node holds of it."""

    line: showing.Line
    row: port.MatterRow | None
    """The matter's line in the registry."""
    payload: str
    """The signed bytes, exactly, as text."""
    signatures: Sequence[tuple[str, bytes]]
    disclosures: Sequence[sealed.Disclosure]
    withheld: int
    """Sealed fields whose disclosure is not here."""
    leaf: int
    size: int
    """The size of this node's ledger."""
    rejected: str
    """Why it changes nothing; empty if it was admitted."""
    decision: port.Decision | None
    """Why saying it was permitted here; None for a foreign record."""
    officer: str
    """The name of who said it, where this node knows."""


def inspect(desk: tools.Desk, one: RecordId) -> Inspected:
    """A record and what is known of it."""
    own = desk.tools
    stored = _readable(desk, one)
    reading.note(desk, "read", matter=stored.matter, one=one, place="record")
    signed = envelope.parse(stored.envelope)
    known = cabinet.read_stored(stored, own.registry)
    texts = own.store.disclosures([one]).get(one, [])
    opened = sealed.usable(known.open, texts)
    rejected, quarantined = _standing(own, stored.matter, one)
    return Inspected(
        line=showing.line_of(own, known, texts, quarantined=quarantined),
        row=own.store.matter(stored.matter),
        payload=signed.payload.decode(),
        signatures=signed.signatures,
        disclosures=opened,
        withheld=len(sealed.digests_in(known.open)) - len(opened),
        leaf=stored.leaf,
        size=own.store.size,
        rejected=rejected,
        decision=own.store.decisions([one]).get(one),
        officer=_name(own, known.author, known.officer),
    )


def _readable(desk: tools.Desk, one: RecordId) -> port.StoredRecord:
    stored = desk.tools.store.record(one)
    try:
        permitting.permitted_on(desk, "read.matter", stored.matter if stored else MatterId(one))
    except errors.NotFound:
        stored = None
    if stored is None:
        raise errors.NotFound("record-unknown", "There is no such record here.")
    return stored


def _standing(own: tools.Tools, matter: MatterId, one: RecordId) -> tuple[str, bool]:
    with own.cabinet.holding(matter, new=True) as folder:
        rejection = folder.matter.rejection(one)
        quarantined = bool(folder.matter.membership.removed) and one in folder.matter.quarantined()
    return (rejection.reason if rejection else ""), quarantined


def _name(own: tools.Tools, author: AuthorityId, officer: str) -> str:
    if author != own.authority:
        return ""
    if officer == tools.NODE.id:
        return ""
    known = own.store.officer(officer)
    return known.name if known else ""
