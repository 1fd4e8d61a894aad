"""Rows of a foreign file become a report, or go into a case: all of them or none."""

import pytest

from comity.desk import importing, reading
from comity.records.ids import MatterId
from comity.store import port
from tests.world.world import Member, World, refused


def rows(count: int = 3, title: str = "feed.csv", **more: object) -> importing.Rows:
    found = [{"cls": "domain", "value": f"d{number}.example"} for number in range(count)]
    said = {"title": title, "form": "csv", "identifiers": found, "faults": 2, **more}
    return importing.Rows(**said)  # type: ignore[arg-type]


def matters(member: Member) -> int:
    return len(member.tools.store.matters(port.MatterQuery(limit=500)))


def test_rows_are_filed_as_a_report_that_waits_for_triage(shared: World, lyon: Member) -> None:
    made = importing.import_rows(shared.desk(lyon), rows(450), None)
    view = reading.read(shared.desk(lyon), made.matter)
    assert [one.record.kind for one in view.timeline] == [
        "report.filed/1",
        "triage.asked/1",
        *["identifiers.noted/1"] * 3,
    ]
    filed = view.timeline[0].said
    assert (filed.title.shown, filed.form, filed.faults) == ("feed.csv", "csv", 2)
    assert view.row.status == "waiting"
    assert made.noted == 450
    held = lyon.tools.store.identifiers(made.matter)
    assert {one.value for one in held} == {f"d{number}.example" for number in range(450)}


def test_a_row_that_stands_twice_is_noted_once(shared: World, lyon: Member) -> None:
    twice = [*rows().identifiers, *rows().identifiers]
    made = importing.import_rows(shared.desk(lyon), rows(identifiers=twice), None)
    assert made.noted == 3
    assert len(lyon.tools.store.identifiers(made.matter)) == 3


def test_rows_are_noted_in_a_case_with_the_name_of_their_file(shared: World, lyon: Member) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Night Bazaar"}).matter
    before = matters(lyon)
    made = importing.import_rows(shared.desk(lyon), rows(title="x" * 600), case)
    assert (made.matter, made.noted, matters(lyon)) == (case, 3, before)
    said = reading.read(shared.desk(lyon), case).timeline[-1].said
    assert said.source.shown == "x" * 500


@pytest.mark.parametrize(
    ("name", "title"),
    [("", "Import:"), ("  ", "Import:"), (" a ", "Import: a"), ("  abc  ", "abc"), ("x" * 300, 0)],
)
def test_a_file_of_any_name_has_a_title(
    shared: World, lyon: Member, name: str, title: str | int
) -> None:
    made = importing.import_rows(shared.desk(lyon), rows(title=name), None)
    row = lyon.tools.store.matter(made.matter)
    assert row is not None
    assert row.title == (title or "x" * 200)


def test_a_row_that_no_record_can_hold_leaves_nothing_at_all(shared: World, lyon: Member) -> None:
    good = rows(250).identifiers
    wrong = [*good, {"cls": "domain", "value": "v" * 501}]
    case = shared.act(lyon, "case.opened/1", {"title": "Whole or not"}).matter
    before, size = matters(lyon), lyon.tools.store.size
    for into in (None, case):
        refused(
            "statement-malformed",
            lambda into=into: importing.import_rows(
                shared.desk(lyon), rows(identifiers=wrong), into
            ),
        )
    assert (matters(lyon), lyon.tools.store.size) == (before, size)


def test_a_file_without_rows_is_refused(shared: World, lyon: Member) -> None:
    fault = refused(
        "nothing-to-import", lambda: importing.import_rows(shared.desk(lyon), rows(0), None)
    )
    assert fault.next_step


def test_who_may_not_import_does_not_learn_what_is_here(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Hidden"}).matter
    refused(
        "role-needed",
        lambda: importing.import_rows(shared.desk(lyon, "operator"), rows(), None),
    )
    told = set()
    for matter in (case, MatterId("0" * 64)):
        fault = refused(
            "matter-unknown",
            lambda m=matter: importing.import_rows(shared.desk(turin), rows(), m),
        )
        told.add((fault.message, fault.next_step))
    assert len(told) == 1


def test_nothing_is_noted_in_a_closed_case(shared: World, lyon: Member) -> None:
    case = shared.act(lyon, "case.opened/1", {"title": "Closed"}).matter
    closing = {"outcome": "disrupted", "reason": "gone"}
    shared.act(lyon, "case.closed/1", closing, case, role="desk_head")
    fault = refused("matter-closed", lambda: importing.import_rows(shared.desk(lyon), rows(), case))
    assert fault.next_step
