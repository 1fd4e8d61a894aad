"""Everything that can be asked for: one action for each record kind, and a few fixed ones.

`act:request.filed/1` is saying a record of that kind. Actions stand in groups, so that a policy can
speak of casework instead of naming forty kinds, and a new kind is covered on its first day.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NewType

from comity.records import kinds

Action = NewType("Action", str)

SAID = "said"
COERCIVE = "coercive"
CONTENT = "content"
WITHIN_A_MATTER = "within a matter"
OF_THE_NODE = "of the node"
ADDS_TO_A_MATTER = "adds to a matter"
NEEDS_A_PURPOSE = "needs a purpose"
READS = "reads"
TAKES_OUT = "takes out"
MANAGES = "manages"
GIVES_RIGHTS = "gives rights"

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        SAID: "saying a record of any kind",
        "casework": "saying a record of casework",
        "governance": "saying a record that governs an alliance or settles who leads",
        "access": "saying a record of the account of access",
        "staff": "saying a record of who works here and what they may do",
        "needs officer": "saying what an officer may say",
        "needs desk head": "saying what only a desk head may say",
        "needs oversight": "saying what only oversight may say",
        "needs operator": "saying what only an operator may say",
        "needs node": "saying what only the node itself says",
        COERCIVE: "saying what reaches into someone's rights",
        CONTENT: "seeing what a matter holds, or taking it out",
        WITHIN_A_MATTER: "what must name a matter",
        OF_THE_NODE: "what must not name a matter: it begins one, or concerns the whole node",
        ADDS_TO_A_MATTER: "what leaves more in a matter than there was",
        NEEDS_A_PURPOSE: "what is done for a stated purpose only",
        READS: "looking at something, on this node",
        TAKES_OUT: "taking something out of this node",
        MANAGES: "running the node",
        GIVES_RIGHTS: "giving a person of this authority a role or a right",
    }
)
"""Every group, and what is in it."""

FIXED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "read.matter": frozenset({READS, CONTENT, WITHIN_A_MATTER, NEEDS_A_PURPOSE}),
        "read.registry": frozenset({READS}),
        "read.ledger": frozenset({READS, OF_THE_NODE}),
        "read.access": frozenset({READS, OF_THE_NODE, NEEDS_A_PURPOSE}),
        "export.matter": frozenset({TAKES_OUT, CONTENT, WITHIN_A_MATTER, NEEDS_A_PURPOSE}),
        "exhibit.read": frozenset({READS, CONTENT, WITHIN_A_MATTER, NEEDS_A_PURPOSE}),
        "exhibit.take": frozenset({WITHIN_A_MATTER, ADDS_TO_A_MATTER, NEEDS_A_PURPOSE}),
        "import.indicators": frozenset({ADDS_TO_A_MATTER}),
        "parcel.export": frozenset({TAKES_OUT, OF_THE_NODE}),
        "parcel.import": frozenset({MANAGES, OF_THE_NODE}),
        "approve.proposal": frozenset({ADDS_TO_A_MATTER}),
        "break.glass": frozenset({COERCIVE, NEEDS_A_PURPOSE, OF_THE_NODE, ADDS_TO_A_MATTER}),
        "issue.own-token": frozenset({OF_THE_NODE, ADDS_TO_A_MATTER}),
        "manage.officers": frozenset({MANAGES, OF_THE_NODE}),
        "manage.peers": frozenset({MANAGES, OF_THE_NODE}),
    }
)
"""The actions that say no record by themselves, and their groups."""


def act(kind: str) -> str:
    """The name of the action of saying a record of `kind`."""
    return f"act:{kind}"


def catalogue(registry: kinds.Registry) -> dict[Action, frozenset[str]]:
    """Every action there is, with its groups."""
    found = {Action(name): groups for name, groups in FIXED.items()}
    found.update((Action(act(kind.name)), groups_of(kind)) for kind in registry.values())
    return found


def groups_of(kind: kinds.Kind) -> frozenset[str]:
    """The groups of the action of saying `kind`: by family, by whose hand, by effect."""
    groups = {SAID, kind.family, f"needs {kind.needs.replace('_', ' ')}"}
    if isinstance(kind.effect, kinds.Genesis):
        groups.add(OF_THE_NODE)
    else:
        groups |= {WITHIN_A_MATTER, ADDS_TO_A_MATTER}
    if kind.coercive:
        groups |= {COERCIVE, NEEDS_A_PURPOSE}
    if kind.gives_rights:
        groups.add(GIVES_RIGHTS)
    return frozenset(groups)
