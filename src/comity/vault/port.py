"""The vault as the desk sees it: evidence bytes in, verified evidence bytes out.

Whoever keeps the promises below may take the place of the folder: an object store, for example.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NewType, Protocol

from comity.records.ids import BlobId

ExhibitId = NewType("ExhibitId", str)
"""64 lower-case hex digits: SHA-256 of the encrypted bytes. Says nothing about the content."""


class Keeper(Protocol):
    """Seals exhibit keys to this node (`keys.filekeys.Opener` is one)."""

    def wrap(self, secret: bytes, *, info: bytes) -> bytes:
        """`secret` sealed so that only this node reads it, under the same `info`."""

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """What was wrapped; `Unverified` when it does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What is remembered about bytes in the vault. Without it nobody can read them.

    Erasing `wrapped_key` wherever it is kept erases the content, in every copy of the vault.
    """

    id: ExhibitId
    size: int
    """Bytes of the content."""
    digest: BlobId
    """SHA-256 of the content. Keep it where only those with access to the case see it."""
    wrapped_key: bytes


Fault = Literal["missing", "altered", "unreadable", "stray"]
"""Expected and not there; not the bytes that it is named by; not to be read; no exhibit at all."""


@dataclass(frozen=True, slots=True)
class Damage:
    """An exhibit that is not what it was, or a file that is none."""

    id: str
    fault: Fault


class Vault(Protocol):
    """Keeps evidence encrypted. Calls may come from several threads at once.

    After the first fault of the disk it takes nothing in any more (`Unavailable`,
    `storage-failed`) until the node is started again: what a disk says after a failed flush is
    not to be believed.
    """

    def put(self, chunks: Iterable[bytes]) -> Exhibit:
        """Take evidence in, in pieces of any size; memory use does not grow with it.

        On return it is durable. On any error nothing of it can be read, and, unless the disk
        itself failed, nothing of it stays. The same bytes twice are two exhibits, so that nobody
        learns from the vault who else holds them.
        """

    def read(self, exhibit: Exhibit) -> Iterator[bytes]:
        """The content in pieces. The first comes only after all of it was verified.

        `NotFound` when it is not here, `Unverified` when a byte of it or the description changed.
        """

    def remove(self, exhibit_id: ExhibitId) -> None:
        """Delete the encrypted bytes; not an error when they are gone. Durable on return."""

    def scrub(self, expected: Iterable[ExhibitId]) -> Iterator[Damage]:
        """Read everything again and name what is damaged. Needs no keys."""
