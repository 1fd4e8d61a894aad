"""The OpenAPI document (3.1), made from the routes: what is served is what is described."""

import re
from collections.abc import Mapping
from typing import Any

from comity.api import problems, routes

_PROBLEM = "#/components/schemas/Problem"
_DEFINED = "#/$defs/"
_PART = re.compile(r"{(\w+)(?::path)?}")


def part(route: routes.Route) -> dict[str, Any]:
    """What one route adds to the operation that FastAPI describes (`openapi_extra`)."""
    said: dict[str, Any] = {
        "parameters": list(_parameters(route)),
        "responses": {
            str(route.status): _answer(route.media, route.answer, "Done."),
            **{str(s): _answer(route.media, one, "Done.") for s, one in route.also.items()},
            "default": {
                "description": "A problem (RFC 9457).",
                "content": {problems.MEDIA: {"schema": {"$ref": _PROBLEM}}},
            },
        },
        "x-comity-action": route.action,
    }
    if route.body is not None:
        media: dict[str, Any] = {}
        if route.body.schema:
            media["schema"] = dict(route.body.schema)
        said["requestBody"] = {"required": True, "content": {route.body.media: media}}
    return said


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its shared parts: problems, definitions, how to sign in."""
    shared: dict[str, Any] = {"Problem": problems.SCHEMA}
    document["paths"] = _hoisted(document["paths"], shared)
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **shared}
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "An officer's token: comity officer token NAME.",
        }
    }
    document["security"] = [{"token": []}]
    return document


def _parameters(route: routes.Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PART.findall(route.path)
    ]
    for name, said in route.query.items():
        schema = {key: value for key, value in said.items() if key not in ("x-required",)}
        found.append(
            {
                "name": name,
                "in": "query",
                "required": bool(said.get("x-required", False)),
                "schema": schema,
            }
        )
    purpose = "For what purpose this is done; docs/api.md lists the purposes."
    for name, told in {"Comity-Purpose": purpose, **route.headers}.items():
        found.append(
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": told,
                "schema": {"type": "string"},
            }
        )
    return found


def _answer(media: str, schema: Mapping[str, Any], told: str) -> dict[str, Any]:
    if not schema and media == routes.JSON:
        return {"description": told}
    return {"description": told, "content": {media: {"schema": dict(schema)}}}


def _hoisted(value: Any, shared: dict[str, Any]) -> Any:
    """`value` with the definitions of each schema moved to where references reach them."""
    if isinstance(value, list):
        return [_hoisted(one, shared) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$defs"), dict):
        for name, schema in value["$defs"].items():
            shared.setdefault(name, {})
            shared[name] = _hoisted(schema, shared)
    moved = {key: _hoisted(one, shared) for key, one in value.items() if key != "$defs"}
    reference = moved.get("$ref")
    if isinstance(reference, str) and reference.startswith(_DEFINED):
        moved["$ref"] = "#/components/schemas/" + reference.removeprefix(_DEFINED)
    return moved
