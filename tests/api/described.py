"""The OpenAPI document of this version, and whether an answer is what it says."""

import functools
from typing import Any

import httpx2
import jsonschema_rs

from comity.api import app, openapi, routes
from comity.matters import subjects
from tests.api.house import ADDRESS

DECLARED = app.declared(subjects.REGISTRY, base_url=ADDRESS, page_rows=50)


def shape(schema: Any, shared: dict[str, Any]) -> jsonschema_rs.Validator:
    """Checks values against a schema that refers to what the document shares."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": shared}})


@functools.cache
def schemas(name: str) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    """Of an endpoint: for each status the media type, the schema, and what it refers to."""
    route = next(one for one in DECLARED if one.name == name)
    shared: dict[str, Any] = {}
    responses = openapi._hoisted(openapi.part(route)["responses"], shared)
    found: dict[str, tuple[str, Any, dict[str, Any]]] = {}
    for status, response in responses.items():
        for media, content in response.get("content", {}).items():
            found[status] = (media, content["schema"], shared)
    return found


def check(answer: httpx2.Response, name: str) -> Any:
    """The JSON of an answer of the endpoint `name`, which must be as described, no member more."""
    media, schema, shared = schemas(name)[str(answer.status_code)]
    assert answer.headers["content-type"] == media
    said = answer.json()
    shape(_closed(schema), {key: _closed(one) for key, one in shared.items()}).validate(said)
    return said


def _closed(schema: Any) -> Any:
    """`schema` as one that takes no member which it does not name."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _closed(one) for key, one in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        made.setdefault("additionalProperties", False)
    return made


def path_of(route: routes.Route) -> str:
    """Where the document describes a route."""
    return routes.PREFIX + route.path.replace(":path", "")
