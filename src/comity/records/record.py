"""A record: one signed statement. Who says what, in which matter, having seen which records.

`parse` turns verified bytes into a `Record`; `build` makes the bytes of a new one. What every
version must read alike, the header, is refused when it is malformed. A statement that is not of
its kind's form is a `fault` of the record, and a kind that is not known here is kept whole: both
say nothing (`said` is None). No policy and no state here (clauses R3 to R6).
"""

import datetime
import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pydantic
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from comity import errors
from comity.records import approval, envelope, kinds, sealed, spelling, strict_json
from comity.records.ids import AuthorityId, AuthorityRef, MatterId, MatterRef, RecordId, RecordRef

PROTOCOL = "comity/1"
SUITE = "ed25519"
AFTER_MAX = 16
_INSTANT = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ROOT = r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"

Tlp = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]


def _day(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(_DAY, value):
        raise ValueError("a day is written as year-month-day")
    if isinstance(value, (bool, int, float)):
        raise ValueError("a day is not a number")
    return value


def _existing(said_at: str) -> str:
    moment(said_at)
    return said_at


Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]
Day = Annotated[datetime.date, BeforeValidator(_day)]
Instant = Annotated[str, StringConstraints(pattern=_INSTANT), AfterValidator(_existing)]


class Handling(BaseModel):
    """How the content may be used: FIRST TLP 2.0, PAP, Europol handling code, and limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tlp: Tlp = "AMBER"
    pap: Literal["CLEAR", "GREEN", "AMBER", "RED"] = "AMBER"
    code: Literal["H0", "H1", "H2", "H3"] = "H0"
    purposes: tuple[Annotated[str, StringConstraints(max_length=60)], ...] = ()
    recipients: tuple[AuthorityRef, ...] | None = None
    """Who is entitled to the disclosures; None is every party of the matter, now and later."""
    originator_control: Flag = False
    retain_until: Day | None = None


class Seen(BaseModel):
    """The head of another member's ledger that the author had seen (clause R3.9)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: Count
    root: Annotated[str, StringConstraints(pattern=_ROOT)]


class Header(BaseModel):
    """The members of the signed payload."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    protocol: Literal["comity/1"]
    suite: Literal["ed25519"]
    kind: Annotated[str, StringConstraints(pattern=kinds.NAME, max_length=60)]
    matter: MatterRef | None
    author: AuthorityRef
    officer: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    said_at: Instant
    after: Annotated[tuple[RecordRef, ...], Field(max_length=AFTER_MAX)]
    control: RecordRef | None
    lamport: Count
    seq: Count
    charter: MatterRef | None
    handling: Handling
    seen: dict[AuthorityRef, Seen]
    said: dict[str, Any]
    approvals: Annotated[tuple[approval.Approval, ...], Field(max_length=approval.MANY)] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A record as verified bytes say it."""

    id: RecordId
    kind: str
    matter: MatterId
    author: AuthorityId
    officer: str
    said_at: str
    after: tuple[RecordId, ...]
    control: RecordId | None
    lamport: int
    seq: int
    charter: MatterId | None
    handling: Handling
    seen: Mapping[AuthorityId, Seen]
    open: Mapping[str, Any]
    """The said part as signed: open fields, and digests in the place of sealed ones."""
    said: kinds.Statement | None
    """The open fields, typed; sealed ones withheld. None for a kind not known here."""
    fault: str = ""
    """Why `said` is None although the kind is known: the statement is not of its form."""
    approvals: tuple[approval.Approval, ...] = ()
    """Of the further persons who approved it in exactly this form."""
    proposal: str = ""
    """The digest that they approved; empty where nobody did."""


def parse(payload: bytes, digest: str, registry: kinds.Registry) -> Record:
    """Read a payload whose envelope has `digest`; `Invalid` names the member that is wrong."""
    try:
        members = strict_json.loads(payload)
        header = Header.model_validate(members)
    except pydantic.ValidationError as fault:
        raise _invalid("record-malformed", fault) from None
    _check_place(header)
    sealed.digests_in(header.said)
    record_id = RecordId(digest)
    said, misfit = _read(registry.get(header.kind), header.said)
    return Record(
        id=record_id,
        kind=header.kind,
        matter=MatterId(record_id) if header.matter is None else header.matter,
        author=header.author,
        officer=header.officer,
        said_at=header.said_at,
        after=header.after,
        control=header.control,
        lamport=header.lamport,
        seq=header.seq,
        charter=header.charter,
        handling=header.handling,
        seen=header.seen,
        open=header.said,
        said=said,
        fault=misfit,
        approvals=header.approvals,
        proposal=approval.digest(members) if header.approvals else "",
    )


