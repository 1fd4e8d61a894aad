"""Oversight of a member's ledger: fetched whole, rebuilt, and held against what others saw.

Nothing that the member says of itself is believed: the root is computed from its entries, each
tile is compared with what the entries give, and its checkpoint must continue the one that this
node saw before. What a record says is not read; its id is all that a ledger holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from comity import errors
from comity.desk import ledgers, permitting, tools
from comity.ledger import audit, bundles, checkpoint, paths, tiles
from comity.records.ids import AuthorityId

Fetch = Callable[[str], bytes]
"""Gets a path of a member's peer listener; `NotFound` or `Unavailable` when it does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the audit of one ledger found."""

    authority: AuthorityId
    size: int
    root: str
    """Hex."""
    fault: str
    """The first thing that is wrong; empty if nothing is."""
    witnesses: tuple[AuthorityId, ...]
    """Who cosigned this very checkpoint."""
    seen_size: int
    """The size that this node had seen before, which the ledger was found to contain."""


def audit_ledger(desk: tools.Desk, authority: AuthorityId, fetch: Fetch) -> Finding:
    """Audit the ledger of `authority`.

    1. Its checkpoint is signed with its key.
    2. Entries and tiles are rebuilt up to that size; the first difference is the finding.
    3. The head that this node saw earlier is one that this ledger had.
    """
    own = desk.tools
    permitting.permitted(desk, "read.ledger")
    found = own.directory()

    # (1)
    note = fetch("/ledger/checkpoint")
    head = checkpoint.verify(note, ledgers.owner_keys(found, authority))

    # (2)
    read = _reader(fetch, head.size)
    fault = audit.first_fault(_entries(fetch, head.size), read, head)

    # (3)
    row = own.store.peer(authority)
    why = fault.what if fault else _rewound(row.seen_size, row.seen_root, head.size, read)
    keys = [key for who in found.listings for key in ledgers.witness_keys(found, who)]
    return Finding(
        authority=authority,
        size=head.size,
        root=head.root.hex(),
        fault=why or ("it showed two versions of its ledger" if row.split_view else ""),
        witnesses=tuple(sorted(checkpoint.witnesses(note, keys))),
        seen_size=row.seen_size,
    )


def _rewound(seen_size: int, seen_root: bytes, size: int, read: Callable[[int, int], bytes]) -> str:
    if seen_size > size:
        return f"it has {size} entries, and {seen_size} were seen before"
    if seen_size and ledgers.root_at(seen_size, size, read) != seen_root:
        return f"its first {seen_size} entries are not those that were seen before"
    return ""


def _reader(fetch: Fetch, size: int) -> Callable[[int, int], bytes]:
    held: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in held:
            width = tiles.width(level, number, size)
            held[level, number] = fetch("/ledger/" + paths.tile_path(level, number, width))
        return held[level, number]

    return read


def _entries(fetch: Fetch, size: int) -> Iterator[bytes]:
    for number in range((size + paths.WIDTH_FULL - 1) // paths.WIDTH_FULL):
        width = tiles.width(0, number, size)
        data = fetch("/ledger/" + paths.entries_path(number, width))
        try:
            yield from bundles.parse_entries(data, width=width)
        except errors.Invalid as fault:
            raise errors.Unverified("entries-malformed", f"bundle {number}: {fault}") from None
