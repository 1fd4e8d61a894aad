"""The directory: which authorities there are, their keys, their addresses, their contacts.

It is a matter like any other: its founder leads, lists authorities and suspends them. What counts
is its control chain: a listing on a branch of a fork that nobody chose lists nobody. What an
authority signs with is what its latest listing says; keys of earlier listings, and of authorities
that were suspended, still verify what was said under them. Members pin the directory by its matter
id, which they compare by voice.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from comity import errors
from comity.matters.matter import Matter
from comity.records import envelope, kinds, record
from comity.records.ids import AuthorityId, AuthorityRef, MatterId
from comity.records.kinds import N_, Kind, Statement

DIRECTORY = frozenset({"directory"})

Key = Annotated[
    str,
    StringConstraints(
        pattern=r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        min_length=4,
        max_length=2000,
    ),
]


class Listing(BaseModel):
    """An authority as the others must know it. Keys are base64 of their raw bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: AuthorityRef
    name: Annotated[str, Field(min_length=2, max_length=120)]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    role: Literal["member", "oversight"] = "member"
    address: Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+$", max_length=200)]
    epoch: Annotated[int, Field(ge=1)] = 1
    signing: Key
    opening: Key
    checkpoint: Key
    cosigning: Key
    certificate: Annotated[str, Field(max_length=4000)]
    """PEM of the certificate that its peer address shows."""
    contact: Annotated[str, Field(max_length=300)] = ""
    """The 24/7 contact, for people."""


class DirectoryFounded(Statement):
    """An authority founds a directory, lists itself and leads."""

    name: str = Field(min_length=3, max_length=120, title=N_("Name of the alliance"))
    founder: Listing


class AuthorityListed(Statement):
    """The lead of the directory takes an authority in."""

    authority: AuthorityRef
    listing: Listing


class AuthorityRelisted(Statement):
    """A listed authority has new keys or a new address."""

    authority: AuthorityRef
    listing: Listing


class AuthoritySuspended(Statement):
    """The lead takes an authority out. What it signs from now on counts nowhere."""

    authority: AuthorityRef
    reason: str = Field(min_length=1, max_length=2000, title=N_("Reason"))


KINDS = (
    Kind(
        name="directory.founded/1",
        statement=DirectoryFounded,
        needs="operator",
        effect=kinds.Genesis("directory"),
        family="governance",
        title=N_("Found a directory"),
        done=N_("founded the directory"),
    ),
    Kind(
        name="authority.listed/1",
        statement=AuthorityListed,
        needs="operator",
        effect=kinds.Control(DIRECTORY, "add", "authority"),
        family="governance",
        title=N_("List an authority"),
        done=N_("listed an authority"),
    ),
    Kind(
        name="authority.relisted/1",
        statement=AuthorityRelisted,
        needs="operator",
        effect=kinds.Control(DIRECTORY, "amend"),
        family="governance",
        title=N_("Renew a listing"),
        done=N_("renewed a listing"),
    ),
    Kind(
        name="authority.suspended/1",
        statement=AuthoritySuspended,
        needs="operator",
        effect=kinds.Control(DIRECTORY, "remove", "authority"),
        family="governance",
        title=N_("Suspend an authority"),
        done=N_("suspended an authority"),
    ),
)


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory as its matter stands: a keyring and an address book."""

    matter: Matter
    listings: dict[AuthorityId, tuple[Listing, ...]]
    """Newest first; suspended authorities are left out."""
    suspended: dict[AuthorityId, tuple[Listing, ...]] = field(default_factory=dict)
    """What was listed of those that are suspended now, newest first."""

    def keys_of(self, authority: AuthorityId) -> Sequence[envelope.VerifyingKey]:
        """The record-signing keys of `authority`, newest first; none for a stranger.

        Those of a suspended authority too: a signature tells who said something, whether it
        counts is told by the matter. Without them nobody could take in a case in which it worked.
        """
        known = self.listings.get(authority) or self.suspended.get(authority, ())
        return tuple(key_of(one) for one in known)

    def listing(self, authority: AuthorityId) -> Listing | None:
        """The latest listing of `authority`; None for a stranger or while it is suspended."""
        known = self.listings.get(authority)
        return known[0] if known else None


def directory(matter: Matter) -> Directory:
    """Read a directory out of its matter."""
    listings: dict[AuthorityId, tuple[Listing, ...]] = {}
    suspended: dict[AuthorityId, tuple[Listing, ...]] = {}
    for link in matter.chain():
        match link.said:
            case DirectoryFounded(founder=listing):
                listings[link.author] = (listing,)
            case AuthorityListed(authority=who, listing=listing) if listing.authority == who:
                listings[who] = (listing, *suspended.pop(who, ()))
            case AuthorityRelisted(authority=who, listing=listing) if who in listings:
                if listing.authority == who:
                    listings[who] = (listing, *listings[who])
            case AuthoritySuspended(authority=who) if who in listings:
                suspended[who] = listings.pop(who)
            case _:
                pass
    return Directory(matter, listings, suspended)


def key_of(listing: Listing) -> envelope.VerifyingKey:
    """The key with which a listed authority signs records."""
    hint = f"{listing.authority}#{listing.epoch}"
    return envelope.VerifyingKey(hint, base64.b64decode(listing.signing))


def founder(said: DirectoryFounded) -> envelope.VerifyingKey:
    """The key by which a directory's own first record verifies; its id is what is pinned."""
    return key_of(said.founder)