def _check_place(header: Header) -> None:
    if list(header.after) != sorted(set(header.after)):
        raise errors.Invalid("record-malformed", "after: ids must be distinct and in order")
    begins = header.matter is None
    if begins != (not header.after) or begins != (header.control is None):
        raise errors.Invalid(
            "record-malformed",
            "matter, after and control are empty in the first record of a matter, and only there",
        )


def _read(kind: kinds.Kind | None, said: Mapping[str, Any]) -> tuple[kinds.Statement | None, str]:
    """The statement, or why it is none. Another version may not know the kind and so not see a
    fault; the record itself must be the same to both (clause R5.6)."""
    if kind is None:
        return None, ""
    try:
        made = statement(kind, said, ())
        spelling.check(kind, made, said)
    except errors.Invalid as wrong:
        return None, wrong.message
    return made, ""


def statement(
    kind: kinds.Kind, said: Mapping[str, Any], disclosures: Sequence[sealed.Disclosure]
) -> kinds.Statement:
    """What a record of `kind` says, with those of its sealed fields open that were disclosed.

    `Invalid` when the open fields are malformed. A disclosure whose value is not of its field's
    form opens nothing: what its author sealed cannot keep others from reading the rest.
    """
    by_element = kinds.sealed_fields(kind.statement)
    for name in by_element:
        if name in said and not (by_element[name] and _all_digests(said[name])):
            raise errors.Invalid("sealed-field-open", f"{kind.name}: {name} must be sealed")
    if len(said.get(sealed.DIGESTS, ())) > list(by_element.values()).count(False):
        raise errors.Invalid("statement-malformed", f"{kind.name}: more digests than sealed fields")
    fitting = [one for one in disclosures if one.name is None or by_element.get(one.name) is False]
    while True:
        try:
            return kind.statement.model_validate(sealed.opened(said, fitting))
        except pydantic.ValidationError as fault:
            misfits = spelling.misfits(fault, said, fitting)
            if not misfits:
                raise _invalid("statement-malformed", fault, kind.name) from None
            fitting = [one for one in fitting if one.digest not in misfits]


def _all_digests(value: Any) -> bool:
    return isinstance(value, list) and all(sealed.is_sealed(element) for element in value)


def draft(kind: kinds.Kind, values: Mapping[str, Any]) -> kinds.Statement:
    """A statement as an officer enters it: every field is checked, sealed ones must be given.

    Space around a text is taken away.
    """
    try:
        made = kind.statement.model_validate(
            {name: spelling.tidied(one) for name, one in values.items()}
        )
    except pydantic.ValidationError as fault:
        raise _invalid("statement-malformed", fault, kind.name) from None
    for name, by_element in kinds.sealed_fields(kind.statement).items():
        value = getattr(made, name)
        if not by_element and value.withheld:
            if kinds.takes_none(kind.statement, name):
                continue
            raise errors.Invalid("field-missing", f"{kind.name}: {name} is required")
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a new record stands in its matter's graph."""

    matter: MatterId | None
    after: tuple[RecordId, ...]
    control: RecordId | None
    lamport: int
    seq: int


class Statement(NamedTuple):
    """What a record will say: the part that is signed, and what opens its sealed fields."""

    part: dict[str, Any]
    disclosures: tuple[sealed.Disclosure, ...]


class Built(NamedTuple):
    """A new record: its signed envelope, what opens its sealed fields, and what `parse` reads."""

    signed: bytes
    disclosures: tuple[sealed.Disclosure, ...]
    record: Record


def build(
    kind: kinds.Kind,
    said: kinds.Statement,
    *,
    place: Place,
    officer: str,
    said_at: datetime.datetime,
    charter: MatterId | None,
    handling: Handling,
    seen: Mapping[AuthorityId, Seen],
    signer: envelope.Signer,
    salt: sealed.Salt,
) -> Built:
    """Seal and sign a new record. What comes with it is what `parse` would read from its bytes."""
    return sign(
        kind,
        seal(kind, said, salt),
        place=place,
        officer=officer,
        said_at=instant(said_at),
        charter=charter,
        handling=handling,
        seen=seen,
        signer=signer,
    )


