"""Policies put to the Cedar engine. What it cannot answer whole is a failure, never a yes.

Everything that stays the same is parsed once. The facts of an ask travel in its context and no
entity is made for it, which makes a decision cheap. The shape of requests is checked against the
schema once, by `check_shapes` before the first decision, and not again at each.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cedarpy

from comity import errors
from comity.policy import asks, schema
from comity.policy.actions import Action
from comity.policy.asks import Ask
from comity.policy.rules import Rule, Rules

_NUMBERED = re.compile(r"`(policy\d+)`")
_Key = tuple[Any, ...]
_KNOWN_MAX = 10_000
"""Answers kept before all are dropped."""

_context = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine says to one ask."""

    permitted: bool
    rules: tuple[Rule, ...] = ()
    """The policies that decided it, in the order of `Rules.all`."""
    faults: tuple[str, ...] = ()
    """Why there is no answer; then nothing is permitted."""


class Cedar:
    """The policies and the schema, parsed."""

    def __init__(self, rules: Rules, catalogue: Mapping[Action, frozenset[str]]) -> None:
        self._rules = {f"policy{number}": rule for number, rule in enumerate(rules.all)}
        self._order = {rule.id: number for number, rule in enumerate(rules.all)}
        parsed = cedarpy.Schema.from_json_str(json.dumps(schema.document(catalogue)))
        checked = cedarpy.validate_policies(rules.source, parsed)
        if not checked:
            raise self._invalid(checked)
        self._policies = cedarpy.PolicySet.from_str(rules.source)
        # Built with the schema, because that is where the groups of the actions come from.
        self._entities = cedarpy.Entities.from_json_str("[]", parsed)
        self._schema = parsed
        self._known: dict[_Key, Outcome] = {}

    def _invalid(self, checked: cedarpy.ValidationResult) -> errors.Invalid:
        first = checked.errors[0]
        rule = self._rules.get(first.policy_id)
        named = f"{rule.id} in {rule.text}" if rule else "the policies"
        return errors.Invalid(
            "policy-invalid",
            f"{named} does not fit the schema: {first.error}",
            next_step="Correct the policy, or name an action, group and fact that exist.",
        )

    def check_shapes(self, ask: Ask, actions: Iterable[Action]) -> None:
        """Put asks like this one, with every action and role: `Invalid` if one has no answer."""
        roles = [replace(ask, who=replace(ask.who, role=role)) for role in schema.PRINCIPALS]
        shapes = [*roles, *(replace(ask, action=action) for action in actions)]
        for outcome in self._evaluate(shapes, self._schema):
            if outcome.faults:
                raise errors.Invalid(
                    "policy-invalid",
                    f"an ordinary ask has no answer: {outcome.faults[0]}",
                    next_step="Correct the policy that the message names.",
                )

    def evaluate(self, asked: Sequence[Ask]) -> list[Outcome]:
        """Answer each ask by itself.

        An answer follows from the request alone, which holds every fact that a policy can name,
        so the same request is put to the engine once. A fact that changed makes another request.
        """
        known = self._known
        try:
            keys = [_key(ask) for ask in asked]
            found = {key: known[key] for key in keys if key in known}
        except (AttributeError, TypeError):
            # An ask that is none: the engine says what is wrong with it.
            return self._evaluate(asked, None)
        fresh = [at for at, key in enumerate(keys) if key not in found]
        if fresh:
            answers = self._evaluate([asked[at] for at in fresh], None)
            made = dict(zip((keys[at] for at in fresh), answers, strict=True))
            self._keep(made)
            found |= made
        return [found[key] for key in keys]

    def answer(self, ask: Ask) -> Outcome:
        """Answer one ask, as `evaluate` does."""
        try:
            known = self._known.get(_key(ask))
        except (AttributeError, TypeError):
            known = None
        return known or self.evaluate((ask,))[0]

    def _keep(self, outcomes: Mapping[_Key, Outcome]) -> None:
        if len(self._known) > _KNOWN_MAX:
            self._known = {}
        self._known |= {key: said for key, said in outcomes.items() if not said.faults}

    def _evaluate(self, asked: Sequence[Ask], parsed: cedarpy.Schema | None) -> list[Outcome]:
        try:
            results = cedarpy.is_authorized_batch(
                [_request(ask) for ask in asked], self._policies, self._entities, parsed
            )
            return [self._outcome(result) for result in results]
        # Whatever goes wrong in a foreign engine, the answer is no.
        except Exception as fault:  # noqa: BLE001
            return [Outcome(False, faults=(repr(fault),)) for _ in asked]

    def _outcome(self, result: cedarpy.AuthzResult) -> Outcome:
        faults = tuple(self._named(fault) for fault in result.diagnostics.errors)
        if faults or result.decision is cedarpy.Decision.NoDecision:
            return Outcome(False, faults=faults or ("the engine gave no decision",))
        named = [self._rules[policy] for policy in result.diagnostics.reasons]
        if len(named) > 1:
            named.sort(key=lambda rule: self._order[rule.id])
        return Outcome(result.allowed, tuple(named))

    def _named(self, fault: str) -> str:
        """A fault with the policy's own name where the engine gives its number."""
        return _NUMBERED.sub(lambda found: self._rules[found[1]].id, fault)


def _key(ask: Ask) -> _Key:
    """Everything that `_request` tells the engine, as it stands in the ask."""
    about, who = ask.about, ask.who
    place = None
    if about is not None:
        party, leads = ask.here in about.parties, ask.here == about.lead
        place = (
            about.id, about.type, party, leads, about.closed, about.tlp, about.purposes, about.tie
        )  # fmt: skip
    asker = (who.role, who.officer, who.authority, who.scope, who.clearance)
    return (*asker, ask.action, ask.here, ask.purpose, ask.second, ask.alone, ask.giving, place)


def _request(ask: Ask) -> dict[str, Any]:
    about, who = ask.about, ask.who
    return {
        "principal": {"type": schema.PRINCIPALS[who.role], "id": who.officer},
        "action": {"type": "Action", "id": ask.action},
        "resource": {"type": schema.NODE, "id": ask.here}
        if about is None
        else {"type": schema.MATTER, "id": about.id},
        "context": _context(facts(ask)),
    }


def facts(ask: Ask) -> dict[str, Any]:
    """The facts of an ask, by the names of `schema.FACTS`."""
    about, who = ask.about, ask.who
    tie = asks.NO_TIE if about is None else about.tie
    return {
        "ours": who.authority == ask.here,
        "scope": sorted(who.scope),
        "clearance": who.clearance,
        "purpose": ask.purpose,
        "second": ask.second or "",
        "alone": ask.alone,
        "gives_role": ask.giving.role,
        "gives_self": ask.giving.to_self,
        "matter": "" if about is None else about.type,
        "party": about is not None and ask.here in about.parties,
        "leads": about is not None and ask.here == about.lead,
        "closed": about is not None and about.closed,
        "tlp": "" if about is None else about.tlp or "",
        "purposes": [] if about is None else sorted(about.purposes or asks.PURPOSES),
        "classified": tie.classified,
        "restricted": tie.restricted,
        "team": tie.team,
        "conflict": tie.conflict,
        "glass": tie.glass,
    }
