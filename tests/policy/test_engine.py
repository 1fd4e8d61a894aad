import copy
import dataclasses
import datetime
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matters import subjects
from comity.policy import actions, asks, denials, engine
from comity.policy.asks import About, Ask, Who
from comity.policy.denials import Denied
from comity.policy.engine import Engine, Permit
from comity.records.ids import AuthorityId, MatterId
from comity.records.record import Tlp
from tests.policy import asking
from tests.policy.asking import ENGINE, LYON, NOW, OSLO, PLACES, TURIN
from tests.policy.oracle import PURPOSES, Oracle

ORACLE = Oracle(asking.REGISTRY)
CLOSED = PLACES["closed"]
ERRING = {
    "a": """
@id("all-may")
permit (principal, action, resource);
@id("overflows") @reason("No.") @next_step("Stop.")
forbid (principal, action, resource) when { context.closed && 9223372036854775807 + 1 == 0 };
"""
}


def permitted(ask: Ask) -> Permit:
    answer = ENGINE.decide(ask)
    assert isinstance(answer, Permit), answer
    return answer


def denied(ask: Ask) -> Denied:
    answer = ENGINE.decide(ask)
    assert isinstance(answer, Denied), answer
    return answer


# --- answers --------------------------------------------------------------------------------------

authorities = st.sampled_from([LYON, TURIN, OSLO])
abouts = st.builds(
    About,
    id=st.sampled_from("abcd").map(lambda digit: MatterId(digit * 64)),
    type=st.sampled_from(["case", "report", "match", "directory", "access", "probe", ""]),
    lead=authorities | st.none(),
    parties=st.frozensets(authorities),
    closed=st.booleans(),
    tlp=st.sampled_from(get_args(Tlp)) | st.none(),
)
asked = st.builds(
    Ask,
    who=st.builds(
        Who,
        officer=st.text(max_size=10),
        role=st.sampled_from(sorted(asks.ROLES)),
        authority=authorities,
    ),
    action=st.sampled_from(asking.ACTIONS),
    here=authorities,
    about=abouts | st.none(),
    purpose=st.sampled_from(sorted(PURPOSES)) | st.text(max_size=12),
    now=st.just(NOW),
)


@given(asked)
def test_any_ask_is_answered_as_the_oracle_answers(ask: Ask) -> None:
    answer = ENGINE.decide(ask)
    if isinstance(answer, Permit):
        assert ORACLE.expected(ask) == ""
        assert (answer.action, answer.officer) == (ask.action, ask.who.officer)
    else:
        assert answer.code == ORACLE.expected(ask)
        assert answer.concealed is ORACLE.concealed(ask)
        assert answer.reason
        assert answer.next_step
        assert not answer.incident


@given(st.lists(abouts, max_size=6), asked)
def test_a_list_shows_exactly_the_matters_that_single_answers_permit(
    matters: list[About], ask: Ask
) -> None:
    matters = [dataclasses.replace(one, id=f"{n:064x}") for n, one in enumerate(matters)]
    alone = [dataclasses.replace(ask, about=one) for one in matters]
    one_by_one = {one.about.id for one in alone if isinstance(ENGINE.decide(one), Permit)}
    assert ENGINE.visible(matters, ask) == one_by_one


def test_an_officer_who_lacks_the_role_is_told_which_role_it_takes() -> None:
    answer = denied(asking.ask("act:case.closed/1"))
    assert answer.code == "role-needed"
    assert answer.reason == "This needs a desk head; you are here as an officer."
    assert answer.policies == ()


def test_a_coercive_act_without_a_purpose_is_told_all_that_is_wrong_and_first_what_to_do() -> None:
    answer = denied(asking.ask("act:request.filed/1", purpose=""))
    assert answer.code == "purpose-needed"
    assert answer.next_step == "State for what purpose you do this."
    assert answer.policies == ("purpose-needed", "purpose-not-coercive")


