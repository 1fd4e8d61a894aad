"""A real HTTPS listener on the loopback, for the tests of the carrier and of the courier."""

import contextlib
import datetime
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from comity.keys import filekeys
from comity.records.ids import AuthorityId
from tests.exchange import world

Answer = tuple[int, dict[str, str], bytes]
Respond = Callable[[bytes], Awaitable[Answer]]
"""From the body of a POST to status, headers and body."""


def keys_in(folder: Path, authority: AuthorityId = world.TURIN) -> filekeys.NodeKeys:
    """Fresh keys, for their TLS files."""
    folder.mkdir(mode=0o700)
    # TLS compares a certificate's dates with the machine's clock; so does this.
    now = datetime.datetime.fromtimestamp(folder.stat().st_mtime, datetime.UTC)
    return filekeys.create(folder, authority, passphrase=None, now=now)


@contextlib.contextmanager
def listening(keys: filekeys.NodeKeys, respond: Respond) -> Iterator[str]:
    """The address of a listener with the certificate of `keys`, until the end of the block."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, headers, answer = await respond(body)
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": answer})

    config = uvicorn.Config(
        app,
        ssl_certfile=keys.tls.certificate,
        ssl_keyfile=str(keys.tls.private_key),
        ssl_keyfile_password=keys.tls.password,
        lifespan="off",
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening_socket:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening_socket]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"https://127.0.0.1:{listening_socket.getsockname()[1]}/parcels"
        finally:
            server.should_exit = True
            thread.join()
