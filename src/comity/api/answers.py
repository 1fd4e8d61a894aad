"""Answers as plain ASGI: a body that is there, or one that is made while it is sent.

Every answer says that it is not to be kept and not to be guessed at, unless it says otherwise.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

JSON = "application/json"
BYTES = "application/octet-stream"
ZIP = "application/zip"
TEXT = "text/plain; charset=utf-8"
ENVELOPE = "application/vnd.dsse+json"
PARCEL = "application/vnd.comity.parcel"

Headers = Sequence[tuple[bytes, bytes]]

NOT_MODIFIED = 304

WORKERS = "comity.workers"
"""Where in the scope the threads are that make a stream's pieces."""

NO_STORE = (b"cache-control", b"no-store")
FOR_EVER = (b"cache-control", b"private, max-age=31536000, immutable")
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is there."""

    status: int
    body: bytes = b""
    media: str = JSON
    headers: Headers = ()
    keeping: tuple[bytes, bytes] = NO_STORE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI)."""
        head = (self.keeping, *self.headers)
        if self.status == NOT_MODIFIED:
            # The length that a 304 states is that of the body which it spares (RFC 9110, 8.6).
            await send(_start(self.status, None, head))
        else:
            length = (b"content-length", str(len(self.body)).encode())
            await send(_start(self.status, self.media, (length, *head)))
        await send({"type": "http.response.body", "body": self.body})


class BrokenOff(Exception):
    """The rest of an answer cannot be made. The server closes the connection without its end."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that is made while it is sent. If making it fails, the connection breaks off."""

    chunks: Iterator[bytes]
    media: str = BYTES
    headers: Headers = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI)."""
        run = scope[WORKERS].run
        # The first piece is made before the head is sent: what fails at once is a proper problem.
        chunk = await run(lambda: next(self.chunks, None))
        await send(_start(200, self.media, (NO_STORE, *self.headers)))
        try:
            while chunk is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await run(lambda: next(self.chunks, None))
        # Whatever it was: what was sent so far must not pass for the whole.
        except Exception as fault:
            raise BrokenOff from fault
        await send({"type": "http.response.body", "body": b""})


Answer = Reply | Stream


def json_reply(value: Any, status: int = 200, *headers: tuple[bytes, bytes]) -> Reply:
    """`value` as JSON."""
    return Reply(status, _encode(value).encode(), JSON, headers)


def attachment(name: str) -> tuple[bytes, bytes]:
    """Makes a browser keep the body as a file called `name`, and never show it.

    Only plain ASCII letters survive: the name is for people, and what is said in it is data.
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return b"content-disposition", f'attachment; filename="{plain[:120] or "file"}"'.encode()


def etag(name: str) -> tuple[bytes, bytes]:
    """A strong ETag."""
    return b"etag", f'"{name}"'.encode()


def _start(status: int, media: str | None, headers: Headers) -> dict[str, Any]:
    content_type = () if media is None else ((b"content-type", media.encode()),)
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [*content_type, *headers, *_GUARDS],
    }
