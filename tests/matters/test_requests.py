"""Requests: what may follow what. Races are in test_status."""

import pytest

from comity import errors
from comity.matters import requests, subjects
from comity.records import record
from tests.matters.telling import LYON, TURIN, case

PATHS = [
    (["request.answered/1"], "executed"),
    (["request.declined/1"], "declined"),
    (["request.withdrawn/1"], "withdrawn"),
    (["clarification.asked/1"], "clarifying"),
    (["clarification.asked/1", "request.clarified/1"], "open"),
    (["clarification.asked/1", "request.clarified/1", "request.answered/1"], "executed"),
    (["clarification.asked/1", "request.answered/1"], "executed"),
    (["clarification.asked/1", "request.declined/1"], "declined"),
    (["clarification.asked/1", "request.withdrawn/1"], "withdrawn"),
]
ASKERS = {"request.withdrawn/1", "request.clarified/1"}
ALL = {kind for path, _ in PATHS for kind in path}


@pytest.mark.parametrize(("path", "status"), PATHS)
def test_a_request_ends_where_its_acts_lead(path: list[str], status: str) -> None:
    lyon, turin = case(LYON, TURIN)
    asked = lyon.tells("request.filed/1", to=TURIN)
    turin.hear([asked])
    for kind in path:
        (lyon if kind in ASKERS else turin).tells(kind, request=asked.id, outcome="executed")
        lyon.hear(turin.records)
        turin.hear(lyon.records)
    assert lyon.matter.things()[0].status == status
    following = {
        kind
        for kind in ALL
        for node in (lyon, turin)
        if not node.matter.verdict(node.makes(kind, request=asked.id, outcome="executed"))
    }
    expected = {
        "open": ALL - {"request.clarified/1"},
        "clarifying": ALL - {"clarification.asked/1"},
    }.get(status, set())
    assert following == expected


@pytest.mark.parametrize("due_on", ["2026-1-5", "2026-02-30", 0, "2026-01-05T00:00:00", True])
def test_a_day_that_does_not_exist_is_no_limit(due_on: object) -> None:
    with pytest.raises(errors.Invalid):
        record.draft(
            subjects.REGISTRY["request.filed/1"],
            {"to": TURIN, "measure": "other", "basis": "b", "ask": "a", "necessity": "n",
             "due_on": due_on},
        )  # fmt: skip


def test_a_request_says_what_is_asked_and_why_under_seal() -> None:
    said = record.draft(
        subjects.REGISTRY["request.filed/1"],
        {"to": TURIN, "measure": "search", "basis": "Art. 5", "ask": " Search it. ",
         "necessity": "No milder way.", "due_on": "2026-12-01"},
    )  # fmt: skip
    assert isinstance(said, requests.RequestFiled)
    assert said.ask.shown == "Search it."
    assert said.due_on is not None
    assert said.due_on.isoformat() == "2026-12-01"