def test_a_hidden_matter_and_an_absent_one_are_refused_alike() -> None:
    for role in asks.ROLES:
        for action in asking.ACTIONS:
            hidden = ENGINE.decide(asking.ask(action, role, PLACES["other's"]))
            absent = ENGINE.decide(asking.ask(action, role, PLACES["absent"]))
            assert hidden == absent
            assert isinstance(hidden, Denied)
            assert isinstance(hidden.error(), errors.NotFound)


def test_an_operator_cannot_tell_a_case_from_one_that_is_not_here() -> None:
    for action in asking.ACTIONS:
        case = ENGINE.decide(asking.ask(action, "operator", purpose=""))
        absent = ENGINE.decide(asking.ask(action, "operator", PLACES["absent"], purpose=""))
        assert isinstance(case, Denied)
        assert isinstance(absent, Denied)
        told, wanted = case.error(), absent.error()
        assert (type(told), told.code, str(told)) == (type(wanted), wanted.code, str(wanted))


@given(st.lists(asked, max_size=8))
def test_what_would_be_permitted_is_what_is_permitted(several: list[Ask]) -> None:
    alone = [isinstance(ENGINE.decide(ask), Permit) for ask in several]
    assert ENGINE.would_permit(several) == alone


@given(asked)
def test_who_may_do_something_with_a_matter_may_know_of_it(ask: Ask) -> None:
    answer = ENGINE.decide(ask)
    if isinstance(answer, Permit) and ask.about is not None and ask.who.role != "node":
        line = dataclasses.replace(ask, action=ENGINE.action("read.registry"), purpose="")
        assert isinstance(ENGINE.decide(line), Permit)


def test_an_explanation_names_the_policies_and_who_else_could() -> None:
    explained = ENGINE.explain(asking.ask("act:case.closed/1"))
    assert explained.rules == ()
    assert explained.able == ("desk_head",)
    explained = ENGINE.explain(asking.ask("read.matter", purpose=""))
    assert [rule.id for rule in explained.rules] == ["purpose-needed"]
    assert explained.able == ()
    explained = ENGINE.explain(asking.ask("read.matter"))
    assert [rule.id for rule in explained.rules] == ["desks-read"]
    assert isinstance(explained.answer, Permit)


def test_threads_may_ask_at_once() -> None:
    matrix = asking.matrix()[:400]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ENGINE.decide, matrix)) == [ENGINE.decide(ask) for ask in matrix]


# --- failure --------------------------------------------------------------------------------------


def test_an_engine_error_is_a_no_and_an_incident() -> None:
    answer = Engine(ERRING, subjects.REGISTRY).decide(asking.ask(where=CLOSED))
    assert isinstance(answer, Denied)
    assert (answer.code, answer.incident) == ("policy-engine-error", True)
    assert "overflows" in answer.faults[0]


def test_an_engine_error_withholds_the_whole_list() -> None:
    erring = Engine(ERRING, subjects.REGISTRY)
    case = asking.about()
    assert erring.visible([case], asking.ask("read.registry")) == {case.id}
    with pytest.raises(errors.Unavailable) as caught:
        erring.visible([case, CLOSED], asking.ask("read.registry"))
    assert caught.value.code == "policy-engine-error"
    # What the engine says is for the log: a message reaches whoever asked.
    assert "overflow" not in caught.value.message + caught.value.next_step
    assert isinstance(caught.value.__cause__, denials.Faults)
    assert "overflows" in caught.value.__cause__.faults[0]


def test_a_policy_that_always_errs_stops_the_start() -> None:
    always = ERRING["a"].replace("context.closed && ", "")
    with pytest.raises(errors.Invalid, match="overflow"):
        Engine({"a": always}, subjects.REGISTRY)


def test_without_policies_nothing_is_permitted() -> None:
    nothing = Engine({}, asking.REGISTRY)
    for ask in asking.matrix()[::50]:
        answer = nothing.decide(ask)
        assert isinstance(answer, Denied)
        assert answer.code == "not-permitted"


