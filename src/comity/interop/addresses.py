"""What foreign formats call host, address or URL, as the class that it is here."""

from comity import errors
from comity.matching import hosts, identifiers, refanging

_CLASS = identifiers.IdentifierClass


def class_of(text: str) -> identifiers.IdentifierClass:
    """Onion, IPv6, IPv4 or domain, by how `text` looks; whether it is one is for `normalise`."""
    bare = _bare(text)
    if bare.endswith(".onion"):
        return _CLASS.ONION
    if ":" in bare:
        return _CLASS.IPV6
    if bare and set(bare) <= set("0123456789./"):
        return _CLASS.IPV4
    return _CLASS.DOMAIN


def class_of_url(text: str) -> identifiers.IdentifierClass:
    """A URL, unless its scheme and path are missing and a host is what is left.

    Feeds write `www.example.com` where their format says URL.
    """
    bare = _bare(text)
    cls = class_of(bare)
    if "/" in bare or (cls is _CLASS.DOMAIN and not hosts.is_known_name(bare)):
        return _CLASS.URL
    try:
        identifiers.normalise(cls, bare)
    except errors.Invalid:
        return _CLASS.URL
    return cls


def _bare(text: str) -> str:
    return refanging.refang(text.strip()).lower().removesuffix(".")
