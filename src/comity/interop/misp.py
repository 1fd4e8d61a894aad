"""MISP events: one, a list of them, or what its interface answers under `response`.

Reads what the core format (draft-18) calls Attribute, in the event and in its objects. Unknown keys
are nobody's fault. Deleted attributes and proposals are left out and counted; so are the types
that name nothing comparable (file names, texts, links to reports).
"""

from collections.abc import Iterator
from typing import Any

from comity.interop import addresses, found
from comity.matching import identifiers

FORMAT = "misp-event"

_CLASS = identifiers.IdentifierClass

# MISP type: the class of each of its parts, which `|` separates. None: a part without a class.
# "host" and "url": decided by how the value looks.
_TYPES: dict[str, tuple[identifiers.IdentifierClass | str | None, ...]] = {
    "ip-src": ("host",), "ip-dst": ("host",), "ip-src|port": ("host", None),
    "ip-dst|port": ("host", None), "domain": ("host",), "hostname": ("host",),
    "hostname|port": ("host", None), "domain|ip": ("host", "host"),
    "onion-address": (_CLASS.ONION,), "url": ("url",), "uri": ("url",),
    "email": (_CLASS.EMAIL,), "email-src": (_CLASS.EMAIL,), "email-dst": (_CLASS.EMAIL,),
    "email-reply-to": (_CLASS.EMAIL,), "target-email": (_CLASS.EMAIL,),
    "whois-registrant-email": (_CLASS.EMAIL,), "dns-soa-email": (_CLASS.EMAIL,),
    "phone-number": (_CLASS.PHONE,), "whois-registrant-phone": (_CLASS.PHONE,),
    "iban": (_CLASS.IBAN,), "btc": (_CLASS.BTC,),
    "md5": (_CLASS.MD5,), "sha1": (_CLASS.SHA1,), "sha256": (_CLASS.SHA256,),
    "filename|md5": (None, _CLASS.MD5), "filename|sha1": (None, _CLASS.SHA1),
    "filename|sha256": (None, _CLASS.SHA256), "malware-sample": (None, _CLASS.MD5),
}  # fmt: skip
_NO_SERVICE = frozenset({"user-account", "bank-account"})
_HANDLES = {"jabber-id": "jabber", "twitter-id": "twitter", "github-username": "github"}


def fits(value: Any) -> bool:
    """Whether `value` has the shape of an event, of several, or of an answer holding them."""
    return any(True for _ in _events(value))


def read(value: Any, *, name: str, region: str | None = None) -> found.Found:
    """The identifiers of every event in `value`."""
    events = list(_events(value))
    titles = [str(event["info"]) for _, event in events if event.get("info")]
    title = titles[0] if len(events) == 1 and titles else name
    harvest = found.Harvest(title=found.shortened(title) or name, source_format=FORMAT)
    for path, event in events:
        _attributes(harvest, path, event, region)
        for number, thing in _listed(harvest, f"{path}.Object", event.get("Object")):
            _attributes(harvest, f"{path}.Object[{number}]", thing, region)
    return harvest.found()


def _events(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event and its place. Interfaces wrap them in `Event`, `response`, lists, or not."""
    if isinstance(value, list):
        for number, entry in enumerate(value):
            if isinstance(entry, dict) and isinstance(entry.get("Event"), dict):
                yield f"{path}[{number}].Event", entry["Event"]
    elif isinstance(value, dict):
        if isinstance(value.get("Event"), dict):
            yield f"{path}.Event".lstrip("."), value["Event"]
        elif isinstance(value.get("response"), list | dict):
            yield from _events(value["response"], "response")
        elif isinstance(value.get("Attribute"), list) or isinstance(value.get("Object"), list):
            yield path or "Event", value


def _attributes(
    harvest: found.Harvest, path: str, owner: dict[str, Any], region: str | None
) -> None:
    """The attributes of an event or of an object; an object says what its own are about."""
    _count_proposals(harvest, owner)
    said = str(owner.get("comment") or owner.get("name") or "")
    service = _service(owner.get("name"))
    for number, attribute in _listed(harvest, f"{path}.Attribute", owner.get("Attribute")):
        place = f"{path}.Attribute[{number}]"
        _count_proposals(harvest, attribute)
        type_, value = attribute.get("type"), attribute.get("value")
        if not isinstance(type_, str) or not isinstance(value, str):
            harvest.fault(place, "misp-attribute", "has no type or no value that is a text")
        elif attribute.get("deleted") in (True, "1", 1):
            harvest.left_out["deleted"] += 1
        elif service and attribute.get("object_relation") == "username":
            _take(harvest, place, attribute, [(_CLASS.HANDLE, f"{service}:{value}")], said, region)
        elif parts := list(_parts(type_, value)):
            _take(harvest, place, attribute, parts, said, region)
        else:
            harvest.left_out[type_] += 1


def _take(
    harvest: found.Harvest,
    place: str,
    attribute: dict[str, Any],
    parts: list[tuple[identifiers.IdentifierClass, str]],
    said: str,
    region: str | None,
) -> None:
    context = str(attribute.get("comment") or said or attribute.get("category") or "")
    seen_on = harvest.date(place, attribute.get("last_seen") or attribute.get("first_seen"))
    for cls, text in parts:
        harvest.take(place, cls, text, context=context, seen_on=seen_on, region=region)


def _count_proposals(harvest: found.Harvest, owner: dict[str, Any]) -> None:
    if isinstance(proposals := owner.get("ShadowAttribute"), list) and proposals:
        harvest.left_out["ShadowAttribute"] += len(proposals)


def _service(name: Any) -> str | None:
    """The service whose account an object describes: `telegram-account` is Telegram's."""
    if not isinstance(name, str) or name in _NO_SERVICE or not name.endswith("-account"):
        return None
    return name.removesuffix("-account")


def _listed(harvest: found.Harvest, path: str, value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    if value is None:
        return
    if not isinstance(value, list):
        harvest.fault(path, "misp-not-a-list", f"{type(value).__name__} where a list stands")
        return
    for number, entry in enumerate(value):
        if isinstance(entry, dict):
            yield number, entry
        else:
            harvest.fault(f"{path}[{number}]", "misp-not-an-object", f"{str(entry)[:40]!r}")


def _parts(type_: str, value: str) -> Iterator[tuple[identifiers.IdentifierClass, str]]:
    """The identifiers that one attribute writes, before they are judged."""
    if type_ in _HANDLES:
        yield _CLASS.HANDLE, f"{_HANDLES[type_]}:{value}"
    classes = _TYPES.get(type_, ())
    texts = value.rsplit("|", len(classes) - 1) if len(classes) > 1 else [value]
    for cls, text in zip(classes, texts, strict=False):
        if cls is not None:
            yield _exact(cls, text), text


def _exact(cls: identifiers.IdentifierClass | str, text: str) -> identifiers.IdentifierClass:
    if cls == "host":
        return addresses.class_of(text)
    return addresses.class_of_url(text) if cls == "url" else _CLASS(cls)
