"""Identifiers: what two authorities may both hold, written so that equal things are equal.

Every class has one normal form (protocol, matching.md), which `normalise` makes or refuses with
the reason; to normalise twice changes nothing. `recognise` finds identifiers in any text and never
raises. No clock, no network: a host here is a string to compare, never one to visit.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from unicodedata import category

from comity import errors
from comity.matching import contacts, digests, hosts, money, refanging, refusing, spotting, urls

TEXT_MAX = 2_048


class IdentifierClass(StrEnum):
    """The classes, by the names that the protocol uses."""

    ONION = "onion"
    URL = "url"
    DOMAIN = "domain"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    BTC = "btc"
    ETH = "eth"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    PGP = "pgp"
    HANDLE = "handle"


class Grade(StrEnum):
    """How hard a value is to guess, and so how it may be asked about.

    A: too many to try; may be matched in batches. B: can be listed or tried; each counts against
    a budget. C: few enough to try them all; never asked about alone. No class here is C: it is
    for what comes later, such as a name with a date of birth.
    """

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One identifier: its class, its normal form, and how it was written where it was found."""

    cls: IdentifierClass
    value: str
    original: str

    @property
    def grade(self) -> Grade:
        """How it may be asked about."""
        return GRADES[self.cls]


GRADES: Mapping[IdentifierClass, Grade] = MappingProxyType(
    {
        IdentifierClass.ONION: Grade.A,
        IdentifierClass.URL: Grade.B,
        IdentifierClass.DOMAIN: Grade.B,
        IdentifierClass.IPV4: Grade.B,
        IdentifierClass.IPV6: Grade.B,
        IdentifierClass.EMAIL: Grade.B,
        IdentifierClass.PHONE: Grade.B,
        IdentifierClass.IBAN: Grade.A,
        IdentifierClass.BTC: Grade.A,
        IdentifierClass.ETH: Grade.A,
        IdentifierClass.MD5: Grade.A,
        IdentifierClass.SHA1: Grade.A,
        IdentifierClass.SHA256: Grade.A,
        IdentifierClass.PGP: Grade.A,
        IdentifierClass.HANDLE: Grade.B,
    }
)

_FORMS: Mapping[IdentifierClass, Callable[[str], str]] = MappingProxyType(
    {
        IdentifierClass.ONION: hosts.onion,
        IdentifierClass.URL: urls.url,
        IdentifierClass.DOMAIN: hosts.domain,
        IdentifierClass.IPV4: hosts.ipv4,
        IdentifierClass.IPV6: hosts.ipv6,
        IdentifierClass.EMAIL: contacts.email,
        IdentifierClass.IBAN: money.iban,
        IdentifierClass.BTC: money.btc,
        IdentifierClass.ETH: money.eth,
        IdentifierClass.MD5: partial(digests.file_digest, "md5"),
        IdentifierClass.SHA1: partial(digests.file_digest, "sha1"),
        IdentifierClass.SHA256: partial(digests.file_digest, "sha256"),
        IdentifierClass.PGP: digests.pgp,
        IdentifierClass.HANDLE: contacts.handle,
    }
)
_DEFANGED = frozenset(
    {
        IdentifierClass.ONION, IdentifierClass.URL, IdentifierClass.DOMAIN,
        IdentifierClass.IPV4, IdentifierClass.IPV6, IdentifierClass.EMAIL,
    }
)  # fmt: skip


def normalise(cls: IdentifierClass, text: str, *, region: str | None = None) -> Identifier:
    """The identifier of class `cls` that `text` writes, or `Invalid` with value and reason.

    `region` (ISO 3166, two letters) says where a telephone number without country code is from.
    """
    written = text.strip()
    if not written or len(written) > TEXT_MAX:
        refusing.refuse("bad-length", text, f"has {len(written)} characters, not 1 to {TEXT_MAX}")
    if any(category(character) in {"Cc", "Cs", "Cn", "Co"} for character in written):
        refusing.refuse("bad-form", text, "holds a control character or half of one")
    if cls in _DEFANGED:
        written = refanging.refang(written)
    if cls is IdentifierClass.PHONE:
        value = contacts.phone(written, region)
    else:
        value = _FORMS[cls](written)
    return Identifier(cls=cls, value=value, original=text)


def recognise(text: str) -> list[Identifier]:
    """The identifiers in `text`, each once, in the order of the text.

    The longest piece counts and what stands inside it does not; only a URL yields two, itself and
    its host (see `host_of`). Telephone numbers are seen with + and country code only.
    """
    plain, places = refanging.refang_with_places(text)
    taken = bytearray(len(plain))
    found: dict[tuple[IdentifierClass, str], tuple[int, Identifier]] = {}
    longest_first = sorted(
        spotting.candidates(plain), key=lambda spot: (spot.start - spot.end, spot.start)
    )
    for spot in longest_first:
        if any(taken[spot.start : spot.end]):
            continue
        original = text[places[spot.start] : places[spot.end]]
        for identifier in _confirmed(spot, plain[spot.start : spot.end], original):
            taken[spot.start : spot.end] = b"\1" * (spot.end - spot.start)
            known = found.get((identifier.cls, identifier.value))
            if known is None or spot.start < known[0]:
                found[identifier.cls, identifier.value] = (spot.start, identifier)
    # A URL and its host start at the same place: the sort keeps the order of finding.
    return [identifier for _, identifier in sorted(found.values(), key=lambda pair: pair[0])]


def host_of(identifier: Identifier) -> Identifier | None:
    """The host of a URL as an identifier of its own; None where unrelated people share the host."""
    cls, value = urls.host_of(identifier.value)
    if hosts.is_shared(value):
        return None
    return Identifier(cls=IdentifierClass(cls), value=value, original=identifier.original)


def _confirmed(spot: spotting.Candidate, plain: str, original: str) -> Iterator[Identifier]:
    """What a candidate turns out to be: nothing, one, or a URL and its host."""
    cls = IdentifierClass(spot.cls)
    try:
        identifier = normalise(cls, plain)
    except errors.Invalid:
        return
    if cls is IdentifierClass.DOMAIN and not hosts.is_known_name(plain):
        return
    if cls is IdentifierClass.PHONE and not contacts.is_assigned_phone(identifier.value):
        return
    identifier = Identifier(cls=cls, value=identifier.value, original=original)
    yield identifier
    if cls is IdentifierClass.URL and (host := host_of(identifier)) is not None:
        yield host
