"""Where this node's pages live, and what follows from it: the host that requests must name, what
counts as coming from ourselves, and how cookies are named and guarded.
"""

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from starlette.responses import Response

from comity import errors

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Origin:
    """A scheme and a host with its port. Plain http is taken only on this machine itself."""

    scheme: Literal["http", "https"]
    host: str
    """As a browser writes it in `Host`: lower case, the port only where it is not the usual one."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"

    @property
    def secure(self) -> bool:
        """Whether cookies may be bound to https."""
        return self.scheme == "https"

    def cookie(self, name: str) -> str:
        """The full name of a cookie.

        `__Host-` makes browsers refuse one set by another host, over http or for a part of the
        site (RFC 6265bis, 4.1.3.2). On loopback, where cookies do not know ports, the port keeps
        two nodes on one machine apart.
        """
        if self.secure:
            return f"__Host-comity-{name}"
        return f"comity-{self.host.rpartition(':')[2]}-{name}"

    def keep(self, response: Response, name: str, value: str, *, seconds: int | None) -> None:
        """Set a cookie that scripts cannot read and other sites cannot make a browser send."""
        response.set_cookie(
            self.cookie(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def forget(self, response: Response, name: str) -> None:
        """Delete a cookie."""
        response.delete_cookie(
            self.cookie(name), path="/", secure=self.secure, httponly=True, samesite="strict"
        )


def parse(address: str) -> Origin:
    """The origin that a setting names. `Invalid` for a path, another scheme, or http elsewhere."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise errors.Invalid("origin-malformed", f"{address!r} is not an address") from None
    if (
        not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise errors.Invalid(
            "origin-malformed", f"{address!r} must be a scheme, a host and perhaps a port, no more"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != _PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    match parts.scheme:
        case "https":
            return Origin("https", host)
        case "http" if _loopback(parts.hostname):
            return Origin("http", host)
        case _:
            raise errors.Invalid(
                "origin-insecure",
                f"{address!r} is not https, and only this machine itself may be reached without",
                next_step="Put the node behind TLS, or use http://127.0.0.1 for a trial.",
            )


def own_path(path: str) -> str | None:
    """`path` if a browser would stay on this site with it, else None: no open redirects.

    Browsers read a backslash as a slash, drop tabs and line breaks, and take `//host` for another
    site.
    """
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    if "\\" in path or any(ord(sign) < 33 or ord(sign) == 127 for sign in path):
        return None
    return path


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
