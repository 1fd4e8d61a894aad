"""What an endpoint is: its path, the action that policy is asked for, its body, its work.

From one `Route` come the door that serves it and its part of the OpenAPI document. The work is a
plain function that runs in a worker thread and may block; it parses, makes one call to the desk
and renders.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from comity import errors
from comity.api import answers, calls, workers
from comity.desk import performing
from comity.policy import engine

PREFIX = "/api/v1"
SIGNED_IN = "signed-in"
"""For any officer, about nothing that policy guards: what this version can do, who one is."""

REPEAT_KEY = "Idempotency-Key"
"""The header by which a request may be sent again, where an endpoint declares it."""

BODY_BYTES_MAX = 2**20
JSON = "application/json"


Work = Callable[[calls.Call], answers.Answer | workers.Waiting[answers.Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a request carries."""

    media: str = JSON
    bytes_max: int = BODY_BYTES_MAX
    schema: Mapping[str, Any] = field(default_factory=dict)
    streamed: bool = False
    """Whether the work reads it as it comes; else it is read whole, within its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path."""

    method: Literal["GET", "POST"]
    path: str
    """Below `PREFIX`, with `{names}` for parts."""
    name: str
    """The operation id."""
    action: str
    """What policy is asked for: an action of `policy.actions`, or `SIGNED_IN`."""
    title: str
    tag: str
    work: Work
    told: str = ""
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name to JSON Schema, which may hold `description` and `x-required`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further request headers, and what they are for."""
    body: Body | None = None
    status: int = 200
    media: str = answers.JSON
    answer: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of the answer."""
    also: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Other statuses that are no problems, and the JSON Schema of each answer."""
    slow: bool = False
    """Whether it may take long: it then runs apart, so that quick requests do not wait for it."""


def check(routes: list[Route], policy: engine.Engine) -> None:
    """Every route declares an action that policy knows, and no two are the same; else `Invalid`."""
    seen: set[tuple[str, str]] = set()
    names: set[str] = set()
    for route in routes:
        if route.action != SIGNED_IN:
            policy.action(route.action)
        if (route.method, route.path) in seen or route.name in names:
            raise errors.Invalid("route-twice", f"{route.method} {route.path} stands twice")
        seen.add((route.method, route.path))
        names.add(route.name)


def done_reply(done: performing.Done) -> answers.Reply:
    """The answer to an act that is durable."""
    said = {"record": done.record, "matter": done.matter, "leaf": done.leaf}
    return answers.json_reply(said, 201, location(done.record), answers.etag(done.record))


def unless_known(call: calls.Call, value: Any, *headers: tuple[bytes, bytes]) -> answers.Reply:
    """`value` with a strong ETag; 304 if the caller knows that very one.

    Tags are compared weakly, as RFC 9110, 13.1.2 wants it: proxies that pack bodies weaken them.
    """
    made = answers.json_reply(value, 200, *headers)
    tag = answers.etag(hashlib.sha256(made.body).hexdigest()[:32])
    named = call.headers.get(b"if-none-match", b"").split(b",")
    known = {one.strip().removeprefix(b"W/") for one in named}
    if known & {tag[1], b"*"}:
        return answers.Reply(answers.NOT_MODIFIED, headers=(tag, *headers))
    return answers.Reply(200, made.body, made.media, (tag, *headers))


def following(path: str, query: Mapping[str, tuple[str, ...]], cursor: str) -> tuple[bytes, bytes]:
    """The header that links to the next page (RFC 8288)."""
    pairs = [(name, value) for name, values in query.items() for value in values]
    kept = [pair for pair in pairs if pair[0] != "cursor"]
    return b"link", f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'.encode()


def location(record: str) -> tuple[bytes, bytes]:
    """Where a record is found."""
    return b"location", f"{PREFIX}/records/{record}".encode()
