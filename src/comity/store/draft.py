"""The rows of one transaction, in the making: appends in, numbered rows out.

Pure: it reads nothing. Records get the next leaves, outgoing rows the next numbers of their
peer's stream; a record that is here already keeps its leaf. Rows are plain tuples in the order of
the table's columns, for this is the path of every append.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from comity import errors
from comity.records import ids
from comity.records.ids import AuthorityId, RecordId
from comity.store import port, tables

Row = tuple[Any, ...]
Rows = Mapping[str, list[Row]]
"""By table, in the order in which they must be written."""

WRITTEN: Final[Mapping[str, Literal["new", "keep", "replace"]]] = {
    "records": "new",
    "disclosures": "keep",
    "blobs": "keep",
    "outbox": "new",
    "matters": "replace",
    "identifiers": "keep",
    "decisions": "keep",
    "answered": "new",
    "secrets": "replace",
    "tiles": "replace",
}
"""What happens to a row whose key is taken: an error, the old one stays, the new one stands."""


def key_of(value: str) -> str:
    """What an identifier's value is looked up by."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def plain(text: str) -> str:
    """PostgreSQL cannot keep U+0000, which JSON may bring; in a read model it may be replaced."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def class_of(cls: str) -> str:
    """An identifier's class as it is stored. No class that means anything is longer."""
    return plain(cls)[:100]


def folded(text: str) -> str:
    """Text as it is searched: without differences of case or of width."""
    return unicodedata.normalize("NFKC", text).casefold()


def referred(appends: Iterable[port.Append]) -> set[RecordId]:
    """Every record that these appends bring or speak of."""
    found: set[RecordId] = set()
    for what in appends:
        for one in what.records:
            found.add(one.id)
            found.update(one.after)
        found.update([one.record for one in what.disclosures])
        found.update([one.record for one in what.outgoing])
        found.update([one.record for one in what.identifiers])
        found.update([one.record for one in what.decisions])
    return found


class Draft:
    """Takes appends one after the other.

    `numbers` are the last numbers of streams, as far as they are known; `last` is asked for
    those of others. After an error in `add` the draft is of no use any more.
    """

    def __init__(
        self, size: int, numbers: Mapping[AuthorityId, int], last: Callable[[AuthorityId], int]
    ) -> None:
        self.size = size
        self.numbers = dict(numbers)
        self.ids: list[RecordId] = []
        """The new records, in the order of their leaves."""
        self._last = last
        self._leaves: dict[RecordId, int] = {}
        self._lists: dict[str, list[Row]] = {}
        self._matters: dict[str, Row] = {}
        self._secrets: dict[str, Row] = {}
        self._clear()

    def know(self, leaves: Mapping[RecordId, int]) -> None:
        """These records are stored already."""
        self._leaves.update(leaves)

    def _clear(self) -> None:
        self._lists = {table: [] for table in WRITTEN}
        self._matters, self._secrets = {}, {}

    def take(self) -> Rows:
        """The rows so far; the next `take` gives only what comes after."""
        rows = self._lists
        # One row a key: of several in one transaction the last stands.
        rows["matters"] = list(self._matters.values())
        rows["secrets"] = list(self._secrets.values())
        self._clear()
        return rows

    def add(self, what: port.Append) -> tuple[int, ...]:
        """Number `what` and keep its rows; the leaf of each of its records."""
        leaves = tuple([self._record(one) for one in what.records])
        leaf_of, rows = self._leaf, self._lists
        rows["disclosures"] += [(leaf_of(d.record), d.digest, d.text) for d in what.disclosures]
        rows["blobs"] += what.blobs
        rows["outbox"] += [self._outgoing(one) for one in what.outgoing]
        for line in what.matters:
            self._matters[line.id] = _matter(line)
        rows["identifiers"] += [_identifier(one, leaf_of(one.record)) for one in what.identifiers]
        rows["decisions"] += [_decision(one, leaf_of(one.record)) for one in what.decisions]
        rows["answered"] += [_answered(one) for one in what.answered]
        for secret in what.secrets:
            self._secrets[secret[0]] = secret
        return leaves

    def _leaf(self, record: RecordId) -> int:
        leaf = self._leaves.get(record)
        if leaf is None:
            raise errors.Invalid("record-unknown", f"there is no record {record} to refer to")
        return leaf

    def _record(self, new: port.NewRecord) -> int:
        leaf = self._leaves.get(new.id)
        if leaf is not None:
            return leaf
        if not ids.is_digest(new.id):
            raise errors.Invalid("record-id", f"{new.id!r} is no record's id")
        for ancestor in new.after:
            if ancestor not in self._leaves:
                raise _ancestor_refused(new.id, ancestor)
        leaf = self.size
        self.size += 1
        self._leaves[new.id] = leaf
        self.ids.append(new.id)
        self._lists["records"].append(
            (
                leaf,
                new.id,
                new.matter,
                plain(new.kind),
                new.author,
                new.seq,
                new.lamport,
                new.said_at,
                new.own,
                new.envelope,
            )
        )
        return leaf

    def _outgoing(self, one: port.Outgoing) -> Row:
        number = self.numbers.get(one.peer)
        if number is None:
            number = self._last(one.peer)
        self.numbers[one.peer] = number = number + 1
        leaf = self._leaf(one.record)
        return one.peer, number, leaf, " ".join(one.disclosures), " ".join(one.blobs), False


def _ancestor_refused(record: RecordId, ancestor: RecordId) -> errors.Conflict:
    """What an own record stands on was not written, so the matter is not as its officer saw it."""
    return errors.Conflict(
        "matter-moved",
        f"record {record} stands on {ancestor}, which was not written",
        next_step="Read the matter again, then decide.",
    )


def _matter(line: port.MatterRow) -> Row:
    title = plain(line.title)
    return (
        line.id,
        line.type,
        line.lead,
        plain(line.status),
        plain(line.priority),
        line.opened_at,
        line.changed_at,
        f" {' '.join(line.parties)} ",
        title,
        folded(title),
        line.records,
    )


def _identifier(one: port.IdentifierRow, leaf: int) -> Row:
    value = plain(one.value)
    return key_of(value), class_of(one.cls), leaf, value, one.matter


def _decision(one: port.Decision, leaf: int) -> Row:
    at = tables.microseconds(one.at)
    return leaf, one.officer, one.action, "\n".join(one.policies), one.policy_digest, at


def _answered(one: port.Answered) -> Row:
    at = tables.microseconds(one.at)
    return one.officer, one.key, one.request_digest, one.status, one.body, at
