"""Callers on this machine: a Unix socket in the data folder that only the node's owner can open.

Whoever can open it could read the node's files too, so it needs no token: the caller is the node's
operator. That a request came this way is known from the server that took it, never from anything
in the request.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from comity import errors

NAME = "node.sock"
_FLAG = "comity.local"
_PATH_BYTES_MAX = 100
"""Linux takes 107 bytes in the address of a Unix socket."""


class Local:
    """Marks what comes in through it as local (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI)."""
        await self._app({**scope, _FLAG: True}, receive, send)


def is_local(scope: Scope) -> bool:
    """Whether a request came through `Local`. A scope's own keys are never made from headers."""
    return scope.get(_FLAG) is True


@contextlib.contextmanager
def address(folder: Path) -> Iterator[str]:
    """The socket's address, also where the folder's path is too long for one."""
    path = str(folder / NAME)
    if len(os.fsencode(path)) <= _PATH_BYTES_MAX:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def listen(folder: Path) -> socket.socket:
    """The socket, listening; `Conflict` if a node answers on it already."""
    if answers(folder):
        raise errors.Conflict(
            "node-running",
            f"a node runs in {folder} already",
            next_step="Stop it first, or use it: commands find it by themselves.",
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with address(folder) as path:
        # A crash may have left the name of a socket that nobody listens on.
        Path(path).unlink(missing_ok=True)
        listener.bind(path)
        Path(path).chmod(0o600)
    # Nobody could connect before this line, so the mode was never wider for anyone.
    listener.listen(64)
    listener.setblocking(False)
    return listener


def answers(folder: Path) -> bool:
    """Whether somebody listens on the socket in `folder`."""
    if not (folder / NAME).exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, address(folder) as path:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


def remove(folder: Path) -> None:
    """Take the name away when the node stops."""
    (folder / NAME).unlink(missing_ok=True)