def test_an_action_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(errors.Invalid, match=r"there is no action read\.minds"):
        ENGINE.action("read.minds")
    with pytest.raises(errors.Invalid, match=r"there is no action act:mind\.read/1"):
        ENGINE.act("mind.read/1")
    with pytest.raises(errors.Invalid):
        ENGINE.action("casework")


def test_an_action_that_does_not_exist_is_never_decided() -> None:
    with pytest.raises(errors.Invalid, match="there is no action"):
        ENGINE.decide(asking.ask("read.minds"))


def test_an_action_that_exists_is_given_by_name_or_by_kind() -> None:
    assert ENGINE.action("read.matter") == "read.matter"
    assert ENGINE.act("note.made/1") == actions.act("note.made/1")


def test_a_policy_text_that_does_not_validate_is_refused() -> None:
    bad = '@id("x") permit (principal, action == Action::"read.minds", resource);'
    with pytest.raises(errors.Invalid, match=r"x in local does not fit the schema"):
        Engine({**asking.TEXTS, "local": bad}, subjects.REGISTRY)


def test_the_policies_that_ship_fit_the_kinds_that_ship() -> None:
    assert Engine(asking.TEXTS, subjects.REGISTRY).rules == ENGINE.rules


# --- permits --------------------------------------------------------------------------------------


def test_a_permit_says_what_it_is_for_who_asked_why_and_until_when() -> None:
    permit = permitted(asking.ask("act:request.filed/1"))
    assert permit.officer == "owl-7"
    assert permit.action == "act:request.filed/1"
    assert permit.about == "a" * 64
    assert permit.purpose == "investigation"
    assert permit.policies == ("officers-do-casework",)
    assert permit.policy_digest == ENGINE.digest
    assert permit.expires_at == NOW + datetime.timedelta(seconds=5)


def test_a_permit_cannot_be_made_changed_or_copied() -> None:
    permit = permitted(asking.ask())
    fields = {field.name: getattr(permit, field.name) for field in dataclasses.fields(permit)}
    with pytest.raises(TypeError):
        Permit(**fields)
    with pytest.raises(TypeError, match=r"Engine\.decide"):
        Permit(**fields, seal=object())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(permit, about=None)
    with pytest.raises(TypeError, match=r"Engine\.decide"):
        dataclasses.replace(permit, about=None, seal=None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        permit.about = None
    with pytest.raises(TypeError, match="neither stored nor sent"):
        copy.copy(permit)
    with pytest.raises(TypeError, match="neither stored nor sent"):
        pickle.dumps(permit)


def test_a_permit_holds_for_its_act_on_its_object_until_it_expires() -> None:
    permit = permitted(asking.ask())
    action, about = permit.action, permit.about
    assert engine.check(permit, action=action, about=about, now=NOW) is permit
    last = permit.expires_at - datetime.timedelta(microseconds=1)
    assert engine.check(permit, action=action, about=about, now=last) is permit


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"permit": None}, "permit-missing"),
        ({"permit": True}, "permit-missing"),
        ({"action": "export.matter"}, "permit-mismatch"),
        ({"about": MatterId("e" * 64)}, "permit-mismatch"),
        ({"about": None}, "permit-mismatch"),
        ({"now": NOW + datetime.timedelta(seconds=5)}, "permit-expired"),
    ],
)
def test_a_permit_holds_for_nothing_else(changed: dict[str, object], code: str) -> None:
    permit = permitted(asking.ask())
    given = {"permit": permit, "action": permit.action, "about": permit.about, "now": NOW}
    with pytest.raises(errors.Refused) as caught:
        engine.check(**{**given, **changed})
    assert caught.value.code == code


def test_a_denial_is_no_permit() -> None:
    answer = denied(asking.ask(purpose=""))
    with pytest.raises(errors.Refused, match="without a permit"):
        engine.check(answer, action=asking.ask().action, about=None, now=NOW)


def test_an_authority_may_run_its_policies_for_itself_alone() -> None:
    other = AuthorityId("no-oslo")
    assert denied(asking.ask(of=other)).code == "not-our-officer"
