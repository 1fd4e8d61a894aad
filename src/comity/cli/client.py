"""The command line's way to a node: its socket if it runs, else the same API in this process.

There is no other way in. What a command does is one call that any program could make, by the
operator who owns the folder, or by the officer whose token is given.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx2

from comity import errors
from comity.api import local
from comity.cli import files
from comity.cli.options import Options

PREFIX = "/api/v1"
JSON = "application/json"
BYTES = "application/octet-stream"
PARCEL = "application/vnd.comity.parcel"
_SECONDS = 600.0
_ERRORS: dict[str, type[errors.ComityError]] = {
    "invalid": errors.Invalid,
    "refused": errors.Refused,
    "unverified": errors.Unverified,
    "not-found": errors.NotFound,
    "conflict": errors.Conflict,
    "unavailable": errors.Unavailable,
}


class Client:
    """One command's calls."""

    def __init__(self, options: Options) -> None:
        self._closing = contextlib.ExitStack()
        try:
            self._runner = self._closing.enter_context(asyncio.Runner())
            transport = self._transport(options.folder)
            self._client = httpx2.AsyncClient(
                transport=transport,
                base_url="http://node",
                headers=_headers(options),
                timeout=httpx2.Timeout(_SECONDS),
                trust_env=False,
            )
            self._closing.callback(lambda: self._runner.run(self._client.aclose()))
        except BaseException:
            self._closing.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at `path`."""
        return self.call("GET", path, query=query).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, **query: Any) -> Any:
        """The JSON answer to a JSON body."""
        return self.call("POST", path, query=query, json=body).json()

    def call(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, **given: Any
    ) -> httpx2.Response:
        """The answer, or the error that the node told."""
        asked = {name: value for name, value in (query or {}).items() if value not in (None, [])}
        return self._runner.run(self._call(method, path, asked, given))

    def upload(self, path: str, about: bytes, name: str, file: BinaryIO) -> Any:
        """The JSON answer to a form with a file, which is read while it is sent."""
        parts = [("about", ("about", about, JSON)), ("file", (name, file, BYTES))]
        return self.call("POST", path, files=parts).json()

    def save(self, path: str, to: Path, **query: Any) -> int:
        """Keep what is at `path` in the new file `to`; its bytes. Whole or not at all."""
        asked = {name: value for name, value in query.items() if value not in (None, [])}
        return self._runner.run(self._save(path, asked, to))

    async def _call(
        self, method: str, path: str, query: Mapping[str, Any], given: Mapping[str, Any]
    ) -> httpx2.Response:
        async with self._answer(method, path, query, given) as response:
            await response.aread()
            return response

    async def _save(self, path: str, query: Mapping[str, Any], to: Path) -> int:
        size = 0
        async with self._answer("GET", path, query, {}) as response:
            with files.new(to) as file:
                async for chunk in response.aiter_bytes():
                    size += file.write(chunk)
        return size

    @contextlib.asynccontextmanager
    async def _answer(
        self, method: str, path: str, query: Mapping[str, Any], given: Mapping[str, Any]
    ) -> AsyncIterator[httpx2.Response]:
        try:
            async with self._client.stream(
                method, PREFIX + path, params=dict(query), **given
            ) as response:
                if response.is_error:
                    raise _told(response, await response.aread())
                yield response
        except httpx2.HTTPError as fault:
            raise errors.Unavailable(
                "node-unreachable",
                f"the node broke off: {type(fault).__name__}: {fault}",
                next_step="See its log, and whether it still runs: comity doctor",
            ) from None

    def _transport(self, folder: Path) -> httpx2.AsyncBaseTransport:
        if local.answers(folder):
            path = self._closing.enter_context(local.address(folder))
            return httpx2.AsyncHTTPTransport(uds=path)
        return self._in_process(folder)

    def _in_process(self, folder: Path) -> httpx2.AsyncBaseTransport:
        # Late, because a command to a node that runs needs none of it.
        from comity import config, node
        from comity.api import app
        from comity.cli import inside

        settings = config.load(folder)
        found = node.open_(settings)
        self._closing.callback(found.close)
        door = app.create(
            found.tools,
            clock=node.clock,
            base_url=settings.base_url,
            page_rows=settings.page_rows,
        )
        return inside.Inside(local.Local(door))


def _headers(options: Options) -> dict[str, str]:
    found = {}
    token = options.token()
    if token is not None:
        found["Authorization"] = f"Bearer {token}"
    if options.stated_purpose:
        found["Comity-Purpose"] = options.stated_purpose
    return found


def _told(response: httpx2.Response, body: bytes) -> errors.ComityError:
    """The error that a problem document tells, of the same class as at the node."""
    try:
        said = response.json()
        kind = _ERRORS[said["error"]]
        return kind(
            str(said["code"]), str(said.get("detail", "")), next_step=str(said.get("next_step", ""))
        )
    except (ValueError, KeyError, TypeError):
        return errors.Unavailable(
            "node-broken",
            f"the node answered {response.status_code} with {len(body)} bytes",
            next_step="See its log.",
        )
