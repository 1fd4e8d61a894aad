"""The Cedar schema: which persons, things and facts a policy may speak of.

It is made from the actions, so a policy that names an action, group or fact that does not exist is
refused when the node starts. Every fact is always present: no policy can be skipped because it
read something that was not there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from comity.policy import actions
from comity.policy.actions import Action
from comity.policy.asks import Role

PRINCIPALS: Mapping[Role, str] = MappingProxyType(
    {
        "officer": "Officer",
        "desk_head": "DeskHead",
        "oversight": "Oversight",
        "operator": "Operator",
        "node": "Node",
    }
)
"""The entity type of each role; its id is the officer's pseudonym."""

MATTER = "Matter"
NODE = "Node"
RESOURCES = (MATTER, NODE)
"""A matter, by its id; or this node as a whole, by its authority, where no matter is meant."""

_TRUTH = {"type": "Boolean"}
_TEXT = {"type": "String"}
_NUMBER = {"type": "Long"}
_TEXTS = {"type": "Set", "element": _TEXT}

FACTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # of the asker
        "ours": _TRUTH,
        "scope": _TEXTS,
        "clearance": _NUMBER,
        # of what is asked
        "purpose": _TEXT,
        "second": _TEXT,
        "alone": _TRUTH,
        "gives_role": _TEXT,
        "gives_self": _TRUTH,
        # of the matter
        "matter": _TEXT,
        "party": _TRUTH,
        "leads": _TRUTH,
        "closed": _TRUTH,
        "tlp": _TEXT,
        "purposes": _TEXTS,
        "classified": _NUMBER,
        "restricted": _TRUTH,
        # of both
        "team": _TRUTH,
        "conflict": _TRUTH,
        "glass": _TRUTH,
    }
)
"""The facts of an ask, under `context`, and their types. Without a matter: false, and empty."""


def document(catalogue: Mapping[Action, frozenset[str]]) -> dict[str, Any]:
    """The schema as Cedar's JSON form."""
    applies = {
        "principalTypes": list(PRINCIPALS.values()),
        "resourceTypes": list(RESOURCES),
        "context": {
            "type": "Record",
            "attributes": {name: {**type_, "required": True} for name, type_ in FACTS.items()},
        },
    }
    named: dict[str, Any] = {group: {} for group in actions.GROUPS}
    for action, groups in catalogue.items():
        members = [{"id": group} for group in sorted(groups)]
        named[action] = {"appliesTo": applies, "memberOf": members}
    kinds_of_thing = {*PRINCIPALS.values(), *RESOURCES}
    return {"": {"entityTypes": {name: {} for name in sorted(kinds_of_thing)}, "actions": named}}
