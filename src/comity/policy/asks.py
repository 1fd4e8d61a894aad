"""What policy is asked: who wants to do what, with which matter, for which purpose, where and when.

Values only. The caller reads the facts of the matter freshly for each ask; nothing here looks
anything up.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from comity.matters.matter import Matter
from comity.policy.actions import Action
from comity.records.ids import AuthorityId, MatterId
from comity.records.kinds import N_
from comity.records.record import Tlp

Role = Literal["officer", "desk_head", "oversight", "operator", "node"]

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        "officer": N_("an officer"),
        "desk_head": N_("a desk head"),
        "oversight": N_("oversight"),
        "operator": N_("an operator"),
        "node": N_("the node itself"),
    }
)
"""Every role, as a sentence names it."""

PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "investigation": N_("Investigation"),
        "prosecution": N_("Prosecution"),
        "prevention": N_("Prevention"),
        "deconfliction": N_("Deconfliction"),
        "operation": N_("Operation"),
        "victim-protection": N_("Protection of victims"),
        "oversight": N_("Oversight"),
        "exercise": N_("Exercise"),
    }
)
"""Every purpose that can be stated, and its title. Policy refuses any other."""


Scope = Literal["read", "act", "coercive", "export", "manage"]

SCOPES: Mapping[Scope, str] = MappingProxyType(
    {
        "read": N_("Read"),
        "act": N_("Act, and add to matters"),
        "coercive": N_("Reach into someone's rights"),
        "export": N_("Take data out"),
        "manage": N_("Run the node"),
    }
)
"""What a session or token can be used for, and how it is called."""

PRESENT: frozenset[Scope] = frozenset(SCOPES)
"""The scope of a person who showed within the last minutes that they are there."""
SIGNED_IN: frozenset[Scope] = PRESENT - {"coercive"}
"""The scope of a session otherwise."""


@dataclass(frozen=True, slots=True)
class Who:
    """The hand that would act: a pseudonym, its role, and the authority it acts for."""

    officer: str
    role: Role
    authority: AuthorityId
    scope: frozenset[Scope] = frozenset()
    """What the session or token can be used for."""
    clearance: int = 0
    """Up to which classification the person is cleared (`CLASSIFICATIONS`)."""


CLASSIFICATIONS: tuple[str, ...] = (
    N_("Unclassified"),
    N_("Restricted"),
    N_("Confidential"),
    N_("Secret"),
)
"""The levels of classification, the lowest first; a level is its place here."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What this authority says of one matter, and of one person in it."""

    classified: int = 0
    """The clearance that the matter asks for."""
    restricted: bool = False
    """Only its team sees it."""
    team: bool = False
    """The asker is in its team."""
    conflict: bool = False
    """The asker has a conflict of interest in it."""
    glass: bool = False
    """The asker broke the glass: looks at it in an emergency, to be reviewed."""


NO_TIE = Tie()


@dataclass(frozen=True, slots=True)
class Giving:
    """What is asked about where rights of persons are given."""

    role: str = ""
    """The role that is given; empty for any other right."""
    to_self: bool = False
    """It is about the asker, or about the second person."""


NOTHING_GIVEN = Giving()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What policy may know of the matter that an ask is about."""

    id: MatterId
    type: str
    lead: AuthorityId | None
    parties: Collection[AuthorityId]
    closed: bool = False
    tlp: Tlp | None = None
    """The strictest handling of what is asked for, where the caller knows it."""
    purposes: frozenset[str] = frozenset()
    """The purposes that the matter serves; none named, any."""
    tie: Tie = NO_TIE
    """What lies between the asker and the matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question. `about` is None where no matter is meant: a new case, the ledger, officers."""

    who: Who
    action: Action
    here: AuthorityId
    """The authority whose node this is."""
    about: About | None = None
    purpose: str = ""
    second: Role | None = None
    """The role of the second person who approved exactly this; None while nobody did."""
    alone: bool = False
    """There are not yet two persons at this node who could give rights together."""
    giving: Giving = NOTHING_GIVEN
    now: datetime.datetime


def about(matter: Matter, *, tlp: Tlp | None = None, tie: Tie = NO_TIE) -> About:
    """The facts of a matter as it stands here."""
    membership = matter.membership
    return About(
        id=matter.id,
        type=matter.type,
        lead=membership.lead,
        parties=membership.parties,
        closed=membership.closed,
        tlp=tlp,
        purposes=frozenset(matter.purposes),
        tie=tie,
    )


def absent(matter: MatterId) -> About:
    """Stands for a matter that is not here, so that it is refused just as a hidden one is."""
    return About(id=matter, type="", lead=None, parties=())
