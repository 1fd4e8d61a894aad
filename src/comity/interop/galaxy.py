"""MISP galaxy clusters: groups and tools, with the addresses that they are known by.

Onion hosts are taken wherever they stand in a cluster; other hosts only from `meta.links`, where
the sites of a group are listed. References (`refs`) are what others wrote and name no one. Each
host comes once for each cluster, with the cluster's name as context.
"""

import re
from collections.abc import Iterator
from typing import Any

from comity.interop import found
from comity.matching import identifiers

FORMAT = "misp-galaxy"

_CLASS = identifiers.IdentifierClass
_HOSTS = frozenset({_CLASS.ONION, _CLASS.DOMAIN, _CLASS.IPV4, _CLASS.IPV6})
_ONION_LIKE = re.compile(r"[\w-]{2,80}\.onion(?![\w-])", re.IGNORECASE)


def fits(value: Any) -> bool:
    """Whether `value` has the shape of a file of clusters."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("values"), list)
        and isinstance(value.get("name"), str)
        and "uuid" in value
    )


def read(value: Any, *, name: str) -> found.Found:
    """The hosts of every cluster in `value`."""
    harvest = found.Harvest(title=found.shortened(value["name"]) or name, source_format=FORMAT)
    for number, cluster in enumerate(value["values"]):
        place = f"values[{number}]"
        if isinstance(cluster, dict) and isinstance(cluster.get("value"), str):
            _cluster(harvest, place, cluster)
        else:
            harvest.fault(place, "misp-cluster", "is no cluster with a value")
    return harvest.found()


def _cluster(harvest: found.Harvest, place: str, cluster: dict[str, Any]) -> None:
    kept: set[tuple[identifiers.IdentifierClass, str]] = set()
    for path, text in _texts(cluster, place):
        is_link = ".meta.links" in path
        if not is_link and "onion" not in text.lower():
            continue
        seen = identifiers.recognise(text)
        for identifier in _named(seen, is_link):
            key = (identifier.cls, identifier.value)
            if key not in kept:
                kept.add(key)
                harvest.keep(path, identifier, context=cluster["value"])
        _unread(harvest, path, text, seen, context=cluster["value"])


def _named(seen: list[identifiers.Identifier], is_link: bool) -> list[identifiers.Identifier]:
    """The hosts; of a link to a host that unrelated people share, the link itself."""
    if not is_link:
        return [identifier for identifier in seen if identifier.cls is _CLASS.ONION]
    hosts = [identifier for identifier in seen if identifier.cls in _HOSTS]
    return hosts or [identifier for identifier in seen if identifier.cls is _CLASS.URL]


def _unread(
    harvest: found.Harvest,
    path: str,
    text: str,
    seen: list[identifiers.Identifier],
    context: str,
) -> None:
    """List what looks like an onion service and is none, and a link that names no host."""
    likely = {label.lower() for label in _ONION_LIKE.findall(text)}
    known = {identifier.value for identifier in seen}
    for onion in sorted(likely - known):
        harvest.take(path, _CLASS.ONION, onion, context=context)
    if ".meta.links" in path and not seen and not likely:
        harvest.fault(path, "misp-link", f"{text[:100]!r} names no host")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text below `value` with its place. The reader of JSON has bounded the depth."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _texts(below, f"{path}.{key}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _texts(below, f"{path}[{number}]")
