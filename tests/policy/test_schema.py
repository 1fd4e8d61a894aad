import json

import cedarpy

from comity.matters import subjects
from comity.policy import actions, asks, schema

DOCUMENT = schema.document(actions.catalogue(subjects.REGISTRY))


def test_cedar_takes_the_schema() -> None:
    assert "Officer" in str(cedarpy.Schema.from_json_str(json.dumps(DOCUMENT)))


def test_no_fact_can_be_absent() -> None:
    for action in DOCUMENT[""]["actions"].values():
        if "appliesTo" in action:
            facts = action["appliesTo"]["context"]["attributes"]
            assert set(facts) == set(schema.FACTS)
            assert all(fact["required"] is True for fact in facts.values())


def test_entities_have_no_facts_of_their_own_that_could_be_absent() -> None:
    assert all(type_ == {} for type_ in DOCUMENT[""]["entityTypes"].values())


def test_every_role_is_a_principal_and_may_ask_for_everything() -> None:
    assert set(schema.PRINCIPALS) == set(asks.ROLES)
    for name, action in DOCUMENT[""]["actions"].items():
        if name not in actions.GROUPS:
            assert action["appliesTo"]["principalTypes"] == list(schema.PRINCIPALS.values())
            assert action["appliesTo"]["resourceTypes"] == ["Matter", "Node"]
