"""Names and addresses of machines in their normal forms: domains, onion services, IP addresses.

Nothing here asks the network: a host is a string to compare. The list of public suffixes is the
one that comes with its package.
"""

import base64
import functools
import hashlib
import ipaddress
import re
from typing import Literal

import idna
import publicsuffixlist

from comity import errors
from comity.matching import refusing

HostClass = Literal["onion", "domain", "ipv4", "ipv6"]

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ONION = re.compile(r"(?:[a-z0-9-]{1,63}\.)*([a-z2-7]{16}|[a-z2-7]{56})(?:\.onion)?")
_ONION_VERSION = 3
_AS_ONION = "Give it as class `onion`."

# Addresses that mean another machine in every house: equal values say nothing. Ranges reserved for
# documentation stay usable, since exercises are written with them.
_NOBODYS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip


# Hosts on which unrelated people have their pages: that two addresses share one says nothing.
SHARED = frozenset(
    {
        "archive.org", "bit.ly", "cdn.discordapp.com", "discord.com", "discord.gg",
        "docs.google.com", "drive.google.com", "dropbox.com", "facebook.com", "github.com",
        "gitlab.com", "instagram.com", "linkedin.com", "mediafire.com", "mega.nz", "pastebin.com",
        "raw.githubusercontent.com", "reddit.com", "sites.google.com", "t.me", "telegram.me",
        "telegra.ph", "tiktok.com", "twitter.com", "vk.com", "web.archive.org", "x.com",
        "youtube.com",
    }
)  # fmt: skip


def onion(text: str) -> str:
    """The service's own label and `.onion`; names below it belong to the same key.

    Version 3 carries a checksum (Tor rend-spec-v3, 6); version 2 has none and is taken as it is.
    """
    return ".".join(_onion_host(text).split(".")[-2:])


def domain(text: str) -> str:
    """The host name in A-labels, lower case, without the dot of the root.

    Private and invented top levels are taken; a public suffix alone (`co.uk`) names nobody.
    """
    name = text.removesuffix(".")
    try:
        # UTS 46 maps case, width and the other full stops; labels are then judged one by one.
        labels = idna.uts46_remap(name, std3_rules=False).split(".")
        host = ".".join(_label(label, text) for label in labels)
    except UnicodeError as fault:
        refusing.refuse("bad-form", text, f"is no name of a host: {fault}")
    if len(host) > 253 or len(labels) < 2:
        refusing.refuse("bad-form", text, "is no full name of a host")
    if host.rsplit(".", 1)[-1].isdigit():
        refusing.refuse("bad-form", text, "ends in a number, as no domain does")
    if host.endswith(".onion"):
        refusing.refuse("other-class", text, "is an onion service, not a domain", _AS_ONION)
    if suffixes().publicsuffix(host) == host:
        refusing.refuse(
            "too-common", text, "is a public suffix, under which anyone registers names"
        )
    return host


def ipv4(text: str) -> str:
    """Four decimal numbers without leading zeros (RFC 6943, 3.1.1)."""
    try:
        address = ipaddress.IPv4Address(text.removesuffix("/32"))
    except ValueError as fault:
        _refuse_network(text)
        refusing.refuse("bad-form", text, f"is no IPv4 address: {fault}")
    return _somebodys(address, text)


def ipv6(text: str) -> str:
    """The compressed lower-case form (RFC 5952), without zone."""
    bare = text.removesuffix("/128").removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.IPv6Address(bare)
    except ValueError as fault:
        _refuse_network(text)
        refusing.refuse("bad-form", text, f"is no IPv6 address: {fault}")
    if address.ipv4_mapped or address.scope_id:
        refusing.refuse(
            "other-class", text, "is an IPv4 address or holds a zone",
            "Give the IPv4 address itself, or the address without its zone.",
        )  # fmt: skip
    return _somebodys(address, text)


def host(text: str) -> tuple[HostClass, str]:
    """What a host in a URL is, and its normal form; an onion host keeps the names below it."""
    if text.startswith("["):
        return "ipv6", ipv6(text)
    if re.fullmatch(r"[0-9.]+", text):
        return "ipv4", ipv4(text)
    if text.lower().removesuffix(".").endswith(".onion"):
        return "onion", _onion_host(text)
    return "domain", domain(text)


def is_known_name(name: str) -> bool:
    """Whether `name` stands below a suffix of the list, or below `.example` (RFC 2606)."""
    try:
        normal = domain(name)
    except errors.Invalid:
        return False
    return suffixes().privatesuffix(normal) is not None or normal.endswith(".example")


def is_shared(host: str) -> bool:
    """Whether `host`, in normal form, is one of `SHARED`, with or without `www.`."""
    return host.removeprefix("www.") in SHARED


@functools.cache
def suffixes() -> publicsuffixlist.PublicSuffixList:
    """ICANN's part of the list: what companies add for their customers is somebody's name too."""
    return publicsuffixlist.PublicSuffixList(only_icann=True, accept_unknown=False)


def _onion_host(text: str) -> str:
    name = text.lower().removesuffix(".")
    found = _ONION.fullmatch(name)
    if found is None:
        refusing.refuse("bad-form", text, "an onion service has 16 or 56 of a-z and 2-7")
    label = found.group(1)
    if len(label) == 56:
        key, checksum, version = _split(base64.b32decode(label.upper()))
        if version != _ONION_VERSION:
            refusing.refuse("bad-form", text, f"version {version} where 3 is known")
        expected = hashlib.sha3_256(b".onion checksum" + key + bytes([version])).digest()[:2]
        if checksum != expected:
            refusing.refuse(
                "bad-checksum", text, f"checksum {checksum.hex()} where {expected.hex()} holds"
            )
    return name.removesuffix(".onion") + ".onion"


def _split(raw: bytes) -> tuple[bytes, bytes, int]:
    return raw[:32], raw[32:34], raw[34]


def _label(label: str, text: str) -> str:
    if not label.isascii():
        return idna.alabel(label).decode()
    if _LABEL.fullmatch(label) is None:
        refusing.refuse("bad-form", text, f"{label!r} is no label of a domain")
    if label.startswith("xn--"):
        idna.ulabel(label)
    return label


def _refuse_network(text: str) -> None:
    if "/" not in text:
        return
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return
    refusing.refuse("network", text, "is a range of addresses, not one", "Give single addresses.")


def _somebodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address, text: str) -> str:
    for network in _NOBODYS:
        if address in network:
            refusing.refuse(
                "too-common", text, f"lies in {network}, which is used in every house",
                "Give a public address.",
            )  # fmt: skip
    return str(address)
