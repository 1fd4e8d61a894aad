"""The API against its own description: whatever is sent, an answer as described, and no fault."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from comity.api import answers, app
from tests.api import described
from tests.api.house import House
from tests.world.world import TURIN

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
OPERATORS = ("parcels", "peers", "directory", "officers", "ledger")
GOOD, BAD = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE

schemathesis.serializer.alias(answers.PARCEL, answers.BYTES)


class Scene:
    """A house of its own, with something that ids can be of: what can be said in it may be said."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.api = schemathesis.openapi.from_asgi(app.DESCRIPTION, house.client(house.lyon).app)
        program = house.program(house.lyon)
        self.case = house.case("A shop", TURIN)
        rows = b"class,value\ndomain,a.example\n"
        report = program.send("/imports", rows, answers.BYTES, name="a.csv").json()["matter"]
        question = {"source": report, "with": "it-turin", "contact": "desk@example"}
        match = program.post("/matches", question).json()["matter"]
        self.known = {
            "matter": self.case,
            "match": match,
            "record": self.case,
            "authority": "xx-nobody",
            "officer": "nobody",
            "name": "note.made",
            "number": "1",
            "path": "0/000.p/1",
        }

    def named(self, case: Any) -> Any:
        """`case` with ids of what is here in the place of those that were made up."""
        if case.path_parameters:
            known = {name: self.known.get(name, "0" * 64) for name in case.path_parameters}
            case.path_parameters = known
        if isinstance(case.body, dict) and "matter" in case.body:
            case.body["matter"] = self.case
        return case


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = House(tmp_path_factory.mktemp("fuzzed"))
    yield Scene(made)
    made.close()


def _settings(examples: int) -> hypothesis.settings:
    # The checks of Hypothesis are about tests that are too slow to find anything.
    return hypothesis.settings(
        max_examples=examples, suppress_health_check=list(hypothesis.HealthCheck), database=None
    )


def _sent(scene: Scene, operation: Any) -> dict[str, str]:
    role = "operator" if set(operation.tags) & set(OPERATORS) else "desk_head"
    return dict(scene.house.program(scene.house.lyon, role).sent)


@pytest.mark.parametrize("name", [route.name for route in described.DECLARED])
def test_what_is_described_is_answered_as_described(scene: Scene, name: str) -> None:
    operation = scene.api.find_operation_by_id(name)
    sent = _sent(scene, operation)

    @_settings(3)
    @hypothesis.given(operation.as_strategy(generation_mode=GOOD), st.booleans())
    def ask(case: Any, of_something: bool) -> None:
        asked = scene.named(case) if of_something else case
        asked.call_and_validate(headers=sent, checks=CHECKS)

    ask()


@pytest.mark.parametrize("name", [one.name for one in described.DECLARED if one.body or one.query])
def test_what_is_not_described_is_refused_and_breaks_nothing(scene: Scene, name: str) -> None:
    operation = scene.api.find_operation_by_id(name)
    sent = _sent(scene, operation)

    @_settings(2)
    @hypothesis.given(operation.as_strategy(generation_mode=BAD))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=sent, checks=[*CHECKS, negative_data_rejection])

    ask()
