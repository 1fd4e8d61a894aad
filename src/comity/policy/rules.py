"""The policies as this node keeps them: each with its name, its effect and its words.

`read` takes the texts and refuses what a lawyer could not rely on: a policy without a name, a
prohibition that gives no reason, a template that waits to be filled, a prohibition that asks
whether a fact is there (it would be skipped where it is not). Whether the policies fit the schema
is checked by `engine`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cedarpy

from comity import errors

_ID = re.compile(r"^[a-z]+(-[a-z]+)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy."""

    id: str
    effect: Literal["permit", "forbid"]
    reason: str
    """Of a prohibition: why not, as a person is told."""
    next_step: str
    text: str
    """The name of the text in which it stands."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All policies of a node."""

    all: tuple[Rule, ...]
    """In the order of the texts' names, then as they stand: the first that applies is told."""
    source: str
    """All texts in one, as the engine reads them."""
    digest: str
    """SHA-256 of the texts with their names; kept with every decision."""


def read(texts: Mapping[str, str]) -> Rules:
    """Read the policies in `texts` (name to Cedar source); `Invalid` names the text and policy."""
    found: list[Rule] = []
    for name in sorted(texts):
        found.extend(_read_one(name, texts[name]))
    known: dict[str, str] = {}
    for rule in found:
        if rule.id in known:
            raise _invalid(rule.text, f"@id {rule.id} stands in {known[rule.id]} already")
        known[rule.id] = rule.text
    source = "\n".join(texts[name] for name in sorted(texts))
    return Rules(tuple(found), source, digest(texts))


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 over every text's name and source, so that any change of a policy shows."""
    listed = [[name, texts[name]] for name in sorted(texts)]
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False).encode()).hexdigest()


def _read_one(name: str, text: str) -> list[Rule]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as fault:
        raise _invalid(name, str(fault)) from None
    if parsed["templates"]:
        raise _invalid(name, "a template (?principal, ?resource) permits nothing here")
    numbered = sorted(parsed["staticPolicies"].items(), key=lambda item: _number(item[0]))
    return [_rule(name, policy) for _, policy in numbered]


def _number(policy: str) -> int:
    """Cedar numbers policies as they stand: `policy0`, `policy1`."""
    return int(policy.removeprefix("policy"))


def _rule(name: str, policy: Mapping[str, Any]) -> Rule:
    words = {key: value or "" for key, value in policy.get("annotations", {}).items()}
    rule = Rule(
        id=words.get("id", ""),
        effect=policy["effect"],
        reason=words.get("reason", ""),
        next_step=words.get("next_step", ""),
        text=name,
    )
    if not _ID.match(rule.id):
        raise _invalid(name, f"@id is {rule.id!r} where words joined by hyphens name a policy")
    if rule.effect == "forbid":
        if not rule.reason or not rule.next_step:
            raise _invalid(name, f"{rule.id} forbids without @reason and @next_step")
        if _asks_whether_there_is(policy["conditions"]):
            raise _invalid(name, f"{rule.id} forbids by `has`; every fact is always there")
    return rule


def _asks_whether_there_is(node: object) -> bool:
    """Whether an expression, in Cedar's JSON form, uses the operator `has`."""
    if isinstance(node, dict):
        return "has" in node or any(_asks_whether_there_is(one) for one in node.values())
    return isinstance(node, list) and any(_asks_whether_there_is(one) for one in node)


def _invalid(text: str, why: str) -> errors.Invalid:
    return errors.Invalid(
        "policy-invalid",
        f"policy text {text}: {why}",
        next_step="Correct the text; the node does not start with policies that it cannot keep.",
    )
