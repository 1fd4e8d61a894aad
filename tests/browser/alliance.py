"""Three nodes, two with a joint case, their pages served on loopback for a browser to open."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import BrowserContext

from comity.desk import evidence, importing, matching, people
from comity.records.ids import MatterId, RecordId
from comity.web import site
from tests.web.pages.story import Story
from tests.world.world import LYON, TURIN, Member, World


class Present(World):
    """A world whose clock is the browser's."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  # Chromium keeps its own time


@dataclass(kw_only=True)
class Alliance:
    """The story so far, and where its pages are."""

    story: Story
    case: MatterId
    request: RecordId
    exhibit: RecordId
    match: MatterId
    report: MatterId
    addresses: dict[str, str] = field(default_factory=dict)

    def link(self, member: Member, role: str) -> str:
        """The code of a sign-in link for one of the member's people."""
        return self._issued(member, role, "link")

    def sign_in(self, person: BrowserContext, member: Member, role: str) -> str:
        """Give a browser a session; the address of the member's pages."""
        address = self.addresses[member.authority]
        token = self._issued(member, role, "session")
        name = f"comity-{address.rpartition(':')[2]}-session"
        cookie = {"name": name, "value": token, "url": address, "sameSite": "Strict"}
        person.add_cookies([cookie])  # type: ignore[list-item]  # playwright types it as its own
        return address

    def _issued(self, member: Member, role: str, purpose: Literal["link", "session"]) -> str:
        hour, now = timedelta(hours=1), self.story.world.now()
        return people.issue(member.tools, member.people[role], purpose, hour, now, assurance="link")


@contextmanager
def served(folder: Path) -> Iterator[Alliance]:
    """The joint case of Lyon and Turin, until the last test is done."""
    world = Present(folder)
    story = Story(world)
    found = _told(story)
    stops = [_serve(found, member) for member in (story.lyon, story.turin, story.oslo)]
    yield found
    for stop in stops:
        stop()
    world.close()


def _serve(found: Alliance, member: Member) -> object:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://localhost:{listener.getsockname()[1]}"
    pages = site.create(
        member.tools, clock=found.story.world.now, address=address, time_zone="Europe/Paris"
    )
    server = uvicorn.Server(uvicorn.Config(pages, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    found.addresses[member.authority] = address

    def stop() -> None:
        pages.close()
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
        assert not thread.is_alive(), "an open stream kept the server from stopping"

    return stop


def _told(story: Story) -> Alliance:
    """A case with a bit of everything in it."""
    world, case = story.world, story.case()
    story.note(story.lyon, case, "The administrator posts between 18:00 and 02:00 UTC. " * 12)
    request = story.request(case)
    story.identifiers(story.lyon, case, ["lantern-market.example", "lantern.example.net"])
    world.settle()
    story.note(story.turin, case, "تم حفظ الخادم لدى مقدم الخدمة.")
    asked = {
        "to": LYON,
        "measure": "subscriber-data",
        "basis": "Article 18",
        "due_on": "2026-01-01",
    }
    said = {**asked, "ask": "Who rented 198.51.100.4?", "necessity": "It runs the market."}
    world.act(story.turin, "request.filed/1", said, case)
    world.settle()
    for member, priority in ((story.lyon, "emergency"), (story.turin, "routine")):
        world.act(member, "priority.set/1", {"priority": priority, "reason": "seen"}, case)
    told = evidence.Description(
        name="server.img",
        description="Front server",
        source="dd",
        method="seizure",
        basis="warrant",
    )
    taken = evidence.take(world.desk(story.lyon), case, [b"disk " * 1000], told)
    head = world.desk(story.lyon, "desk_head")
    evidence.hand_over(head, case, taken.record, TURIN, "analysis")
    rows = importing.Rows(
        title="Feed of November",
        form="text",
        identifiers=[{"cls": "domain", "value": "other.example", "context": "a line"}],
        faults=2,
    )
    report = importing.import_rows(world.desk(story.turin), rows, None).matter
    match = matching.ask(world.desk(story.lyon), case, TURIN, contact="Desk Lyon, +33 4 00")
    story.case("عملية الفانوس")
    world.settle()
    return Alliance(
        story=story,
        case=case,
        request=request,
        exhibit=taken.record,
        match=match,
        report=report,
    )
