"""An alliance of three members whose APIs are asked as programs ask them: real nodes, real ASGI."""

import contextlib
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from comity.api import app, local, problems, routes
from comity.desk import people
from comity.policy import asks
from comity.records.ids import AuthorityId, MatterId
from tests.world.world import LYON, OSLO, TURIN, Member, World

ADDRESS = "http://node.test"
NOWHERE = "0" * 64
"""An id of nothing."""
ROLES = ("officer", "desk_head", "operator", "oversight")
PURPOSES = {"operator": "operation", "oversight": "oversight"}
"""The purpose that a role states, unless a test says otherwise."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program with what it sends along each time."""

    client: TestClient
    sent: Mapping[str, str]

    def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Any request below the prefix."""
        headers = {**self.sent, **given.pop("headers", {})}
        return self.client.request(method, routes.PREFIX + path, headers=headers, **given)

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Read."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, body: Any = None, **given: Any) -> httpx2.Response:
        """Do something, with a JSON body if one is given."""
        return self.ask("POST", path, **({} if body is None else {"json": body}), **given)

    def send(self, path: str, data: bytes, media: str, **query: Any) -> httpx2.Response:
        """Do something with bytes."""
        headers = {"content-type": media}
        return self.ask("POST", path, content=data, headers=headers, params=query)

    def told(self, path: str, **query: Any) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, kind: str, said: Mapping[str, Any], matter: str | None = None) -> dict[str, Any]:
        """Say a record that must be taken; what was answered."""
        body = {"said": said} if matter is None else {"said": said, "matter": matter}
        answer = self.post(f"/acts/{kind}", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


class House:
    """Lyon, Turin and Oslo, each with its API; in one directory unless they are `apart`."""

    def __init__(
        self,
        folder: Path,
        database: Callable[[AuthorityId], str] | None = None,
        *,
        apart: bool = False,
    ) -> None:
        self._closing = contextlib.ExitStack()
        self.world = World(folder, database)
        self._closing.callback(self.world.close)
        names = (LYON, TURIN, OSLO)
        self.lyon, self.turin, self.oslo = (
            map(self.world.add, names) if apart else self.world.found(*names)
        )
        self._clients: dict[tuple[str, bool], TestClient] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Close clients and nodes."""
        self._closing.close()

    def client(self, member: Member, *, inside: bool = False) -> TestClient:
        """The API of a member for callers of any kind; `inside` as on its Unix socket."""
        place = (member.authority, inside)
        if place not in self._clients:
            made = app.create(member.tools, clock=self.world.now, base_url=ADDRESS)
            door = local.Local(made) if inside else made
            self._clients[place] = self._closing.enter_context(
                TestClient(door, base_url=ADDRESS, raise_server_exceptions=False)
            )
        return self._clients[place]

    def token(self, member: Member, role: str = "officer") -> str:
        """A token of one of the member's people, the same each time."""
        place = (member.authority, role)
        if place not in self._tokens:
            days = datetime.timedelta(days=90)
            person, now = member.people[role], self.world.now()
            self._tokens[place] = people.issue(
                member.tools, person, "token", days, now, scope=asks.PRESENT
            )
        return self._tokens[place]

    def program(self, member: Member, role: str = "officer", purpose: str | None = None) -> Program:
        """A program of one of the member's people."""
        stated = PURPOSES.get(role, "investigation") if purpose is None else purpose
        sent = {"authorization": f"Bearer {self.token(member, role)}", "comity-purpose": stated}
        return Program(self.client(member), sent)

    def case(self, title: str = "Night Bazaar", *parties: AuthorityId) -> MatterId:
        """A case that Lyon opens, with Turin unless other parties are named."""
        said = {"title": title, "parties": list(parties or (TURIN,))}
        return MatterId(self.program(self.lyon).act("case.opened/1", said)["matter"])


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that was answered, in the one shape that problems have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == problems.MEDIA
    said: dict[str, Any] = answer.json()
    assert said["code"] == code, said
    assert said["status"] == status
    assert said["type"] == f"urn:comity:error:{code}"
    assert set(said) <= set(problems.SCHEMA["properties"])
    assert set(problems.SCHEMA["required"]) <= set(said)
    return said
