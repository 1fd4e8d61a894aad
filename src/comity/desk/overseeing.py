"""Oversight of a member's ledger: fetched whole, rebuilt, and held against what others saw.

Nothing that the member says of itself is believed: the root is computed from its entries, each
tile is compared with what the entries give, and its checkpoint must continue the one that this
node saw before. What a record says is not read; its id is all that a ledger holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from comity import errors
from comity.desk import ledgers, permitting, tools, witnessing
from comity.ledger import audit, bundles, checkpoint, notes, paths, tiles, witness
from comity.records.ids import AuthorityId

SIZE_MAX = 1 << 26
"""Entries of a ledger that is audited here. A member that claims more could keep an audit busy for
ever: its entries can be made up as fast as they are fetched."""

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
    3. The head that this node saw earlier is one that this ledger had; if not, the two signed notes
       and the tiles between them are kept as proof.
    """
    own = desk.tools
    permitting.permitted(desk, "read.ledger")
    found = own.directory()

    # (1)
    note = fetch("/ledger/checkpoint")
    owner = ledgers.owner_keys(found, authority)
    head = checkpoint.verify(note, owner)
    if head.size > SIZE_MAX:
        raise errors.Refused(
            "ledger-too-long", f"{authority} signed {head.size} entries; {SIZE_MAX} are audited"
        )

    # (2)
    row = own.store.peer(authority)
    read = _reader(fetch, head.size, row.seen_size)
    fault = audit.first_fault(_entries(fetch, head.size), read, head)

    # (3)
    why = fault.what if fault else _rewound(row.seen_size, row.seen_root, head.size, read)
    if why and not fault and row.seen_size <= head.size:
        _keep_proof(own, authority, row.seen_note.encode(), note, read, owner)
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


def _keep_proof(
    own: tools.Tools,
    authority: AuthorityId,
    earlier: bytes,
    later: bytes,
    read: tiles.Reader,
    owner: list[notes.Key],
) -> None:
    split = witness.compare(earlier, later, read, owner) if earlier else None
    if split is not None:
        witnessing.keep_split_view(own, authority, split)


def _reader(fetch: Fetch, size: int, seen_size: int) -> Callable[[int, int], bytes]:
    """Tiles of the member's ledger. Those that are read again, beyond the audit itself, are kept:
    fetched twice they could be others than those that were audited."""
    held: dict[tuple[int, int], bytes] = {}
    kept = {(0, end >> tiles.HEIGHT) for end in (seen_size, size)}

    def read(level: int, number: int) -> bytes:
        if (level, number) in held:
            return held[level, number]
        width = tiles.width(level, number, size)
        tile = fetch("/ledger/" + paths.tile_path(level, number, width))
        if level or (level, number) in kept:
            held[level, number] = tile
        return tile

    return read


def _entries(fetch: Fetch, size: int) -> Iterator[bytes]:
    for number in range((size + paths.WIDTH_FULL - 1) // paths.WIDTH_FULL):
        width = tiles.width(0, number, size)
        data = fetch("/ledger/" + paths.entries_path(number, width))
        try:
            yield from bundles.parse_entries(data, width=width)
        except errors.Invalid as fault:
            raise errors.Unverified("entries-malformed", f"bundle {number}: {fault}") from None
