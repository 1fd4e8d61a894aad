"""What pages call the types, statuses and sorts of things that the record kinds name.

A word that is not here is shown as the kinds spell it, so that a new kind is readable on its first
day. Tones are those of `ui.tag`; words say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from comity.records.ids import AuthorityId, MatterId
from comity.web import i18n
from comity.web.i18n import N_

TYPES: Mapping[str, str] = {
    "case": N_("Case"),
    "report": N_("Report"),
    "match": N_("Match"),
    "directory": N_("Directory"),
    "staff": N_("Staff"),
    "access": N_("Account of access"),
}
THINGS: Mapping[str, tuple[str, str]] = {
    "request": (N_("Request"), N_("Requests")),
    "exhibit": (N_("Exhibit"), N_("Evidence")),
    "match": (N_("Match"), N_("Match")),
    "triage": (N_("Triage"), N_("Triage")),
}
"""One thing of a sort, and the part of a page that shows them all."""
PRIORITIES: Mapping[str, tuple[str, str]] = {
    "routine": (N_("routine"), "neutral"),
    "urgent": (N_("urgent"), "warning"),
    "emergency": (N_("emergency"), "danger"),
    "conflict": (N_("priority in conflict"), "danger"),
}
STATUSES: Mapping[str, tuple[str, str]] = {
    "open": (N_("open"), "info"),
    "closed": (N_("closed"), "neutral"),
    "frozen": (N_("membership frozen"), "danger"),
    "conflict": (N_("in conflict"), "danger"),
    "clarifying": (N_("clarification asked"), "warning"),
    "executed": (N_("executed"), "success"),
    "partly-executed": (N_("partly executed"), "success"),
    "declined": (N_("declined"), "neutral"),
    "withdrawn": (N_("withdrawn"), "neutral"),
    "held": (N_("in custody"), "neutral"),
    "received": (N_("handed over"), "success"),
    "disputed": (N_("disputed"), "danger"),
    "asked": (N_("asked"), "info"),
    "answered": (N_("answered"), "info"),
    "found": (N_("something in common"), "accent"),
    "empty": (N_("nothing in common"), "neutral"),
    "released": (N_("contacts released"), "success"),
    "withheld": (N_("consent withheld"), "neutral"),
    "waiting": (N_("waiting"), "info"),
    "accepted": (N_("accepted"), "success"),
    "merged": (N_("merged"), "neutral"),
    "referred": (N_("referred"), "neutral"),
    "rejected": (N_("rejected"), "neutral"),
    "exhibit/offered": (N_("hand-over open"), "warning"),
    "match/offered": (N_("consent asked"), "warning"),
}
"""The word for a status and its tone; `sort/status` where a sort of thing has its own."""
CLASSES: Mapping[str, str] = {
    "onion": N_("Onion address"),
    "url": N_("Web address"),
    "domain": N_("Domain"),
    "ipv4": N_("IPv4 address"),
    "ipv6": N_("IPv6 address"),
    "email": N_("E-mail address"),
    "phone": N_("Telephone number"),
    "iban": N_("IBAN"),
    "btc": N_("Bitcoin address"),
    "eth": N_("Ethereum address"),
    "md5": N_("MD5 digest"),
    "sha1": N_("SHA-1 digest"),
    "sha256": N_("SHA-256 digest"),
    "pgp": N_("PGP key"),
    "handle": N_("Name on a platform"),
}


class Titled(Protocol):
    """A line of the registry, as far as its title goes."""

    @property
    def id(self) -> MatterId:
        """The matter."""

    @property
    def type(self) -> str:
        """What it is."""

    @property
    def title(self) -> str:
        """The disclosed title."""

    @property
    def parties(self) -> Sequence[AuthorityId]:
        """Who takes part."""


def type_of(reader: i18n.Reader, matter_type: str) -> str:
    """What a matter is."""
    return reader.gettext(TYPES.get(matter_type, _spelled(matter_type)))


def title(reader: i18n.Reader, row: Titled, names: Mapping[AuthorityId, str]) -> str:
    """What a matter is called on pages: its title, else what it is and with whom."""
    if row.title:
        return row.title
    if row.type == "match":
        who = [i18n.isolated(names.get(one, one)) for one in row.parties]
        return reader.gettext(N_("Match: %(authorities)s")) % {"authorities": " – ".join(who)}
    what = type_of(reader, row.type)
    if row.type == "staff":
        return what
    return reader.gettext(N_("%(what)s %(id)s, title withheld")) % {"what": what, "id": row.id[:8]}


def thing(reader: i18n.Reader, sort: str) -> str:
    """What one thing of a sort is called."""
    return reader.gettext(THINGS.get(sort, (_spelled(sort), ""))[0])


def things(reader: i18n.Reader, sort: str) -> str:
    """What all things of a sort are called together."""
    return reader.gettext(THINGS.get(sort, ("", _spelled(sort)))[1])


def rank(sort: str) -> int:
    """Where a sort of things stands among others: as in `THINGS`, then the rest."""
    return [*THINGS, sort].index(sort)


def status(reader: i18n.Reader, word: str, sort: str = "") -> tuple[str, str]:
    """A status in words, and its tone."""
    known = STATUSES.get(f"{sort}/{word}") or STATUSES.get(word)
    if known is None:
        return word.replace("-", " "), "neutral"
    return reader.gettext(known[0]), known[1]


def priority(reader: i18n.Reader, word: str) -> tuple[str, str]:
    """A priority in words, and its tone."""
    label, tone = PRIORITIES.get(word, (word, "neutral"))
    return reader.gettext(label), tone


def identifier_class(reader: i18n.Reader, cls: str) -> str:
    """What a class of identifiers is called."""
    return reader.gettext(CLASSES.get(cls, cls))


def _spelled(word: str) -> str:
    words = word.replace("-", " ")
    return words[:1].upper() + words[1:]
