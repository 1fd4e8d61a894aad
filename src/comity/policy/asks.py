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


@dataclass(frozen=True, slots=True)
class Who:
    """The hand that would act: a pseudonym, its role, and the authority it acts for."""

    officer: str
    role: Role
    authority: AuthorityId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question. `about` is None where no matter is meant: a new case, the ledger, officers."""

    who: Who
    action: Action
    here: AuthorityId
    """The authority whose node this is."""
    about: About | None = None
    purpose: str = ""
    now: datetime.datetime


def about(matter: Matter, *, tlp: Tlp | None = None) -> About:
    """The facts of a matter as it stands here."""
    membership = matter.membership
    return About(
        id=matter.id,
        type=matter.type,
        lead=membership.lead,
        parties=membership.parties,
        closed=membership.closed,
        tlp=tlp,
    )


def absent(matter: MatterId) -> About:
    """Stands for a matter that is not here, so that it is refused just as a hidden one is."""
    return About(id=matter, type="", lead=None, parties=())
