"""Web addresses in one normal form (RFC 3986, 6.2.2 and 6.2.3).

Two writings of one address compare equal; two addresses never do. What only says who looked, or
where on the page (user name, fragment), is left off.
"""

import re
import string
from dataclasses import dataclass

from comity.matching import hosts, refusing

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
    r"(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_AUTHORITY = re.compile(r"(?:.*@)?(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_PORT_MAX = 65_535
_DEFAULT_PORTS = {"http": "80", "https": "443", "ftp": "21"}
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_SUB_DELIMS = "!$&'()*+,;="
_KEPT = frozenset(string.ascii_letters + string.digits + "-._~" + _SUB_DELIMS + ":@/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    scheme: str
    cls: hosts.HostClass
    host: str
    port: str
    path: str
    query: str | None


def url(text: str) -> str:
    """`scheme://host[:port]/path[?query]`, each part in its normal form."""
    parts = _parts(text)
    host = f"[{parts.host}]" if parts.cls == "ipv6" else parts.host
    port = f":{parts.port}" if parts.port else ""
    query = "" if parts.query is None else f"?{_encoded(parts.query)}"
    return f"{parts.scheme}://{host}{port}{_path(parts.path)}{query}"


def host_of(text: str) -> tuple[hosts.HostClass, str]:
    """The class and the normal form of the machine that `text` names."""
    parts = _parts(text)
    return parts.cls, hosts.onion(parts.host) if parts.cls == "onion" else parts.host


def _parts(text: str) -> _Parts:
    found = _URL.fullmatch(text)
    if found is None:
        refusing.refuse("bad-form", text, "is no web address: scheme://host/path")
    scheme = found.group("scheme").lower()
    if scheme not in _DEFAULT_PORTS:
        refusing.refuse("scheme", text, f"{scheme} is none of {', '.join(_DEFAULT_PORTS)}")
    authority = _AUTHORITY.fullmatch(found.group("authority"))
    if authority is None or not authority.group("host"):
        refusing.refuse("bad-form", text, "names no host after ://")
    cls, host = hosts.host(authority.group("host"))
    port = (authority.group("port") or "").lstrip("0")
    if int(port or 0) > _PORT_MAX:
        refusing.refuse("bad-form", text, f"port {port} is beyond {_PORT_MAX}")
    return _Parts(
        scheme=scheme,
        cls=cls,
        host=host,
        port="" if port == _DEFAULT_PORTS[scheme] else port,
        path=found.group("path"),
        query=found.group("query"),
    )


def _path(path: str) -> str:
    """Percent encoding first: `%2e` is a dot, and dots are steps (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    steps = _encoded(path).removeprefix("/").split("/")
    for step in steps:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    if steps[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _encoded(part: str) -> str:
    return _CHARACTER.sub(_character, part)


def _character(found: re.Match[str]) -> str:
    text = found.group()
    if len(text) == 3 and text[0] == "%":
        meant = chr(int(text[1:], 16))
        return meant if _UNRESERVED.fullmatch(meant) else text.upper()
    if text in _KEPT:
        return text
    return "".join(f"%{byte:02X}" for byte in text.encode())
