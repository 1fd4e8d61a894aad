"""Parcels by file: there, back with the receipt, and nothing of what should not be taken."""

import pytest

from comity.api import answers
from comity.desk import carrying
from tests.api import spoiling, wire
from tests.api.house import House, Program, problem
from tests.world.world import TURIN, Member


def operator(house: House, member: Member) -> Program:
    return house.program(member, "operator")


def test_a_parcel_goes_by_file_and_its_receipt_comes_back(either: House) -> None:
    case, lyon, turin = (
        either.case("A shop", TURIN),
        operator(either, either.lyon),
        operator(either, either.turin),
    )
    made = lyon.post("/parcels/export", params={"to": "it-turin"})
    assert made.status_code == 200
    assert made.headers["content-type"] == "application/vnd.comity.parcel"
    assert 'filename="PARCEL-fr-lyon-it-turin-' in made.headers["content-disposition"]
    assert int(made.headers["comity-records"]) >= 1
    taken = turin.send("/parcels/import", made.content, answers.PARCEL)
    assert taken.status_code == 200
    assert 'filename="RECEIPT.comity"' in taken.headers["content-disposition"]
    assert either.program(either.turin).get(f"/matters/{case}").status_code == 200
    assert _waiting(lyon) > 0
    settled = lyon.send("/parcels/import", taken.content, answers.PARCEL)
    assert settled.status_code == 200
    assert _waiting(lyon) == 0


def _waiting(program: Program) -> int:
    peers = program.told("/peers")["peers"]
    waiting: int = next(one["waiting"] for one in peers if one["authority"] == "it-turin")
    return waiting


def test_the_same_parcel_twice_is_answered_twice_and_stored_once(house: House) -> None:
    case = house.case("A shop", TURIN)
    made = operator(house, house.lyon).post("/parcels/export", params={"to": "it-turin"})
    turin, store = operator(house, house.turin), house.turin.tools.store
    for _ in range(2):
        answer = turin.send("/parcels/import", made.content, answers.PARCEL)
        assert answer.status_code == 200
        held = [one.id for one in store.records(case)]
        assert held == [case]
    # The receipt of the second time proves as much as that of the first.
    lyon = operator(house, house.lyon)
    assert lyon.send("/parcels/import", answer.content, answers.PARCEL).status_code == 200
    assert _waiting(lyon) == 0


@pytest.mark.parametrize("wrong", list(spoiling.SPOILT))
def test_a_parcel_that_is_wrong_is_refused_with_the_reason_and_leaves_nothing(
    house: House, wrong: str
) -> None:
    data = spoiling.SPOILT[wrong](house)
    before = spoiling.state(house.turin)
    answer = operator(house, house.turin).send("/parcels/import", data, answers.PARCEL)
    assert answer.status_code in (400, 403, 422), answer.text
    told = problem(answer, answer.status_code, answer.json()["code"])
    assert len(told["detail"]) > 20
    assert told["next_step"]
    assert "Traceback" not in answer.text
    assert spoiling.state(house.turin) == before


def test_a_parcel_that_is_too_large_is_not_listened_to(house: House) -> None:
    sent = dict(operator(house, house.turin).sent) | {
        "content-type": answers.PARCEL,
        "content-length": str(carrying.BYTES_MAX + 1),
    }
    door = house.client(house.turin).app
    heard = wire.ask(door, "POST", "/api/v1/parcels/import", headers=sent, pieces=())
    assert heard.status == 413


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("xx-nobody", 404, "authority-unknown"),
        ("fr-lyon", 422, "parcel-to-itself"),
        ("NOBODY", 422, "authority-malformed"),
        ("", 422, "authority-malformed"),
    ],
)
def test_there_is_no_parcel_to_nobody(house: House, to: str, status: int, code: str) -> None:
    answer = operator(house, house.lyon).post("/parcels/export", params={"to": to})
    problem(answer, status, code)


@pytest.mark.parametrize("role", ["officer", "desk_head", "oversight"])
def test_operators_alone_carry_parcels(house: House, role: str) -> None:
    house.case("A shop", TURIN)
    program, before = house.program(house.lyon, role), house.lyon.tools.store.size
    assert program.post("/parcels/export", params={"to": "it-turin"}).status_code == 403
    assert program.send("/parcels/import", b"x", answers.PARCEL).status_code == 403
    assert house.lyon.tools.store.size == before
