from typing import get_args

from comity.matters import subjects
from comity.policy import actions
from comity.records.kinds import Genesis, Kind
from tests.policy import asking

CATALOGUE = actions.catalogue(subjects.REGISTRY)


def test_every_kind_is_an_action() -> None:
    assert set(CATALOGUE) == set(actions.FIXED) | {f"act:{name}" for name in subjects.REGISTRY}


def test_every_group_of_an_action_is_described() -> None:
    used = set().union(*actions.catalogue(asking.REGISTRY).values())
    assert used == set(actions.GROUPS)


def test_every_family_and_every_hand_has_its_group() -> None:
    families = set(get_args(Kind.__annotations__["family"]))
    hands = {f"needs {hand.replace('_', ' ')}" for hand in get_args(Kind.__annotations__["needs"])}
    assert families | hands <= set(actions.GROUPS)


def test_an_act_is_in_the_groups_that_its_kind_says() -> None:
    assert CATALOGUE[actions.Action("act:request.filed/1")] == {
        "said",
        "casework",
        "needs officer",
        "coercive",
        "needs a purpose",
        "within a matter",
        "adds to a matter",
    }
    assert CATALOGUE[actions.Action("act:directory.founded/1")] == {
        "said",
        "governance",
        "needs operator",
        "of the node",
    }


def test_an_act_begins_a_matter_or_stands_within_one_and_never_both() -> None:
    for name, kind in subjects.REGISTRY.items():
        groups = CATALOGUE[actions.Action(actions.act(name))]
        assert ("of the node" in groups) is isinstance(kind.effect, Genesis)
        assert ("within a matter" in groups) is not isinstance(kind.effect, Genesis)


def test_taking_in_an_exhibit_and_reading_one_need_a_purpose_as_reading_a_matter_does() -> None:
    for name in ("exhibit.take", "exhibit.read", "read.matter", "export.matter", "read.access"):
        assert "needs a purpose" in actions.FIXED[name]