@dataclass(frozen=True, slots=True)
class Verified:
    """A directory whose every record was verified, and these records, ancestors first."""

    directory: Directory
    records: tuple[record.Record, ...]


def verified(lines: Iterable[bytes], registry: kinds.Registry) -> Verified:
    """Read a directory from its records' envelopes, ancestors first; `Unverified` names the line.

    Each verifies by the keys that records before it gave its author. A key counts only if the
    record that gives it does: otherwise a member could list its own key as that of another, the
    lead even, in a record that changes nothing, and then speak for it. Who made the first record
    is for whoever compares the directory's id.
    """
    matter: Matter | None = None
    keys: dict[AuthorityId, list[envelope.VerifyingKey]] = {}
    found: list[record.Record] = []
    for place, line in enumerate(lines, start=1):
        try:
            one = _signed(line, registry, keys, first=matter is None)
        except errors.ComityError as fault:
            raise _broken(place, fault.message) from fault
        matter = matter or Matter(MatterId(one.id), registry)
        counts = one.id in matter.admit(one)
        if one.id not in matter:
            raise _broken(place, "it does not follow from the lines before it")
        match one.said:
            case (
                AuthorityListed(authority=who, listing=listing)
                | AuthorityRelisted(authority=who, listing=listing)
            ) if counts and listing.authority == who:
                keys.setdefault(who, []).insert(0, key_of(listing))
            case _:
                pass
        found.append(one)
    if matter is None:
        raise errors.Invalid("directory-empty", "it holds no records")
    return Verified(directory(matter), tuple(found))


def _signed(
    line: bytes,
    registry: kinds.Registry,
    keys: dict[AuthorityId, list[envelope.VerifyingKey]],
    *,
    first: bool,
) -> record.Record:
    signed = envelope.parse(line)
    if signed.payload_type != envelope.RECORD_TYPE:
        raise errors.Invalid("not-a-record", f"it is a {signed.payload_type[:80]}, not a record")
    one = record.parse(signed.payload, signed.digest, registry)
    if first:
        if not isinstance(one.said, DirectoryFounded):
            raise errors.Invalid("directory-empty", f"it begins with {one.kind}, not a directory")
        keys[one.author] = [founder(one.said)]
    envelope.verify(signed, keys.get(one.author, []))
    return one


def _broken(place: int, why: str) -> errors.Unverified:
    return errors.Unverified(
        "directory-broken",
        f"line {place}: {why}",
        next_step="Ask whoever gave you this directory for another copy.",
    )
