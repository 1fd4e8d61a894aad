"""No test reaches beyond this machine: sockets may use loopback and Unix addresses only.

An audit hook sees every address that Python's own sockets connect, bind, send to or look up, and
raises before the call is made. It does not see what C libraries do by themselves (libpq, libuv,
the resolver behind `connect` with a name) nor other processes: Chromium gets its own flags, and
PostgreSQL is reached by a Unix socket.
"""

import ipaddress
import socket
import sys
from typing import Any

_ADDRESSED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class NetworkForbidden(RuntimeError):
    """A test tried to leave this machine. It is not an OSError, so nothing takes it for a peer."""


def is_here(host: object) -> bool:
    """Whether `host` is this machine by itself: loopback, and nothing that needs a resolver."""
    text = host.decode() if isinstance(host, bytes) else host
    if text is None or text == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(text)).is_loopback
    except ValueError:
        return False


def install() -> None:
    """Guard this process until it ends; an audit hook cannot be taken away again."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        one, address = arguments[:2]
        internet = one.family in (socket.AF_INET, socket.AF_INET6)
        if internet and address is not None and not is_here(address[0]):
            raise NetworkForbidden(f"{event} to {address!r}: tests stay on this machine")
    elif event in _LOOKED_UP and not is_here(arguments[0]):
        raise NetworkForbidden(f"{event} of {arguments[0]!r}: tests stay on this machine")
