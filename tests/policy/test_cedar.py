from dataclasses import replace

import pytest

from comity import errors
from comity.matters import subjects
from comity.policy import actions, cedar, rules
from comity.policy.asks import Ask, Who
from tests.policy import asking
from tests.policy.asking import LYON

CATALOGUE = actions.catalogue(subjects.REGISTRY)
PERMIT = '@id("all-may")\npermit (principal, action, resource);\n'
FORBID = """
@id("never-reached")
@reason("No.")
@next_step("Stop.")
forbid (principal, action, resource)
when { 9223372036854775807 + 1 == 0 };
"""


def ready(text: str) -> cedar.Cedar:
    return cedar.Cedar(rules.read({"a": text}), CATALOGUE)


def test_each_ask_has_its_own_answer_with_the_policies_that_decided() -> None:
    text = """
@id("officers-may")
permit (principal is Officer, action, resource);
@id("none-may-export") @reason("No.") @next_step("Stop.")
forbid (principal, action == Action::"export.matter", resource);
"""
    asked = [
        asking.ask(),
        asking.ask("export.matter"),
        asking.ask(role="operator"),
    ]
    answers = [
        (outcome.permitted, [rule.id for rule in outcome.rules], outcome.faults)
        for outcome in ready(text).evaluate(asked)
    ]
    assert answers == [
        (True, ["officers-may"], ()),
        (False, ["none-may-export"], ()),
        (False, [], ()),
    ]


def test_no_asks_have_no_answers() -> None:
    assert ready(PERMIT).evaluate([]) == []


def test_a_prohibition_that_errs_does_not_let_the_permit_through() -> None:
    """Cedar by itself skips the prohibition and permits; and its validator lets it pass."""
    (outcome,) = ready(PERMIT + FORBID).evaluate([asking.ask()])
    assert not outcome.permitted
    assert "never-reached" in outcome.faults[0]
    assert "overflow" in outcome.faults[0]


def spoilt(**changed: object) -> Ask:
    """An ask that typed code cannot make."""
    return replace(asking.ask(), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ask",
    [
        spoilt(purpose=None),
        spoilt(purpose=b"investigation"),
        spoilt(who=Who("owl-7", "superuser", LYON)),  # type: ignore[arg-type]
        spoilt(who=Who(None, "officer", LYON)),  # type: ignore[arg-type]
        spoilt(about="a case"),
        spoilt(action=None),
    ],
    ids=["no-purpose", "purpose-bytes", "role", "officer", "about", "action"],
)
def test_an_ask_that_cannot_be_put_is_a_fault_and_never_a_yes(ask: Ask) -> None:
    (outcome,) = ready(PERMIT).evaluate([ask])
    assert not outcome.permitted
    assert outcome.faults


def test_one_ask_that_cannot_be_put_spoils_its_batch() -> None:
    outcomes = ready(PERMIT).evaluate([asking.ask(), spoilt(who=None)])
    assert [outcome.permitted for outcome in outcomes] == [False, False]


def test_a_fact_of_the_wrong_type_errs_where_a_policy_reads_it_and_permits_nothing() -> None:
    reads = PERMIT.replace(");", ") unless { context.closed };")
    case = replace(asking.PLACES["own"], closed="no")  # type: ignore[arg-type,type-var]
    (outcome,) = ready(reads).evaluate([asking.ask(where=case)])
    assert not outcome.permitted
    assert outcome.faults


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PERMIT.replace("action,", 'action == Action::"read.minds",'), "read.minds"),
        (PERMIT.replace("action,", 'action in Action::"everything",'), "everything"),
        (PERMIT.replace("principal,", "principal is Admin,"), "Admin"),
        (PERMIT.replace(");", ") when { context.mood };"), "mood"),
        (PERMIT.replace(");", ") when { resource.closed };"), "closed"),
        (PERMIT.replace(");", ') when { context.closed == "yes" };'), "not compatible"),
    ],
)
def test_a_policy_that_does_not_fit_the_schema_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        ready(text)
    assert caught.value.code == "policy-invalid"
    assert caught.value.message.startswith("all-may in a does not fit the schema")
    assert why in caught.value.message


def test_the_shape_of_every_ask_fits_the_schema() -> None:
    ready(PERMIT).check_shapes(asking.ask(), CATALOGUE)
    ready(PERMIT).check_shapes(asking.ask("read.ledger", where=None), CATALOGUE)


def test_an_ask_that_misfits_the_schema_stops_the_start() -> None:
    with pytest.raises(errors.Invalid, match=r"an ordinary ask has no answer: .*read\.minds"):
        ready(PERMIT).check_shapes(asking.ask(), [actions.Action("read.minds")])


def test_a_policy_can_name_one_officer_and_one_matter() -> None:
    apart = """
@id("owl-keeps-out") @reason("Conflict of interest.") @next_step("Let a colleague do this.")
forbid (principal == Officer::"owl-7", action, resource == Matter::"%s");
"""
    engine = ready(PERMIT + apart % ("a" * 64))
    hawk = spoilt(who=Who("hawk-1", "officer", LYON))
    outcomes = engine.evaluate([asking.ask(), hawk, asking.ask(where=None)])
    assert [outcome.permitted for outcome in outcomes] == [False, True, True]