def seal(kind: kinds.Kind, said: kinds.Statement, salt: sealed.Salt) -> Statement:
    """Seal what is sealed of a statement: each time with fresh salts."""
    by_element = kinds.sealed_fields(kind.statement)
    values = said.model_dump(mode="json", exclude_none=True)
    hidden = {name: values.pop(name) for name in by_element if name in values}
    given = {
        name: value
        for name, value in hidden.items()
        if by_element[name] or not getattr(said, name).withheld
    }
    lists = {name for name in given if by_element[name]}
    return Statement(*sealed.seal(values, given, salt, by_element=lists))


def sign(
    kind: kinds.Kind,
    said: Statement,
    *,
    place: Place,
    officer: str,
    said_at: str,
    charter: MatterId | None,
    handling: Handling,
    seen: Mapping[AuthorityId, Seen],
    signer: envelope.Signer,
    approved: tuple[approval.Approval, ...] = (),
) -> Built:
    """Sign a new record of a sealed statement, with the approvals of others if there are any."""
    part, disclosures = said
    members: dict[str, Any] = {
        "protocol": PROTOCOL,
        "suite": SUITE,
        "kind": kind.name,
        "matter": place.matter,
        "author": signer.authority,
        "officer": officer,
        "said_at": said_at,
        "after": list(place.after),
        "control": place.control,
        "lamport": place.lamport,
        "seq": place.seq,
        "charter": charter,
        "handling": written(handling),
        "seen": {who: head.model_dump() for who, head in seen.items()},
        "said": part,
    }
    if approved:
        members["approvals"] = [one.model_dump() for one in approved]
    payload = strict_json.dumps(members)
    if len(payload) > strict_json.SIZE_MAX:
        raise errors.Invalid(
            "record-too-large",
            f"{len(payload)} bytes where a record has at most {strict_json.SIZE_MAX}",
            next_step="Say less in one record, or attach a file as an exhibit.",
        )
    record_id = id_of(payload)
    readable, misfit = _read(kind, part)
    made = Record(
        id=record_id,
        kind=kind.name,
        matter=MatterId(record_id) if place.matter is None else place.matter,
        author=signer.authority,
        officer=officer,
        said_at=said_at,
        after=place.after,
        control=place.control,
        lamport=place.lamport,
        seq=place.seq,
        charter=charter,
        handling=handling,
        seen=seen,
        open=part,
        said=readable,
        fault=misfit,
        approvals=approved,
        proposal=approval.digest(members) if approved else "",
    )
    return Built(envelope.seal(envelope.RECORD_TYPE, payload, signer), disclosures, made)


@functools.lru_cache(256)
def written(handling: Handling) -> dict[str, Any]:
    """Most records are handled in one of few ways."""
    return handling.model_dump(mode="json")


def instant(moment: datetime.datetime) -> str:
    """RFC 3339 in UTC; a time without a zone is refused."""
    if moment.tzinfo is None:
        raise errors.Invalid("time-without-zone", f"{moment.isoformat()} has no time zone")
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def id_of(payload: bytes) -> RecordId:
    """The id of a record whose payload is `payload`."""
    return RecordId(hashlib.sha256(envelope.pae(envelope.RECORD_TYPE, payload)).hexdigest())


def moment(said_at: str) -> datetime.datetime:
    """The claimed instant of a record; `ValueError` for one that does not exist."""
    return datetime.datetime.fromisoformat(said_at)


def _invalid(code: str, fault: pydantic.ValidationError, where: str = "record") -> errors.Invalid:
    found = fault.errors(include_url=False, include_input=False)
    # Of a sealed field, what is wrong with its value; not that the value is not sealed yet.
    first = next((one for one in found if one["type"] != "is_instance_of"), found[0])
    parts = [
        str(part) for part in first["loc"] if not str(part).startswith(("is-instance", "function"))
    ]
    place = ".".join(parts) or "whole"
    return errors.Invalid(code, f"{where}: {place or 'whole'}: {first['msg']}")
