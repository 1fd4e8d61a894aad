"""The policies that ship do what they are for: all of it, nothing more, and none of them idly."""

import copy
import re
from collections.abc import Iterator
from functools import cache

import cedarpy
import pytest

from comity.policy import actions, asks, cedar, rules
from comity.policy.asks import Ask
from tests.policy import asking
from tests.policy.oracle import PURPOSES, Oracle

ORACLE = Oracle(asking.REGISTRY)
CHUNK = 100


def said(ask: Ask) -> str:
    """What the oracle says: yes, the first prohibition, or that nothing permits it."""
    return ORACLE.forbidden(ask) or ("yes" if ORACLE.permitted(ask) else "nothing permits it")


def heard(outcome: cedar.Outcome) -> str:
    """What the engine says, in the same words."""
    if outcome.faults:
        return f"failed: {outcome.faults[0]}"
    if outcome.permitted:
        return "yes"
    return outcome.rules[0].id if outcome.rules else "nothing permits it"


@cache
def shipped() -> cedar.Cedar:
    return cedar.Cedar(rules.read(asking.TEXTS), actions.catalogue(asking.REGISTRY))


@cache
def answered() -> list[tuple[Ask, str, cedar.Outcome]]:
    """Every ask of the matrix, with what the oracle and the policies that ship say."""
    asked = asking.matrix()
    return list(zip(asked, map(said, asked), shipped().evaluate(asked), strict=True))


def test_every_role_action_place_and_purpose_is_answered_as_the_oracle_answers() -> None:
    different = [
        f"{asking.brief(ask)}: {wanted}, not {heard(outcome)}"
        for ask, wanted, outcome in answered()
        if wanted != heard(outcome)
    ]
    assert different == []


def test_the_matrix_has_every_answer() -> None:
    prohibitions = {rule.id for rule in asking.ENGINE.rules if rule.effect == "forbid"}
    assert {wanted for _, wanted, _ in answered()} == {"yes", "nothing permits it"} | prohibitions


def test_the_purposes_that_doors_offer_are_those_that_policy_knows() -> None:
    assert set(asks.PURPOSES) == PURPOSES


# --- mutants: every policy, clause, scope and list element changes an answer ----------------------

POLICY = re.compile(r"@id\(\"([a-z-]+)\"\).*?;\n(?=\n|\Z)", re.DOTALL)
CLAUSE = re.compile(r"\n(when|unless)\s*\{(.*?)\}(?=\n|;)", re.DOTALL)
SCOPE = re.compile(
    r"\b(principal is \w+|action (?:in|==) (?:Action::\"[^\"]+\"|\[.*?\])|"
    r"resource is \w+)(?=[,)\s])",
    re.DOTALL,
)
LIST = re.compile(r"\[(.*?)\]", re.DOTALL)


def without(text: str, start: int, end: int, put: str = "") -> str:
    return text[:start] + put + text[end:]


def mutants_of(policy: str) -> Iterator[tuple[str, str]]:
    """What was done to the policy, and the policy then."""
    yield "the policy taken out", ""
    for clause in CLAUSE.finditer(policy):
        yield f"without {clause[0].strip()}", without(policy, *clause.span())
        other = {"when": "unless", "unless": "when"}[clause[1]]
        yield f"{other} for {clause[0].strip()}", without(policy, *clause.span(1), other)
        operands = clause[2].split("||")
        for operand in operands if len(operands) > 1 else ():
            left = " || ".join(one for one in operands if one is not operand)
            yield f"without operand {operand.strip()}", without(policy, *clause.span(2), left)
    for scope in SCOPE.finditer(policy):
        yield f"any for {scope[0]}", without(policy, *scope.span(), scope[0].split()[0])
    for listed in LIST.finditer(policy):
        elements = listed[1].split(",")
        for element in elements:
            left = ",".join(one for one in elements if one is not element)
            yield f"without {element.strip()}", without(policy, *listed.span(1), left)


def mutants() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The policy, what was done to it, and all texts then."""
    for name, text in asking.TEXTS.items():
        for policy in POLICY.finditer(text):
            for done, mutant in mutants_of(policy[0]):
                changed = without(text, *policy.span(), mutant)
                yield policy[1], done, {**asking.TEXTS, name: changed}


# Mutants that change no answer, because a prohibition keeps what the permit keeps too.
DOUBLY_KEPT = {
    ("node-says-its-own", 'without when { action in Action::"needs node" }'),
    ("oversight-reviews", "any for principal is Oversight"),
    ("operators-read-the-staff", "any for principal is Operator"),
}
MUTANTS = [
    pytest.param(*one, id=f"{one[0]}: {' '.join(one[1].split())}")
    for one in mutants()
    if one[:2] not in DOUBLY_KEPT
]


def test_every_policy_has_its_mutants() -> None:
    mutated = [one[:2] for one in mutants()]
    assert {policy for policy, _ in mutated} == {rule.id for rule in asking.ENGINE.rules}
    assert set(mutated) >= DOUBLY_KEPT


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "done", "texts"), MUTANTS)
def test_every_mutant_of_the_policies_changes_an_answer(
    policy: str, done: str, texts: dict[str, str]
) -> None:
    read = rules.read(texts)
    mutant = copy.copy(shipped())
    mutant._policies = cedarpy.PolicySet.from_str(read.source)
    mutant._rules = {f"policy{number}": rule for number, rule in enumerate(read.all)}
    mutant._order = {rule.id: number for number, rule in enumerate(read.all)}
    mutant._known = {}
    asked = telling(policy)
    for start in range(0, len(asked), CHUNK):
        part = asked[start : start + CHUNK]
        answers = map(heard, mutant.evaluate([ask for ask, _ in part]))
        if any(answer != wanted for answer, (_, wanted) in zip(answers, part, strict=True)):
            return
    pytest.fail(f"{policy}, {done}: no answer changes")


@cache
def telling(policy: str) -> list[tuple[Ask, str]]:
    """The matrix, beginning with asks that `policy` decides and such as are near to them."""
    mine = [any(rule.id == policy for rule in outcome.rules) for *_, outcome in answered()]
    decided = {ask.action for (ask, *_), is_mine in zip(answered(), mine, strict=True) if is_mine}
    ordered: list[list[tuple[Ask, str]]] = [[], [], []]
    for (ask, wanted, _), is_mine in zip(answered(), mine, strict=True):
        ordered[0 if is_mine else 1 if ask.action in decided else 2].append((ask, wanted))
    decides, near, far = ordered
    return [*decides[:CHUNK], *near[:CHUNK], *far[:CHUNK], *decides[CHUNK:], *near[CHUNK:], *far]
