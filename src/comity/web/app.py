"""The pages as one ASGI application, from the parts that the node gives.

Nothing is read from the environment and nothing is made at import. The layers of `guard` stand
outside of everything, so that also errors and files carry the headers.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from comity import errors
from comity.web import (
    assets,
    door,
    entrance,
    faults,
    guard,
    home,
    i18n,
    origin,
    page,
    preferences,
    templates,
)
from comity.web.i18n import N_

HOME = page.Section("/", N_("My work"), frozenset({"officer", "desk_head"}))


def create(
    desk_door: door.Door,
    *,
    address: str,
    authority_name: str,
    clock: Callable[[], datetime],
    language: str = i18n.SOURCE,
    time_zone: str = "UTC",
    sections: Sequence[page.Section] = (),
    routers: Sequence[APIRouter] = (home.router,),
    notices: Mapping[str, str] | None = None,
    larger_bodies: Mapping[str, int] | None = None,
    given: object = None,
) -> ASGIApp:
    """The pages of one node.

    `address` is what officers type (`https://node.example`); `language` and `time_zone` are the
    authority's own, for readers who chose none; `routers` are the pages beyond the frame, the
    start page among them, and `sections` their entries in the navigation. `larger_bodies` raises
    the bound of request bodies for paths that begin so, in bytes. `given` is what the routers find
    as `request.app.state.given`. `Invalid` for an address
    without https that is not this machine; `Unavailable` if the assets were not fetched.
    """
    if language not in i18n.LANGUAGES:
        raise errors.Invalid("language-unknown", f"there are no pages in {language!r}")
    i18n.zone(time_zone)
    for known in i18n.LANGUAGES:
        i18n.catalogue(known)  # a catalogue that is not there fails here, not on a page
    own = origin.parse(address)
    files = assets.Assets()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.frame = page.Frame(
        door=desk_door,
        origin=own,
        authority_name=authority_name,
        clock=clock,
        templates=templates.Templates(files),
        language=language,
        time_zone=time_zone,
        sections=(HOME, *sections),
        notices=preferences.NOTICES | entrance.NOTICES | dict(notices or {}),
    )
    app.state.given = given
    for router in (entrance.router, preferences.router, *routers):
        app.include_router(router)
    app.mount(assets.PREFIX.rstrip("/"), files)
    faults.install(app)
    return guard.Headers(
        guard.Hosts(
            guard.Bodies(guard.SameOrigin(app, origin=own), larger=larger_bodies or {}),
            origin=own,
        ),
        secure=own.secure,
    )
