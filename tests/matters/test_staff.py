"""Who works here and what they may do: as the records add up, at each instant."""

import datetime
from typing import Any

import pytest

from comity.matters import staff
from comity.records.ids import MatterId, RecordId

ADA, BO, CY = ("o-" + letter * 16 for letter in "abc")
CASE, OTHER = MatterId("a" * 64), MatterId("b" * 64)
DAY = datetime.date(2026, 11, 25)
NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


class Told:
    """A timeline that tells what it was given."""

    def __init__(self, *said: staff.Statement, at: str = "2026-11-25T12:00:00.000Z") -> None:
        self._said, self._at = said, at

    def timeline(self) -> list[Any]:
        return [_Line(RecordId(f"{n:064x}"), one, self._at) for n, one in enumerate(self._said)]


class _Line:
    def __init__(self, id: RecordId, said: staff.Statement, said_at: str) -> None:
        self.id, self.said, self.said_at = id, said, said_at


def read(*said: staff.Statement) -> staff.Staff:
    return staff.staff(Told(*said))  # type: ignore[arg-type]


def test_the_role_given_last_that_is_in_force_counts() -> None:
    found = read(
        staff.OfficerAdmitted(officer=ADA, role="officer"),
        staff.RoleGiven(officer=ADA, role="desk_head", until=DAY),
    )
    ada = found.people[ADA]
    assert ada.role(DAY) == "desk_head"
    assert ada.role(DAY + datetime.timedelta(1)) == "officer"


def test_who_was_admitted_for_a_time_has_no_role_after_it() -> None:
    ada = read(staff.OfficerAdmitted(officer=ADA, role="officer", until=DAY)).people[ADA]
    assert ada.role(DAY) == "officer"
    assert ada.role(DAY + datetime.timedelta(1)) == ""


def test_a_clearance_ends_by_its_day() -> None:
    ada = read(staff.ClearanceGiven(officer=ADA, level="confidential", until=DAY)).people[ADA]
    assert (ada.clearance(DAY), ada.clearance(DAY + datetime.timedelta(1))) == (2, 0)


def test_a_team_is_joined_left_and_left_by_date() -> None:
    joined = staff.TeamJoined(officer=ADA, matter=CASE, until=DAY)
    found = read(joined)
    assert found.in_team(ADA, CASE, DAY)
    assert not found.in_team(ADA, OTHER, DAY)
    assert not found.in_team(BO, CASE, DAY)
    assert not found.in_team(ADA, CASE, DAY + datetime.timedelta(1))
    assert not read(joined, staff.TeamLeft(officer=ADA, matter=CASE)).in_team(ADA, CASE, DAY)


def test_who_takes_work_over_is_in_the_teams_of_all_before() -> None:
    found = read(
        staff.TeamJoined(officer=ADA, matter=CASE),
        staff.WorkTakenOver(officer=BO, predecessor=ADA),
        staff.WorkTakenOver(officer=CY, predecessor=BO, until=DAY),
    )
    assert found.in_team(CY, CASE, DAY)
    assert not found.in_team(CY, CASE, DAY + datetime.timedelta(1))
    assert set(found.line(CY, DAY)) == {ADA, BO, CY}


def test_work_handed_round_in_a_circle_ends() -> None:
    found = read(
        staff.WorkTakenOver(officer=BO, predecessor=ADA),
        staff.WorkTakenOver(officer=ADA, predecessor=BO),
    )
    assert set(found.line(ADA, DAY)) == {ADA, BO}


def test_a_conflict_lasts_until_it_is_ended() -> None:
    declared = staff.ConflictDeclared(officer=ADA, matter=CASE)
    assert read(declared).people[ADA].conflicts == {CASE}
    ended = staff.ConflictEnded(officer=ADA, matter=CASE)
    assert read(declared, ended).people[ADA].conflicts == set()


def test_a_matter_asks_for_what_was_said_last() -> None:
    found = read(
        staff.MatterProtected(matter=CASE, restricted=True, level="secret"),
        staff.MatterProtected(matter=CASE, restricted=False, level="restricted"),
    )
    assert found.protections == {CASE: staff.Protection(restricted=False, level=1)}


def broken(until: str = "2026-11-25T13:00:00.000Z") -> staff.GlassBroken:
    return staff.GlassBroken(officer=ADA, matter=CASE, until=until)


def test_a_broken_glass_lets_look_for_an_hour_at_most() -> None:
    hour = datetime.timedelta(hours=1)
    for until in ("2026-11-25T13:00:00.000Z", "2027-01-01T00:00:00.000Z"):
        found = read(broken(until))
        assert found.glass(ADA, CASE, NOON) is not None
        assert found.glass(ADA, CASE, NOON + hour) is None
        assert found.glass(BO, CASE, NOON) is None
        assert found.glass(ADA, OTHER, NOON) is None


def test_who_broke_a_glass_that_nobody_reviewed_in_time_is_kept_out() -> None:
    due = NOON + datetime.timedelta(hours=staff.REVIEW_HOURS)
    before = due - datetime.timedelta(seconds=1)
    unreviewed = read(broken())
    assert not unreviewed.kept_out(ADA, before)
    assert unreviewed.kept_out(ADA, due)
    reviewed = read(broken(), staff.GlassReviewed(glass=RecordId("0" * 64), finding="justified"))
    assert not reviewed.kept_out(ADA, due)
    assert reviewed.glasses[0].finding == "justified"


@pytest.mark.parametrize("again", [False, True])
def test_who_is_kept_out_comes_in_when_readmitted(again: bool) -> None:
    said: list[staff.Statement] = [staff.OfficerKeptOut(officer=ADA)]
    if again:
        said.append(staff.OfficerReadmitted(officer=ADA))
    assert read(*said).kept_out(ADA, NOON) is not again
    assert read(*said).people[ADA].readmitted is again


def test_passkeys_are_told_until_removed() -> None:
    key = staff.PasskeyRegistered(officer=ADA, passkey="k" * 20, public_key="p" * 40)
    assert read(key).people[ADA].passkeys == {"k" * 20}
    gone = staff.PasskeyRemoved(officer=ADA, passkey="k" * 20)
    assert read(key, gone).people[ADA].passkeys == set()


def test_nothing_is_known_of_a_stranger() -> None:
    found = read()
    assert found.person(ADA) is None
    assert not found.kept_out(ADA, NOON)
    assert found.line(ADA, DAY) == ()
