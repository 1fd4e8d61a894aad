from comity import errors
from comity.policy import denials
from comity.policy.rules import Rule
from tests.policy import asking

RULES = [
    Rule(id=name, effect="forbid", reason=f"{name} says no.", next_step="Stop.", text="a")
    for name in ("first-rule", "second-rule")
]


def test_of_several_prohibitions_the_first_is_told_and_all_are_named() -> None:
    denied = denials.forbidden(RULES, concealed=False)
    assert (denied.code, denied.reason, denied.next_step) == (
        "first-rule",
        "first-rule says no.",
        "Stop.",
    )
    assert denied.policies == ("first-rule", "second-rule")


def test_a_refusal_carries_code_reason_and_next_step() -> None:
    error = denials.forbidden(RULES, concealed=False).error()
    assert isinstance(error, errors.Refused)
    assert (error.code, error.message, error.next_step) == (
        "first-rule",
        "first-rule says no.",
        "Stop.",
    )


def test_who_may_not_know_of_a_matter_is_told_the_same_as_of_one_that_is_not_here() -> None:
    error, absent = denials.forbidden(RULES, concealed=True).error(), denials.unknown_matter()
    assert isinstance(error, errors.NotFound)
    assert (error.code, error.message, error.next_step) == (
        absent.code,
        absent.message,
        absent.next_step,
    )


def test_the_role_that_is_needed_is_named() -> None:
    denied = denials.unpermitted(
        asking.ask("act:case.closed/1"), ("desk_head", "operator"), concealed=False
    )
    assert denied.code == "role-needed"
    assert denied.reason == "This needs a desk head or an operator; you are here as an officer."
    assert denied.next_step == "Ask a desk head or an operator of your authority."


def test_where_no_role_would_do_the_action_is_named() -> None:
    denied = denials.unpermitted(asking.ask("read.ledger"), (), concealed=False)
    assert denied.code == "not-permitted"
    assert "read.ledger" in denied.reason


def test_a_failure_is_an_incident_and_a_no() -> None:
    denied = denials.failed(("overflow",))
    assert (denied.incident, denied.faults) == (True, ("overflow",))
    error = denied.error()
    assert isinstance(error, errors.Refused)
    assert "overflow" not in error.message + error.next_step
