"""The pages as a whole: who may open what, and how an open page hears of changes."""

import asyncio
import threading
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from comity.web import page, site
from comity.web.pages import exhibits
from tests.web.conftest import ADDRESS, Visit
from tests.web.pages.story import Story
from tests.web.test_app import all_routes, calls

ROLES = ("officer", "desk_head", "oversight", "operator")


def application(pages: site.Pages) -> FastAPI:
    inner: Any = pages._pages
    while not isinstance(inner, FastAPI):
        inner = inner._app
    return inner


def test_every_route_takes_a_page_but_the_one_that_reads_its_form_itself(story: Story) -> None:
    pages = site.create(story.lyon.tools, clock=story.world.now, address=ADDRESS)
    streamed = {route.name for route in exhibits.streamed.routes if isinstance(route, APIRoute)}
    routes = list(all_routes(application(pages)))
    assert len(routes) > 40
    for route in routes:
        reads_itself = route.path.startswith(exhibits.UPLOAD) and route.name in streamed
        assert (page._open in calls(route.dependant)) != reads_itself, route.path
    pages.close()


@pytest.mark.parametrize("role", ROLES)
def test_everything_in_the_navigation_may_be_opened(story: Story, visit: Visit, role: str) -> None:
    client = visit(story.lyon, role)
    for section in site.SECTIONS:
        allowed = section.roles is None or role in section.roles
        answer = client.get(section.path)
        assert (answer.status_code == 200) == allowed, section.path
        shown = f'href="{section.path}"' in client.get("/peers").text.partition("</header>")[0]
        assert shown == allowed


def test_every_page_carries_its_headers_and_shows_the_purpose(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    for path in ("/", "/matters", f"/matters/{case}", "/peers", "/import", "/new/case.opened/1"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "require-trusted-types-for" in answer.headers["content-security-policy"]
        assert 'class="purpose"' in answer.text
        assert "hx-on" not in answer.text
        assert "style=" not in answer.text.partition("<body")[2]


def test_an_open_page_hears_of_what_a_partner_did(story: Story) -> None:
    case = story.case()
    pages = site.create(story.lyon.tools, clock=story.world.now, address=ADDRESS)
    hub = pages._hub
    before = hub.number(case)

    async def hear() -> int | None:
        waiting = asyncio.create_task(hub.wait(case, before))  # noqa: TID251  # held by this test
        await asyncio.sleep(0)
        worker = threading.Thread(target=story.note, args=(story.lyon, case, "x"))
        worker.start()
        number = await asyncio.wait_for(waiting, 5)
        worker.join()
        return number

    number = asyncio.run(hear())
    assert number is not None
    assert number > before
    pages.close()
    assert asyncio.run(hub.wait(case, number)) is None


def test_whoever_may_not_read_a_matter_may_not_listen_to_it(story: Story, visit: Visit) -> None:
    case = story.case()
    assert visit(story.lyon, "operator").get(f"/matters/{case}/stream").status_code == 404
