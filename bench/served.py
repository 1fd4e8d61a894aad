"""A served node: cases created over the API, the case page, memory at rest."""

import datetime
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from bench import figure
from comity import config, node
from comity.demo import stage
from comity.desk import people, tools
from comity.policy import asks
from tests.world.world import LYON, TURIN, Member, World

CALLERS = 8
SECONDS = 5.0
RECORDS = 1_000
LOOKS = 300


def measure(folder: Path, commits: float) -> Iterator[figure.Figure]:
    """Every figure of a served node, and of the command line."""
    yield _help()
    world = World(folder)
    lyon, _ = world.found(LYON, TURIN)
    case = _filled(world, lyon)
    token, session = (_secret(lyon, sort) for sort in ("token", "session"))
    world.close()
    data = folder / LYON
    (data / config.FILE).write_text(
        f"web_port = {stage.free_port()}\npeer_port = {stage.free_port()}\n"
    )
    settings = config.load(data)
    with _served(settings) as process:
        _wait(settings.base_url, token)
        time.sleep(2)
        yield _rest(process.pid)
        yield _cases(settings, token, commits)
        yield _page(settings.base_url, session, case)


def _help() -> figure.Figure:
    command = [sys.executable, "-m", "comity", "--help"]
    measured = figure.best_ms(lambda: subprocess.run(command, capture_output=True, check=True))
    limit = figure.best_ms(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    return figure.Figure(
        name="comity --help",
        measured=measured,
        unit="ms",
        limit=limit,
        limit_of="ms to start Python",
        promised="under 300 ms",
        met=measured < 300,
    )


def _filled(world: World, lyon: Member) -> str:
    case = world.act(lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN]}).matter
    for number in range(RECORDS - 1):
        if number % 10 == 0:
            said: dict[str, object] = {
                "to": TURIN,
                "measure": "information",
                "basis": "Budapest Convention, Article 26",
                "ask": f"What is known of server {number}?",
                "necessity": "It carries the market.",
            }
            world.act(lyon, "request.filed/1", said, case)
        else:
            world.act(lyon, "note.made/1", {"text": f"Note {number} of the case."}, case)
    return case


def _secret(lyon: Member, sort: people.Sort) -> str:
    officer: tools.port.Officer = lyon.people["officer"]
    lifetime = datetime.timedelta(hours=5)
    return people.issue(lyon.tools, officer, sort, lifetime, node.clock(), scope=asks.PRESENT)


@contextmanager
def _served(settings: config.Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "comity", "serve", "--data", str(settings.data)]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.terminate()


def _wait(url: str, token: str) -> None:
    def ready() -> bool:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            return httpx2.get(f"{url}/api/v1/me", headers=headers, trust_env=False).is_success
        except httpx2.HTTPError:
            return False

    stage.wait(30, "the node", ready)


def _rest(pid: int) -> figure.Figure:
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return figure.Figure(
        name="memory of a node at rest",
        measured=kib / 1024,
        unit="MiB",
        promised="under 120 MiB",
        met=kib / 1024 < 120,
    )


def _cases(settings: config.Settings, token: str, commits: float) -> figure.Figure:
    request = _request(settings, token)
    counts = [0] * CALLERS
    start = time.perf_counter()

    def call(number: int) -> None:
        with socket.create_connection((settings.web_host, settings.web_port)) as line:
            while time.perf_counter() - start < SECONDS:
                line.sendall(request)
                answer = _answer(line)
                if not answer.startswith(b"HTTP/1.1 201"):
                    raise RuntimeError(answer[:500])
                counts[number] += 1

    callers = [threading.Thread(target=call, args=(n,)) for n in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    measured = sum(counts) / (time.perf_counter() - start)
    return figure.Figure(
        name=f"cases created over the API at {CALLERS} callers, each durable",
        measured=measured,
        unit="a second",
        limit=commits,
        limit_of="single durable commits a second (SQLite)",
        promised="at least 0.25 of the limit",
        met=measured >= 0.25 * commits,
    )


def _answer(line: socket.socket) -> bytes:
    answer = line.recv(65_536)
    while b"\r\n\r\n" not in answer:
        answer += line.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65_536)
    return head


def _request(settings: config.Settings, token: str) -> bytes:
    body = json.dumps({"said": {"title": "A case as officers open it"}}).encode()
    head = (
        "POST /api/v1/acts/case.opened/1 HTTP/1.1",
        f"Host: {settings.web_host}:{settings.web_port}",
        f"Authorization: Bearer {token}",
        "Comity-Purpose: investigation",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _page(url: str, session: str, case: str) -> figure.Figure:
    times = []
    with httpx2.Client(base_url=url, trust_env=False) as client:
        client.cookies.set(f"comity-{httpx2.URL(url).port}-session", session)
        for _ in range(LOOKS):
            start = time.perf_counter()
            response = client.get(f"/matters/{case}")
            times.append((time.perf_counter() - start) * 1000)
            assert response.status_code == httpx2.codes.OK, response.status_code
            assert "Night Bazaar" in response.text
    times.sort()
    measured = times[int(len(times) * 0.99)]
    return figure.Figure(
        name="case page with 1,000 records, p99",
        measured=measured,
        unit="ms",
        promised="under 60 ms",
        met=measured < 60,
    )
