"""One decision point: what it answers where a matter is hidden, absent, or cannot be judged."""

import dataclasses
import logging
from collections.abc import Callable

import pytest

from comity import errors
from comity.desk import offering, permitting, staff, tools
from comity.policy import asks, cedar
from comity.records.ids import MatterId
from comity.store import port
from tests.world.world import LYON, TURIN, Member, World, refused

NOWHERE = MatterId("0" * 64)


def case_of(world: World, member: Member, *parties: str) -> MatterId:
    said = {"title": "Night Bazaar", "parties": list(parties)}
    return world.act(member, "case.opened/1", said).matter


def test_a_permit_names_who_what_and_why(shared: World, lyon: Member) -> None:
    desk, case = shared.desk(lyon), case_of(shared, lyon)
    permit = permitting.permitted_on(desk, "read.matter", case)
    assert (permit.officer, permit.action, permit.about) == (desk.officer.id, "read.matter", case)
    assert permit.policies == ("desks-read",)
    kind = lyon.tools.registry["case.opened/1"]
    assert permitting.permitted_act(desk, kind).action == lyon.tools.policy.act("case.opened/1")


def test_a_no_has_a_code_a_reason_and_a_next_step(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    fault = refused(
        "role-needed", lambda: permitting.permitted_on(shared.desk(lyon), "export.matter", case)
    )
    assert (bool(fault.message), bool(fault.next_step)) == (True, True)
    nothing_said = shared.desk(lyon, purpose="")
    refused("purpose-needed", lambda: permitting.permitted_on(nothing_said, "read.matter", case))


def test_a_hidden_matter_and_one_that_is_not_here_are_refused_alike(
    shared: World, lyon: Member
) -> None:
    desk, case = shared.desk(lyon, "operator"), case_of(shared, lyon)
    told = []
    for matter in (case, NOWHERE):
        for action in ("read.matter", "export.matter", "exhibit.read"):
            fault = refused(
                "matter-unknown",
                lambda a=action, m=matter: permitting.permitted_on(desk, a, m),
            )
            told.append((type(fault), fault.message, fault.next_step))
    assert len(set(told)) == 1


def test_nobody_but_oversight_is_let_at_the_account_of_access(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = MatterId(str(lyon.tools.store.setting(permitting.ACCESS_SETTING)))

    def folded(_: object, matter: MatterId) -> None:
        raise AssertionError(f"{matter} was read whole")

    monkeypatch.setattr(type(lyon.tools.store), "records", folded)
    for role in ("officer", "desk_head", "operator"):
        desk = shared.desk(lyon, role)
        with pytest.raises((errors.Refused, errors.NotFound)):
            permitting.permitted_on(desk, "read.matter", account)
    review = shared.desk(lyon, "oversight", purpose="oversight")
    assert permitting.permitted_on(review, "read.matter", account).about == account


def test_lines_are_judged_in_one_batch_and_hidden_ones_left_out(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [lyon.tools.store.matter(case_of(shared, lyon)) for _ in range(3)]
    pinned = lyon.tools.store.matter(lyon.tools.directory().matter.id)
    listed = [row for row in (*rows, pinned) if row is not None]
    batches: list[int] = []
    whole = cedar.Cedar.evaluate

    def counted(self: cedar.Cedar, asked: list[asks.Ask]) -> list[cedar.Outcome]:
        batches.append(len(asked))
        return whole(self, asked)

    monkeypatch.setattr(cedar.Cedar, "evaluate", counted)
    assert permitting.visible(shared.desk(lyon), listed) == listed
    assert permitting.visible(shared.desk(lyon, "operator"), listed) == [pinned]
    assert batches == [4, 4]


def test_a_line_says_to_policy_what_the_matter_says(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon, TURIN)
    row = lyon.tools.store.matter(case)
    assert row is not None
    with lyon.tools.cabinet.holding(case) as folder:
        facts = asks.about(folder.matter)
    line = permitting.about_row(shared.desk(lyon), row)
    assert (line.id, line.type, line.lead, line.closed) == (case, "case", LYON, False)
    assert set(line.parties) == set(facts.parties) == {LYON, TURIN}
    assert (facts.type, facts.lead, facts.closed) == (line.type, line.lead, line.closed)


# --- where policy itself fails -----------------------------------------------------------------


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def fail(told: str) -> None:
        def evaluate(_: cedar.Cedar, asked: list[asks.Ask]) -> list[cedar.Outcome]:
            return [cedar.Outcome(False, faults=(told,)) for _ in asked]

        monkeypatch.setattr(cedar.Cedar, "evaluate", evaluate)

    return fail


def asked(desk: tools.Desk, case: MatterId, row: port.MatterRow) -> dict[str, Callable[[], object]]:
    """Every way in which a desk asks policy."""
    return {
        "read.matter": lambda: permitting.permitted_on(desk, "read.matter", case),
        "note.made": lambda: permitting.permitted_act(
            desk, desk.tools.registry["note.made/1"], permitting.about_row(desk, row)
        ),
        "read.registry": lambda: permitting.visible(desk, [row]),
        "act:note.made/1": lambda: permitting.visible(desk, [row], "act:note.made/1"),
        "offers": lambda: offering.beginnings(desk),
    }


@pytest.mark.parametrize(
    "way", ["read.matter", "note.made", "read.registry", "act:note.made/1", "offers"]
)
def test_a_failure_of_policy_permits_nothing_and_is_logged_without_persons(
    shared: World,
    lyon: Member,
    failing: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    case, desk = case_of(shared, lyon), shared.desk(lyon)
    row = lyon.tools.store.matter(case)
    assert row is not None
    failing(f'error in `desks-read`: no entity Officer::"{desk.officer.id}", Matter::"{case}"')
    with caplog.at_level(logging.DEBUG):
        fault = refused("policy-engine-error", asked(desk, case, row)[way])
    assert "operator" in fault.next_step
    assert "desks-read" not in fault.message
    logged = [one for one in caplog.records if one.name == "comity.desk.permitting"]
    assert [one.levelno for one in logged] == [logging.ERROR]
    told = logged[0].getMessage()
    assert way in told
    assert "desks-read" in told
    for hidden in (desk.officer.id, desk.officer.name, case):
        assert hidden not in told


def test_a_mere_no_is_not_logged(
    shared: World, lyon: Member, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        refused(
            "role-needed",
            lambda: permitting.permitted(shared.desk(lyon), "manage.officers"),
        )
    assert not caplog.records


def test_what_presence_or_a_second_person_can_still_lift_is_offered(
    shared: World, lyon: Member
) -> None:
    """And is refused when it is done without."""
    case = case_of(shared, lyon, TURIN)
    away = dataclasses.replace(shared.desk(lyon), scope=asks.SIGNED_IN)
    row = lyon.tools.store.matter(case)
    assert row is not None
    act = lyon.tools.policy.act("request.filed/1")
    assert permitting.visible(away, [row], act) == [row]
    assert act in permitting.would_permit(away, [act], permitting.about_row(away, row))
    kind = lyon.tools.registry["request.filed/1"]
    refused(
        "presence-needed",
        lambda: permitting.permitted_act(away, kind, permitting.about_row(away, row)),
    )
    token = dataclasses.replace(away, scope=frozenset({"read"}))
    assert permitting.visible(token, [row], act) == []
    rights = lyon.tools.policy.act("role.given/1")
    operator = shared.desk(lyon, "operator")
    assert rights in permitting.would_permit(operator, [rights], staff.about(operator))
