"""The staff of one authority: who works here, in which role, with which rights, until when.

It is a matter that no other authority is party to. Rights are given by two persons, neither of
whom gains by it, and end by their date; nothing is ever set to expired. What a person may do at an
instant is read out of these records, together with what a matter asks for: its team and its
classification. Names stand sealed; records of cases carry the pseudonym alone.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from comity.matters.matter import Matter
from comity.records import kinds, record, sealed
from comity.records.ids import MatterId, MatterRef, RecordId, RecordRef
from comity.records.kinds import N_, Kind, Statement
from comity.records.sealed import Sealed

STAFF = frozenset({"staff"})
GLASS_MINUTES = 60
"""How long a broken glass lets someone look."""
REVIEW_HOURS = 72
"""Within how long a broken glass is reviewed; after that its breaker is kept out."""

Role = Literal["officer", "desk_head", "oversight", "operator"]
Level = Literal["unclassified", "restricted", "confidential", "secret"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""The lowest first; a clearance or classification is its place here."""
Pseudonym = Annotated[str, StringConstraints(pattern=r"^o-[a-z2-7]{16}$")]
Name = Annotated[str, StringConstraints(min_length=2, max_length=80)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Until = record.Day | None


class StaffBegun(Statement):
    """An authority begins to keep its staff."""


class OfficerAdmitted(Statement):
    """A person comes to work for this authority."""

    officer: Pseudonym = Field(title=N_("Pseudonym in records"))
    role: Role = Field(title=N_("Role"))
    until: Until = Field(None, title=N_("Until"))
    name: Sealed[Name] = sealed.field(N_("Name"))
    number: Sealed[Number | None] = sealed.field(
        N_("Staff number"), description=N_("Tells that two accounts are of one person.")
    )


class RoleGiven(Statement):
    """A person has a further role, or another, until its day is over."""

    officer: Pseudonym = Field(title=N_("Officer"))
    role: Role = Field(title=N_("Role"))
    until: Until = Field(None, title=N_("Until"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class ClearanceGiven(Statement):
    """A person is cleared up to a classification."""

    officer: Pseudonym = Field(title=N_("Officer"))
    level: Level = Field(title=N_("Classification"))
    until: record.Day = Field(title=N_("Until"))


class TeamJoined(Statement):
    """A person joins the team of a matter."""

    officer: Pseudonym = Field(title=N_("Officer"))
    matter: MatterRef = Field(title=N_("Matter"))
    until: Until = Field(None, title=N_("Until"))


class TeamLeft(Statement):
    """A person is no longer in the team of a matter."""

    officer: Pseudonym = Field(title=N_("Officer"))
    matter: MatterRef = Field(title=N_("Matter"))


class MatterProtected(Statement):
    """What this authority asks of those who see a matter: to be in its team, to be cleared."""

    matter: MatterRef = Field(title=N_("Matter"))
    restricted: record.Flag = Field(False, title=N_("Only its team sees it"))
    level: Level = Field("unclassified", title=N_("Classification"))


class ConflictDeclared(Statement):
    """A person has a conflict of interest in a matter."""

    officer: Pseudonym = Field(title=N_("Officer"))
    matter: MatterRef = Field(title=N_("Matter"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class ConflictEnded(Statement):
    """A conflict of interest is over."""

    officer: Pseudonym = Field(title=N_("Officer"))
    matter: MatterRef = Field(title=N_("Matter"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class WorkTakenOver(Statement):
    """A person goes on with the work of another: is in the teams that the other was in."""

    officer: Pseudonym = Field(title=N_("Officer"))
    predecessor: Pseudonym = Field(title=N_("Whose work"))
    until: Until = Field(None, title=N_("Until"))


class OfficerKeptOut(Statement):
    """A person may not come in any more, for now or for good."""

    officer: Pseudonym = Field(title=N_("Officer"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class OfficerReadmitted(Statement):
    """A person who was kept out may come in again."""

    officer: Pseudonym = Field(title=N_("Officer"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class GlassBroken(Statement):
    """In an emergency a person looks at a matter that only its team sees."""

    officer: Pseudonym = Field(title=N_("Officer"))
    matter: MatterRef = Field(title=N_("Matter"))
    until: record.Instant = Field(title=N_("Until"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class GlassReviewed(Statement):
    """Oversight looked at why a glass was broken."""

    glass: RecordRef = Field(title=N_("Broken glass"))
    finding: Literal["justified", "not-justified"] = Field(title=N_("Finding"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


class PasskeyRegistered(Statement):
    """A person has a passkey: what verifies the person's approvals, for as long as records last."""

    officer: Pseudonym = Field(title=N_("Officer"))
    passkey: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,1400}$")]
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,4000}$")]
    """The credential's public key in COSE form (RFC 9052), base64url."""


class PasskeyRemoved(Statement):
    """A passkey is used no more."""

    officer: Pseudonym = Field(title=N_("Officer"))
    passkey: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,1400}$")]


class PasskeysWithdrawn(Statement):
    """All passkeys of a person count no more: they were lost, or are with somebody else."""

    officer: Pseudonym = Field(title=N_("Officer"))
    reason: Sealed[Reason] = sealed.field(N_("Reason"))


def _says(
    name: str,
    statement: type[Statement],
    needs: Literal["officer", "desk_head", "operator", "oversight", "node"],
    title: str,
    done: str,
    *,
    gives_rights: bool = False,
) -> Kind:
    return Kind(
        name=name,
        statement=statement,
        effect=kinds.Says(STAFF),
        family="staff",
        needs=needs,
        title=title,
        done=done,
        gives_rights=gives_rights,
    )


KINDS = (
    Kind(
        name="staff.begun/1",
        statement=StaffBegun,
        effect=kinds.Genesis("staff"),
        family="staff",
        needs="operator",
        title=N_("Begin the staff"),
        done=N_("began the staff"),
    ),
    _says("officer.admitted/1", OfficerAdmitted, "operator", N_("Add an officer"),
          N_("added an officer"), gives_rights=True),
    _says("role.given/1", RoleGiven, "operator", N_("Give a role"),
          N_("gave a role"), gives_rights=True),
    _says("clearance.given/1", ClearanceGiven, "operator", N_("Clear an officer"),
          N_("cleared an officer"), gives_rights=True),
    _says("team.joined/1", TeamJoined, "desk_head", N_("Take into the team"),
          N_("took an officer into the team"), gives_rights=True),
    _says("team.left/1", TeamLeft, "desk_head", N_("Take out of the team"),
          N_("took an officer out of the team")),
    _says("matter.protected/1", MatterProtected, "desk_head", N_("Protect a matter"),
          N_("protected a matter")),
    _says("conflict.declared/1", ConflictDeclared, "officer", N_("Declare a conflict of interest"),
          N_("declared a conflict of interest")),
    _says("conflict.ended/1", ConflictEnded, "desk_head", N_("End a conflict of interest"),
          N_("ended a conflict of interest"), gives_rights=True),
    _says("work.taken-over/1", WorkTakenOver, "operator", N_("Take over someone's work"),
          N_("gave someone's work to another"), gives_rights=True),
    _says("officer.kept-out/1", OfficerKeptOut, "operator", N_("Keep an officer out"),
          N_("kept an officer out")),
    _says("officer.readmitted/1", OfficerReadmitted, "operator", N_("Let an officer in again"),
          N_("let an officer in again"), gives_rights=True),
    _says("glass.broken/1", GlassBroken, "officer", N_("Break the glass"),
          N_("broke the glass")),
    _says("glass.reviewed/1", GlassReviewed, "oversight", N_("Review a broken glass"),
          N_("reviewed a broken glass")),
    _says("passkey.registered/1", PasskeyRegistered, "node", N_("Register a passkey"),
          N_("registered a passkey")),
    _says("passkey.removed/1", PasskeyRemoved, "node", N_("Remove a passkey"),
          N_("removed a passkey")),
    _says("passkeys.withdrawn/1", PasskeysWithdrawn, "operator", N_("Withdraw someone's passkeys"),
          N_("withdrew someone's passkeys"), gives_rights=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Right:
    """A right that someone was given, and its last day."""

    value: str | int
    until: datetime.date | None
    given_by: RecordId

    def holds(self, day: datetime.date) -> bool:
        """Whether it is in force on a day."""
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True)
class Glass:
    """A glass that someone broke, and what oversight found."""

    record: RecordId
    officer: str
    matter: MatterId
    broken_at: datetime.datetime
    until: datetime.datetime
    finding: str = ""

    @property
    def review_by(self) -> datetime.datetime:
        """When the review is due."""
        return self.broken_at + datetime.timedelta(hours=REVIEW_HOURS)

    def overdue(self, now: datetime.datetime) -> bool:
        """Whether nobody reviewed it in time."""
        return not self.finding and now >= self.review_by


@dataclass(slots=True)
class Person:
    """One officer, as the records of the staff add up."""

    officer: str
    roles: list[Right] = field(default_factory=list)
    clearances: list[Right] = field(default_factory=list)
    teams: dict[MatterId, Right] = field(default_factory=dict)
    conflicts: set[MatterId] = field(default_factory=set)
    predecessors: list[Right] = field(default_factory=list)
    passkeys: set[str] = field(default_factory=set)
    kept_out: bool = False
    readmitted: bool = False
    """Whether the person was kept out before, and let in again."""

    def role(self, day: datetime.date) -> str:
        """The role that was given last and is in force; empty if there is none."""
        return str(_newest(self.roles, day) or "")

    def clearance(self, day: datetime.date) -> int:
        """Up to which classification the person is cleared."""
        return int(_newest(self.clearances, day) or 0)

    def is_in_team(self, matter: MatterId, day: datetime.date) -> bool:
        """Whether the person was taken into the team of `matter`."""
        right = self.teams.get(matter)
        return right is not None and right.holds(day)


@dataclass(frozen=True, slots=True)
class Protection:
    """What a matter asks of those who see it."""

    restricted: bool = False
    level: int = 0


@dataclass(frozen=True, slots=True)
class Staff:
    """Everyone, and what matters ask for. A value: it is read again when the matter has grown."""

    people: Mapping[str, Person]
    protections: Mapping[MatterId, Protection]
    glasses: tuple[Glass, ...]

    def person(self, officer: str) -> Person | None:
        """One officer; None for whom the staff does not know."""
        return self.people.get(officer)

    def in_team(self, officer: str, matter: MatterId, day: datetime.date) -> bool:
        """Whether an officer is in a team: taken in, or going on with the work of one who was."""
        return any(one.is_in_team(matter, day) for one in self._line(officer, day))

    def line(self, officer: str, day: datetime.date) -> tuple[str, ...]:
        """The officer and all whose work the officer goes on with."""
        return tuple(one.officer for one in self._line(officer, day))

    def _line(self, officer: str, day: datetime.date) -> Iterator[Person]:
        seen: set[str] = set()
        ahead = [officer]
        while ahead:
            name = ahead.pop()
            person = self.people.get(name)
            if person is None or name in seen:
                continue
            seen.add(name)
            yield person
            ahead += [str(one.value) for one in person.predecessors if one.holds(day)]

    def glass(self, officer: str, matter: MatterId, now: datetime.datetime) -> Glass | None:
        """The glass through which an officer looks at a matter now."""
        found = (
            one
            for one in self.glasses
            if one.officer == officer and one.matter == matter and now < one.until
        )
        return next(found, None)

    def kept_out(self, officer: str, now: datetime.datetime) -> bool:
        """Whether an officer is kept out: by a record, or by a glass that nobody reviewed."""
        person = self.people.get(officer)
        unreviewed = (one.officer == officer and one.overdue(now) for one in self.glasses)
        return (person is not None and person.kept_out) or any(unreviewed)


def staff(matter: Matter) -> Staff:
    """Read the staff out of its matter."""
    people: dict[str, Person] = {}
    protections: dict[MatterId, Protection] = {}
    glasses: dict[RecordId, Glass] = {}
    for one in matter.timeline():
        said = one.said
        if isinstance(said, MatterProtected):
            protections[said.matter] = Protection(said.restricted, LEVELS.index(said.level))
        elif isinstance(said, GlassBroken):
            at, until = record.moment(one.said_at), record.moment(said.until)
            longest = at + datetime.timedelta(minutes=GLASS_MINUTES)
            glasses[one.id] = Glass(one.id, said.officer, said.matter, at, min(until, longest))
        elif isinstance(said, GlassReviewed) and said.glass in glasses:
            broken = glasses[said.glass]
            glasses[said.glass] = Glass(
                broken.record, broken.officer, broken.matter, broken.broken_at, broken.until,
                said.finding,
            )  # fmt: skip
        elif said is not None and "officer" in type(said).model_fields:
            _take(people, said, one.id)
    return Staff(people, protections, tuple(glasses.values()))


def _take(people: dict[str, Person], said: Statement, source: RecordId) -> None:
    """One statement about one person."""
    officer: str = getattr(said, "officer")  # noqa: B009 - the caller looked
    person = people.setdefault(officer, Person(officer))
    match said:
        case OfficerAdmitted() | RoleGiven():
            person.roles.append(Right(said.role, said.until, source))
        case ClearanceGiven():
            person.clearances.append(Right(LEVELS.index(said.level), said.until, source))
        case TeamJoined():
            person.teams[said.matter] = Right("", said.until, source)
        case TeamLeft():
            person.teams.pop(said.matter, None)
        case ConflictDeclared():
            person.conflicts.add(said.matter)
        case ConflictEnded():
            person.conflicts.discard(said.matter)
        case WorkTakenOver():
            person.predecessors.append(Right(said.predecessor, said.until, source))
        case OfficerKeptOut():
            person.kept_out, person.readmitted = True, False
        case OfficerReadmitted():
            person.kept_out, person.readmitted = False, True
        case _:
            _take_passkey(person, said)


def _take_passkey(person: Person, said: Statement) -> None:
    match said:
        case PasskeyRegistered():
            person.passkeys.add(said.passkey)
        case PasskeyRemoved():
            person.passkeys.discard(said.passkey)
        case PasskeysWithdrawn():
            person.passkeys.clear()
        case _:
            pass


def _newest(rights: list[Right], day: datetime.date) -> str | int | None:
    return next((one.value for one in reversed(rights) if one.holds(day)), None)
