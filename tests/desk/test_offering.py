"""What may be said next: no more than the act itself would be let through with."""

import pytest

from comity import errors
from comity.desk import offering, performing
from comity.records import kinds
from comity.records.ids import MatterId, RecordId
from tests.desk.test_turns import CASE, REQUEST
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused

CLOSING = {"outcome": "disrupted", "reason": "gone"}


def offered(
    world: World, member: Member, matter: MatterId, role: str = "officer", **more: object
) -> set[tuple[str, RecordId | None]]:
    found = offering.offers(world.desk(member, role), matter, **more)  # type: ignore[arg-type]
    return {(one.kind.name, one.about) for one in found}


def names(world: World, member: Member, matter: MatterId, role: str = "officer") -> set[str]:
    return {name for name, _ in offered(world, member, matter, role)}


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    return shared.act(lyon, "case.opened/1", CASE).matter


def test_an_officer_is_offered_what_its_role_may_say(
    shared: World, lyon: Member, case: MatterId
) -> None:
    officer = names(shared, lyon, case)
    assert officer == {
        "identifiers.noted/1",
        "note.made/1",
        "party.added/1",
        "priority.set/1",
        "request.filed/1",
    }
    head = names(shared, lyon, case, "desk_head")
    assert head - officer == {"case.closed/1", "lead.offered/1", "party.removed/1"}
    assert officer < head


def test_a_thing_is_offered_to_whoever_may_move_it(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    one = shared.act(lyon, "request.filed/1", REQUEST, case).record
    two = shared.act(lyon, "request.filed/1", REQUEST, case).record
    shared.settle()
    moves = {"clarification.asked/1", "request.answered/1", "request.declined/1"}
    for about in (one, two):
        assert {n for n, thing in offered(shared, turin, case) if thing == about} == moves
        assert {n for n, thing in offered(shared, lyon, case) if thing == about} == {
            "request.withdrawn/1"
        }
    bounded = offered(shared, turin, case, about=[one])
    assert {thing for _, thing in bounded} == {None, one}
    assert {thing for _, thing in offered(shared, turin, case, about=[])} == {None}


def test_what_is_offered_is_admitted_and_what_is_not_is_refused(
    shared: World, lyon: Member, case: MatterId
) -> None:
    """Said or refused as offered, for every kind whose statement can be made up here."""
    request = shared.act(lyon, "request.filed/1", REQUEST, case).record
    said = {
        "note.made/1": {"text": "x"},
        "priority.set/1": {"priority": "urgent", "reason": "x"},
        "request.withdrawn/1": {"request": request, "reason": "x"},
        "request.answered/1": {"request": request, "outcome": "executed", "answer": "x"},
        "lead.accepted/1": {},
        "lead.declined/1": {"reason": "x"},
        "case.closed/1": CLOSING,
    }
    for role in ("officer", "desk_head"):
        open_now = names(shared, lyon, case, role)
        for kind, values in said.items():
            act = performing.Act(kind=kind, matter=case, said=values)
            desk = shared.desk(lyon, role)
            if kind in open_now:
                performing.check(desk, act)
            else:
                with pytest.raises(errors.Refused):
                    performing.check(desk, act)


def test_nothing_is_offered_in_a_closed_case(shared: World, lyon: Member, case: MatterId) -> None:
    shared.act(lyon, "case.closed/1", CLOSING, case, role="desk_head")
    assert offered(shared, lyon, case, "desk_head") == set()


def test_an_offered_lead_is_answered_by_whom_it_is_offered_to(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.act(lyon, "lead.offered/1", {"to": TURIN, "reason": "closer"}, case, role="desk_head")
    shared.settle()
    answers = {"lead.accepted/1", "lead.declined/1"}
    assert answers <= names(shared, turin, case, "desk_head")
    assert not answers & names(shared, lyon, case, "desk_head")
    assert "party.added/1" not in names(shared, lyon, case, "desk_head")


def test_quarantined_work_is_offered_to_the_lead_to_ratify(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    shared.settle()
    assert "work.ratified/1" not in names(shared, lyon, case, "desk_head")
    removal = {"party": TURIN, "reason": "out"}
    shared.act(lyon, "party.removed/1", removal, case, role="desk_head")
    shared.act(turin, "note.made/1", {"text": "unseen"}, case)
    shared.settle()
    assert "work.ratified/1" in names(shared, lyon, case, "desk_head")


def test_a_conflict_is_offered_to_the_lead_to_settle(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    request = shared.act(lyon, "request.filed/1", REQUEST, case).record
    shared.settle()
    said = {"request": request, "outcome": "executed", "answer": "Done."}
    shared.act(turin, "request.answered/1", said, case)
    shared.act(lyon, "request.withdrawn/1", {"request": request, "reason": "solved"}, case)
    shared.settle()
    with lyon.tools.cabinet.holding(case) as folder:
        status = folder.matter.things()[0].status
    assert (status == "conflict") == (
        ("conflict.settled/1", request) in offered(shared, lyon, case, "desk_head")
    )


def test_procedures_are_offered_only_where_they_are_asked_for(
    shared: World, lyon: Member, case: MatterId
) -> None:
    said = {kind.name for kind in offering.sayable(lyon.tools.registry)}
    assert not said & set(offering.PROCEDURES)
    assert set(offering.PROCEDURES) <= set(lyon.tools.registry)
    assert "access.noted/1" not in said
    assert "exhibit.taken/1" not in names(shared, lyon, case)
    assert ("exhibit.taken/1", None) in offered(shared, lyon, case, procedures=True)


def test_beginnings_are_those_of_the_officer_s_role(shared: World, lyon: Member) -> None:
    def begun(role: str, **more: bool) -> set[str]:
        return {one.name for one in offering.beginnings(shared.desk(lyon, role), **more)}

    assert begun("officer") == {"case.opened/1", "report.filed/1"}
    assert begun("officer", procedures=True) == begun("officer") | {"match.opened/1"}
    assert begun("operator") == set()
    assert begun("operator", procedures=True) == {"directory.founded/1", "staff.begun/1"}
    assert begun("oversight", procedures=True) == set()


def test_a_hidden_matter_and_one_that_is_not_here_offer_alike(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId
) -> None:
    shared.settle()
    told = []
    for member, role, matter in (
        (lyon, "operator", case),
        (oslo, "officer", case),
        (turin, "officer", MatterId("0" * 64)),
    ):
        fault = refused(
            "matter-unknown",
            lambda m=member, r=role, w=matter: offering.offers(shared.desk(m, r), w),
        )
        told.append((type(fault), fault.message, fault.next_step))
    assert len(set(told)) == 1


def test_trying_leaves_no_trace(shared: World, lyon: Member, case: MatterId) -> None:
    shared.act(lyon, "party.added/1", {"party": OSLO, "reason": "x"}, case)
    before, size = shared.state(lyon, case), lyon.tools.store.size
    assert offering.offers(shared.desk(lyon, "desk_head"), case, procedures=True)
    assert (shared.state(lyon, case), lyon.tools.store.size) == (before, size)
    with lyon.tools.cabinet.holding(case) as folder:
        assert not folder.matter.rejections
        assert LYON in folder.matter.membership.parties


def test_every_kind_is_said_by_people_by_a_procedure_or_by_the_node(lyon: Member) -> None:
    said = {kind.name for kind in offering.sayable(lyon.tools.registry)}
    rest = {name: kind for name, kind in lyon.tools.registry.items() if name not in said}
    assert all(name in offering.PROCEDURES or kind.needs == "node" for name, kind in rest.items())
    assert isinstance(lyon.tools.registry["note.made/1"].effect, kinds.Says)
