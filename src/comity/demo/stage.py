"""The stage of the demonstration: nodes made, started and stopped as real processes on loopback.

Setting a node up is done in this process before it is started; from then on everything goes
through its doors, with an officer's token, as any program would.
"""

import contextlib
import datetime
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from comity import config, errors, node
from comity.desk import founding, people, tools
from comity.matters import directory
from comity.policy import asks
from comity.records.ids import AuthorityId

ROLES = ("officer", "desk_head", "operator", "oversight")
START_SECONDS = 30.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Part:
    """An authority of the play."""

    authority: AuthorityId
    name: str
    country: str
    role: str = "member"


@dataclass(slots=True)
class Player:
    """One node of the play: its folder, its process, its officers' tokens."""

    part: Part
    settings: config.Settings
    tokens: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def authority(self) -> AuthorityId:
        """Whose node."""
        return self.part.authority

    def door(self, role: str = "officer", purpose: str = "investigation") -> "Door":
        """The API, as one of the officers."""
        return Door(self.settings.base_url, self.tokens[role], purpose)

    def start(self) -> None:
        """Start the node and wait until it answers."""
        log = (self.settings.data / "node.log").open("ab")
        command = [sys.executable, "-m", "comity", "serve", "--data", str(self.settings.data)]
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # ours
        wait(START_SECONDS, f"{self.authority} to answer", self._answers)

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            told = (self.settings.data / "node.log").read_text()[-2000:]
            raise errors.Unavailable("demo-node", f"{self.authority} did not start: {told}")
        with contextlib.suppress(errors.Unavailable):
            return bool(self.door().get("/me"))
        return False

    def stop(self) -> None:
        """Stop the node as an operator would."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @contextlib.contextmanager
    def opened(self, role: str) -> Any:
        """The stopped node's desk in this process: what its command line does without a server."""
        found = node.open_(self.settings)
        try:
            officer = next(one for one in found.tools.store.officers() if one.role == role)
            purpose = "operation" if role == "operator" else "investigation"
            yield tools.Desk(officer=officer, purpose=purpose, now=node.clock(), tools=found.tools)
        finally:
            found.close()


class Door:
    """The API of a node over HTTP, for one officer."""

    def __init__(self, url: str, token: str, purpose: str) -> None:
        self._client = httpx2.Client(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {token}", "Comity-Purpose": purpose},
            trust_env=False,
            timeout=60,
        )

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a GET."""
        return self._call("GET", path, params=query).json()

    def fetch(self, path: str, **query: Any) -> bytes:
        """The bytes of a GET."""
        return self._call("GET", path, params=query).content

    def post(self, path: str, said: Mapping[str, Any] | None = None, **query: Any) -> Any:
        """JSON of a POST with a JSON body."""
        return self._call("POST", path, json=said, params=query).json()

    def send(self, path: str, data: bytes, **query: Any) -> httpx2.Response:
        """A POST of bytes: a parcel to `/parcels`, anything else elsewhere."""
        media = "vnd.comity.parcel" if path.startswith("/parcels") else "octet-stream"
        headers = {"Content-Type": f"application/{media}"}
        return self._call("POST", path, content=data, params=query, headers=headers)

    def form(self, path: str, about: bytes, file: bytes) -> Any:
        """A POST of a form with the parts `about` and `file`."""
        parts = [
            ("about", ("about.json", about, "application/json")),
            ("file", ("file", file, "application/octet-stream")),
        ]
        return self._call("POST", path, files=parts).json()

    def act(self, kind: str, said: Mapping[str, Any], matter: str | None = None) -> Any:
        """Say a record of `kind`."""
        body: dict[str, Any] = {"said": said}
        if matter is not None:
            body["matter"] = matter
        return self.post(f"/acts/{kind}", body)

    def _call(self, method: str, path: str, **given: Any) -> httpx2.Response:
        try:
            response = self._client.request(method, path, **given)
        except httpx2.HTTPError as fault:
            raise errors.Unavailable("demo-node", f"{method} {path}: {fault}") from None
        if response.status_code >= httpx2.codes.BAD_REQUEST:
            problem = response.json()
            raise errors.Refused(
                str(problem.get("code", "problem")),
                f"{method} {path}: {problem.get('detail')}",
                next_step=str(problem.get("next_step", "")),
            )
        return response


def wait(seconds: float, what: str, ready: Callable[[], bool]) -> float:
    """Wait until `ready`; how long it took. `Unavailable` when it takes longer than `seconds`."""
    start = time.monotonic()
    while not ready():
        if time.monotonic() - start > seconds:
            raise errors.Unavailable("demo-waited", f"waited {seconds:g} seconds for {what}")
        time.sleep(0.05)
    return time.monotonic() - start


def set_up(folder: Path, parts: tuple[Part, ...], name: str) -> list[Player]:
    """Make every node, found the directory at the first, list and join the others."""
    players = [_made(folder, part) for part in parts]
    first = players[0]
    with first.opened("operator") as desk:
        pinned = founding.found(desk, name, _listing(first, desk.tools))
        for player in players[1:]:
            with player.opened("operator") as other:
                listing = _listing(player, other.tools)
            founding.admit(desk, listing)
        file = founding.export(desk.tools)
    for player in players[1:]:
        with player.opened("operator") as desk:
            founding.join(desk.tools, file, pinned)
    return players


def _made(folder: Path, part: Part) -> Player:
    data = folder / part.authority
    web, peer = free_port(), free_port()
    data.mkdir(mode=0o700, parents=True)
    (data / config.FILE).write_text(f"web_port = {web}\npeer_port = {peer}\ngossip_seconds = 1.0\n")
    player = Player(part, config.load(data))
    found = node.create(player.settings, part.authority)
    try:
        for role in ROLES:
            titles = {"desk_head": "Head of desk"}
            who = f"{titles.get(role, role.capitalize())} at {part.name}"
            officer = people.add_officer(found.tools, who, role, node.clock())  # type: ignore[arg-type]  # one of ROLES
            player.tokens[role] = people.issue(
                found.tools,
                officer,
                "token",
                datetime.timedelta(days=1),
                node.clock(),
                "demo",
                scope=asks.PRESENT,
            )
    finally:
        found.close()
    return player


def link(player: Player, role: str) -> str:
    """A one-time link for the pages, from the node's operator."""
    door = player.door("operator", "operation")
    officers = door.get("/officers")["officers"]
    who = next(one for one in officers if one["role"] == role)
    return str(door.post(f"/officers/{who['id']}/links")["url"])


def _listing(player: Player, own: tools.Tools) -> directory.Listing:
    return founding.listing_of(
        own.keys.card,
        name=player.part.name,
        country=player.part.country,
        address=f"https://{player.settings.peer_host}:{player.settings.peer_port}",
        contact=f"24/7 desk of {player.part.name} (invented)",
        role=player.part.role,
    )


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
