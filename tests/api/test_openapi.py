"""The OpenAPI document: valid, complete, and of one mind with itself."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi import definitions

from comity.api import app, openapi, routes
from comity.desk import offering
from comity.matters import subjects
from comity.records import kinds
from tests.api import described
from tests.api.house import House


@pytest.fixture(scope="module")
def document(house: House) -> dict[str, Any]:
    """As it is served."""
    found: dict[str, Any] = house.client(house.lyon).get(app.DESCRIPTION).json()
    return found


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, its own too."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): one
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    jsonschema_rs.validate(definitions.OPENAPI_31, document)


def test_every_schema_in_it_is_one(document: dict[str, Any]) -> None:
    schemas = [one["schema"] for one in inside(document["paths"]) if "schema" in one]
    schemas += document["components"]["schemas"].values()
    assert len(schemas) > 200
    for schema in schemas:
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
        )


def test_it_holds_every_endpoint_and_no_other(document: dict[str, Any]) -> None:
    wanted = {(one.method, described.path_of(one)): one for one in described.DECLARED}
    found = operations(document)
    assert set(found) == set(wanted)
    for place, route in wanted.items():
        said = found[place]
        assert said["operationId"] == route.name
        assert said["summary"] == route.title
        assert said["x-comity-action"] == route.action
        statuses = {str(route.status), *(str(one) for one in route.also), "default"}
        assert set(said["responses"]) == statuses


def test_no_two_operations_have_one_name(document: dict[str, Any]) -> None:
    names = [one["operationId"] for one in operations(document).values()]
    assert len(names) == len(set(names))


def test_every_no_is_described_as_a_problem(document: dict[str, Any]) -> None:
    for said in operations(document).values():
        (media, content), *_ = said["responses"]["default"]["content"].items()
        assert media == "application/problem+json"
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    found = {one["$ref"] for one in inside(document) if isinstance(one.get("$ref"), str)}
    assert len(found) > 10
    assert found <= {f"#/components/schemas/{name}" for name in shared}
    assert not [one for one in inside(document) if "$defs" in one]


def test_no_name_stands_for_two_shapes() -> None:
    seen: dict[str, set[str]] = {}
    for route in described.DECLARED:
        for one in inside(openapi.part(route)):
            for name, schema in one.get("$defs", {}).items():
                seen.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    assert len(seen) > 10
    assert not [name for name, shapes in seen.items() if len(shapes) > 1]


def test_parameters_of_the_path_are_those_that_stand_in_it(document: dict[str, Any]) -> None:
    for (_, path), said in operations(document).items():
        told = {one["name"]: one for one in said["parameters"] if one["in"] == "path"}
        assert set(told) == set(re.findall(r"{(\w+)}", path))
        assert all(one["required"] for one in told.values())


def test_the_query_is_told_with_what_must_be_there(document: dict[str, Any]) -> None:
    found = operations(document)
    for route in described.DECLARED:
        said = found[route.method, described.path_of(route)]
        told = {one["name"]: one for one in said["parameters"] if one["in"] == "query"}
        assert set(told) == set(route.query)
        for name, one in told.items():
            assert one["required"] == route.query[name].get("x-required", False)
            assert "x-required" not in one["schema"]


def test_it_says_how_to_sign_in(document: dict[str, Any]) -> None:
    assert document["security"] == [{"token": []}]
    scheme = document["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize("name", list(subjects.REGISTRY))
def test_each_kind_has_its_path_and_its_schema(document: dict[str, Any], name: str) -> None:
    kind = subjects.REGISTRY[name]
    path = f"{routes.PREFIX}/acts/{name}"
    if kind not in list(offering.sayable(subjects.REGISTRY)):
        assert path not in document["paths"]
        return
    said = document["paths"][path]["post"]
    body = said["requestBody"]["content"]["application/json"]["schema"]
    assert body["additionalProperties"] is False
    assert ("matter" in body["required"]) == (not isinstance(kind.effect, kinds.Genesis))
    shared = document["components"]["schemas"]
    assert _resolved(body["properties"]["said"], shared) == _resolved(
        subjects.REGISTRY.schemas[name], subjects.REGISTRY.schemas[name].get("$defs", {})
    )
    assert {one["name"] for one in said["parameters"]} >= {"preview", "Idempotency-Key"}


def _resolved(schema: Any, shared: dict[str, Any]) -> Any:
    """A schema with what it refers to in the place of each reference, without empty defaults."""
    if isinstance(schema, list):
        return [_resolved(one, shared) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        rest = {key: one for key, one in schema.items() if key != "$ref"}
        return _resolved({**shared[schema["$ref"].rpartition("/")[2]], **rest}, shared)
    kept = {key: one for key, one in schema.items() if key != "$defs" and one is not None}
    return {key: _resolved(one, shared) for key, one in kept.items()}


def test_bodies_are_told_with_their_media_types(document: dict[str, Any]) -> None:
    for route in described.DECLARED:
        said = operations(document)[route.method, described.path_of(route)]
        if route.body is None:
            assert "requestBody" not in said
        else:
            assert said["requestBody"]["required"]
            assert set(said["requestBody"]["content"]) == {route.body.media}
