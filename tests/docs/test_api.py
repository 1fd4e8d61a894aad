"""The page on the API lists every endpoint with its action and its query, as the code has them."""

from pathlib import Path

from comity.api import app, matters, routes
from comity.matters import subjects
from comity.policy import asks
from tests.docs import tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ROUTES = app.declared(subjects.REGISTRY, base_url="", page_rows=50)
ACTS = [one for one in ROUTES if one.path.startswith("/acts/")]


def _endpoint(route: routes.Route) -> str:
    return f"`{route.method} {route.path.replace(':path', '')}`"


def test_every_endpoint_is_told_with_its_action_and_its_query() -> None:
    wanted = [
        (
            _endpoint(one),
            one.title,
            "" if one.action == routes.SIGNED_IN else f"`{one.action}`",
            ", ".join(f"`{name}`" for name in one.query),
        )
        for one in ROUTES
        if one not in ACTS
    ]
    told = [row for row in tables.rows(PAGE, "## Endpoints") if len(row) == 4]
    assert tables.missing(told, wanted) == ""


def test_every_act_is_told() -> None:
    wanted = [(_endpoint(one), one.title) for one in ACTS]
    assert tables.missing(tables.rows(PAGE, "### Acts"), wanted) == ""


def test_every_endpoint_stands_under_the_heading_of_its_tag() -> None:
    for one in ROUTES:
        heading = "Acts" if one in ACTS else one.tag.capitalize()
        endpoints = [row[0] for row in tables.rows(PAGE, f"### {heading}")]
        assert _endpoint(one) in endpoints, one.path


def test_every_purpose_is_told() -> None:
    wanted = [(f"`{name}`", title) for name, title in asks.PURPOSES.items()]
    assert tables.missing(tables.rows(PAGE, "## For what purpose"), wanted) == ""


def test_what_the_page_says_of_paths_and_bounds_is_so() -> None:
    assert f"under `{routes.PREFIX}`" in PAGE
    assert f"`limit` is up to {matters.LINES_MAX}" in PAGE
    assert f"`GET {app.DESCRIPTION}`" in PAGE
