"""The API of one node as an ASGI application, made from the kinds and the routes.

FastAPI finds the path and writes the OpenAPI document; a `doors.Door` does the rest. Paths without
parts, every act among them, are found in one step, past the layers that they do not need.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from comity import errors
from comity.api import (
    acts,
    answers,
    directory,
    doors,
    exhibits,
    imports,
    kinds,
    ledger,
    matches,
    matters,
    officers,
    openapi,
    oversight,
    parcels,
    problems,
    records,
    routes,
    workers,
)
from comity.desk import tools
from comity.records.kinds import Registry

DESCRIPTION = f"{routes.PREFIX}/openapi.json"
_THREADS_QUICK = 4
_THREADS_SLOW = 8


def create(
    own: tools.Tools,
    *,
    clock: Callable[[], datetime],
    base_url: str,
    hosts: frozenset[str] = frozenset(),
    page_rows: int = 50,
    failed: Callable[[errors.ComityError], None] = lambda fault: None,
) -> ASGIApp:
    """The API of one node; `Invalid` if a route declares no action that policy knows.

    `base_url` is where officers open their links; `hosts` are the names under which this node is
    reached (any, if none is given); `failed` is told of every error.
    """
    house = doors.House(
        tools=own,
        clock=clock,
        quick=workers.Workers(_THREADS_QUICK, "comity-api"),
        slow=workers.Workers(_THREADS_SLOW, "comity-api-slow"),
        hosts=frozenset(host.lower().encode() for host in hosts),
        failed=failed,
    )
    found = declared(own.registry, base_url=base_url, page_rows=page_rows)
    routes.check(found, own.policy)
    app = _Api(house.slow)
    for route in found:
        app.add(doors.Door(route, house))
    return app


def declared(registry: Registry, *, base_url: str, page_rows: int) -> list[routes.Route]:
    """Every endpoint that there is."""
    return [
        *acts.made(registry),
        *matters.made(page_rows),
        *records.made(),
        *kinds.made(registry),
        *imports.made(),
        *matches.made(),
        *exhibits.made(),
        *parcels.made(),
        *directory.made(),
        *officers.made(base_url),
        *ledger.made(),
        *oversight.made(page_rows),
    ]


class _Api:
    """Finds the door for a request."""

    def __init__(self, crew: workers.Workers) -> None:
        self._app = FastAPI(
            title="Comity",
            version="1",
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        self._app.add_exception_handler(HTTPException, _unknown)
        description = _Description(self._app, crew)
        self._direct: dict[tuple[str, str], ASGIApp] = {("GET", DESCRIPTION): description}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            door = self._direct.get((scope["method"], scope["path"]))
            await (door or self._app)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)

    def add(self, door: doors.Door) -> None:
        """Serve and describe an endpoint."""
        route, path = door.route, routes.PREFIX + door.route.path
        self._app.router.routes.append(_Endpoint(path, door))
        if "{" not in path:
            self._direct[route.method, path] = door


class _Description:
    """The OpenAPI document, made when it is first asked for: no start waits for it."""

    def __init__(self, app: FastAPI, crew: workers.Workers) -> None:
        self._app = app
        self._crew = crew

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it (ASGI)."""
        reply = await self._crew.run(lambda: self._reply)
        await reply(scope, receive, send)

    @functools.cached_property
    def _reply(self) -> answers.Reply:
        document = get_openapi(
            title="Comity",
            version="1",
            description="Casework between authorities. See docs/api.md.",
            routes=self._app.routes,
        )
        return answers.json_reply(openapi.completed(document))


class _Endpoint(APIRoute):
    """A door in FastAPI's list of routes: described by it, and called without its layers."""

    def __init__(self, path: str, door: doors.Door) -> None:
        route = door.route
        super().__init__(
            path,
            _described,
            methods=[route.method],
            name=route.name,
            operation_id=route.name,
            summary=route.title,
            description=route.told or route.title,
            tags=[route.tag],
            status_code=route.status,
            response_class=Response,
            response_model=None,
            openapi_extra=openapi.part(route),
        )
        self.app = door


async def _described(request: Request) -> None:
    """Never called: the door stands in its place."""


async def _unknown(request: Request, fault: Exception) -> Any:
    assert isinstance(fault, HTTPException)
    if fault.status_code == 405:
        allowed = sorted(
            {
                method
                for route in request.app.routes
                if isinstance(route, APIRoute) and route.path_regex.match(request.url.path)
                for method in route.methods or ()
            }
        )
        said = errors.Invalid(
            "method-not-allowed",
            f"{request.method} is not done here",
            next_step="Use a method that the header Allow names.",
        )
        return problems.reply(said, (b"allow", ", ".join(allowed).encode()))
    nothing = errors.NotFound(
        "path-unknown",
        "There is nothing at this path.",
        next_step=f"See what there is: GET {DESCRIPTION}",
    )
    return problems.reply(nothing)
