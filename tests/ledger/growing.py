"""A ledger kept in a dictionary, and authorities that sign: what the tests of this room share."""

import hashlib
from dataclasses import dataclass, field

import nacl.signing

from comity import errors
from comity.ledger import bundles, checkpoint, notes, tiles
from comity.records.ids import AuthorityId


def record_id(n: int) -> bytes:
    """The raw id of the n-th invented record."""
    return hashlib.sha256(b"record %d" % n).digest()


@dataclass
class Ledger:
    """What a store would keep, and the edge that its pen would hold."""

    ids: list[bytes] = field(default_factory=list)
    stored: dict[tiles.TileKey, bytes] = field(default_factory=dict)
    edge: tiles.Edge = tiles.EMPTY_EDGE

    @property
    def size(self) -> int:
        return self.edge.size

    def read(self, level: int, n: int) -> bytes:
        if (level, n) not in self.stored:
            raise errors.NotFound("tile-missing", f"no tile {level}/{n}")
        return self.stored[level, n]

    def append(self, *ids: bytes) -> dict[tiles.TileKey, bytes]:
        _, changed, self.edge = tiles.extend(self.size, self.edge, bundles.leaf_hashes(ids))
        self.ids += ids
        self.stored |= changed
        return changed

    def head(self, authority: "Authority", size: int | None = None) -> checkpoint.Checkpoint:
        size = self.size if size is None else size
        return checkpoint.Checkpoint(authority.origin, size, tiles.root(size, self.read))


def grown(size: int, *, batch: int = 1000) -> Ledger:
    """A ledger of the first `size` invented records, appended `batch` at a time."""
    ledger = Ledger()
    for start in range(0, size, batch):
        ledger.append(*map(record_id, range(start, min(size, start + batch))))
    return ledger


@dataclass(frozen=True)
class Authority:
    """An authority with one Ed25519 key, made from its id so that tests repeat."""

    id: AuthorityId
    epoch: int = 1

    @property
    def _key(self) -> nacl.signing.SigningKey:
        return nacl.signing.SigningKey(hashlib.sha256(f"{self.id} {self.epoch}".encode()).digest())

    @property
    def public(self) -> bytes:
        return bytes(self._key.verify_key)

    @property
    def origin(self) -> str:
        return checkpoint.origin_of(self.id)

    @property
    def owner_key(self) -> notes.Key:
        return checkpoint.owner_key(self.id, self.public)

    @property
    def witness_key(self) -> notes.Key:
        return checkpoint.witness_key(self.id, self.public)

    def sign_bytes(self, message: bytes) -> bytes:
        return self._key.sign(message).signature

    def sign(self, head: checkpoint.Checkpoint) -> bytes:
        return checkpoint.sign(head, self.public, self.sign_bytes)

    def cosign(self, head: checkpoint.Checkpoint, cosigned_at: int) -> bytes:
        return checkpoint.cosign(
            head, self.id, self.public, self.sign_bytes, cosigned_at=cosigned_at
        )


LYON = Authority(AuthorityId("fr-lyon"))
TURIN = Authority(AuthorityId("it-turin"))
OSLO = Authority(AuthorityId("no-oslo"))
