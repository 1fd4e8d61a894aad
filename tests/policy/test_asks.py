from typing import get_args

from comity.matters.matter import Matter
from comity.policy import asks
from comity.policy.asks import About
from comity.records import kinds
from comity.records.ids import MatterId, RecordId
from comity.records.kinds import Kind
from comity.records.record import Handling, Record
from tests.policy import asking
from tests.policy.asking import LYON, OSLO, TURIN


def opened(*parties: str) -> Matter:
    """A case that Lyon opened."""
    matter = Matter(MatterId("c" * 64), asking.REGISTRY)
    matter.admit(
        Record(
            id=RecordId("c" * 64),
            kind="case.opened/1",
            matter=matter.id,
            author=LYON,
            officer="owl-7",
            said_at="2026-11-25T09:30:00Z",
            after=(),
            control=None,
            lamport=0,
            seq=0,
            charter=None,
            handling=Handling(),
            seen={},
            open={"parties": list(parties), "priority": "routine"},
            said=None,
        )
    )
    return matter


def test_what_policy_knows_of_a_matter_is_what_its_records_add_up_to() -> None:
    assert asks.about(opened(TURIN, OSLO), tlp="RED") == About(
        id=MatterId("c" * 64),
        type="case",
        lead=LYON,
        parties=frozenset({LYON, TURIN, OSLO}),
        closed=False,
        tlp="RED",
    )


def test_a_matter_that_is_not_here_has_no_parties() -> None:
    nowhere = asks.absent(MatterId("d" * 64))
    assert (nowhere.id, nowhere.type, nowhere.lead, list(nowhere.parties)) == (
        "d" * 64,
        "",
        None,
        [],
    )


def test_every_hand_that_a_kind_may_need_is_a_role() -> None:
    assert set(get_args(Kind.__annotations__["needs"])) == set(asks.ROLES)
    assert set(get_args(asks.Role)) == set(asks.ROLES)


def test_purposes_and_roles_are_named_for_people() -> None:
    assert all(title == kinds.N_(title) and title[0].isupper() for title in asks.PURPOSES.values())
    assert all(name[0].islower() for name in asks.ROLES.values())
