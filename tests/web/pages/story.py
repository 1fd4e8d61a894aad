"""A joint case told in a few lines, for tests of the pages."""

import datetime
import re
from typing import Any

from starlette.testclient import TestClient

from comity.desk import people, tools
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.world.world import LYON, OSLO, TURIN, Member, World

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class Story:
    """Three nodes, and what happens between them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lyon, self.turin, self.oslo = world.found(LYON, TURIN, OSLO)

    def case(
        self, title: str = "Operation Lantern", *, parties: list[AuthorityId] | None = None
    ) -> MatterId:
        """A case that Lyon opens with Turin."""
        said = {
            "title": title,
            "summary": "A marketplace that sells access to hacked accounts.",
            "priority": "urgent",
            "parties": [TURIN] if parties is None else parties,
        }
        return self.world.act(self.lyon, "case.opened/1", said).matter

    def request(self, case: MatterId, *, to: AuthorityId = TURIN, ask: str = "") -> RecordId:
        """A request of Lyon to Turin."""
        said = {
            "to": to,
            "measure": "preservation",
            "basis": "Budapest Convention, article 29",
            "due_on": "2026-12-01",
            "ask": ask or "Preserve the server at 203.0.113.7.",
            "necessity": "The provider deletes after seven days.",
        }
        return self.world.act(self.lyon, "request.filed/1", said, case).record

    def note(self, member: Member, case: MatterId, text: str) -> RecordId:
        return self.world.act(member, "note.made/1", {"text": text}, case).record

    def identifiers(self, member: Member, matter: MatterId, values: list[str]) -> RecordId:
        said = {
            "identifiers": [{"cls": "domain", "value": value} for value in values],
            "source": "seizure",
        }
        return self.world.act(member, "identifiers.noted/1", said, matter).record

    @staticmethod
    def link(member: Member, role: str) -> str:
        """A sign-in link for one of the member's people."""
        officer: tools.port.Officer = member.people[role]
        lifetime = datetime.timedelta(minutes=people.LINK_MINUTES)
        return people.issue(member.tools, officer, "link", lifetime, member.outbox._clock())


def token(client: TestClient, path: str) -> str:
    """The form token of a page."""
    found = TOKEN.search(client.get(path).text)
    assert found is not None, path
    return found[1]


def post(client: TestClient, path: str, data: dict[str, Any], *, page: str = "") -> Any:
    """Send a form as its page would: with the token of that page."""
    return client.post(path, data={"form_token": token(client, page or path), **data})


def look_and_say(client: TestClient, path: str, data: dict[str, Any]) -> Any:
    """Fill a form in, look at it, and say it."""
    looked = post(client, path, {**data, "step": "look"})
    assert looked.status_code == 200, looked.text
    carried = dict(HIDDEN.findall(looked.text.partition("<main")[2]))
    return client.post(path, data={**data, **carried, "step": "do"})
