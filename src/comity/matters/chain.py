"""The control chain in the graph: its links, its forks, and the branch that was chosen.

Links are kept under the link they follow. Where one link has two successors the chain forks: for
whoever has seen both it stops there, until a record resolves the fork, having seen that a branch
won the vote. Which point a record stands on follows from its past alone (clauses F4, F8).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from comity import errors
from comity.matters import control, entries, past, votes
from comity.matters.control import Membership, Point
from comity.matters.entries import Entry
from comity.matters.past import Past
from comity.matters.votes import Vote
from comity.records import kinds
from comity.records.ids import AuthorityId, RecordId


class Chain:
    """The control records of one matter."""

    def __init__(self, first: RecordId) -> None:
        self._first = first
        self._memberships: dict[RecordId, Membership] = {}
        self._links: dict[RecordId, list[Entry]] = {}
        self._votes: dict[RecordId, list[tuple[Entry, Vote]]] = {}
        self._resolves: dict[RecordId, list[tuple[Entry, Vote]]] = {}
        self._turns: list[Entry] = []
        self._contested: list[Entry] = []
        self._fork: Point | None = None
        self._now: Point | None = None

    # --- where it stands -----------------------------------------------------------------------

    @property
    def now(self) -> Point:
        """Where the chain stands in everything here; `NotFound` before the first record is."""
        if self._now is None:
            if self._first not in self._memberships:
                raise errors.NotFound("matter-not-here", f"{self._first} has not begun here yet")
            self._now = self._walk(None)
        return self._now

    @property
    def turns(self) -> list[Entry]:
        """The links and resolving records that no other of them had seen: who sees these sees
        the whole chain."""
        return entries.newest(self._turns)

    def path(self) -> Iterator[Entry]:
        """The links in force, from the first that follows the matter's first record."""
        following = self._following(self._first, None)
        while len(following) == 1:
            yield following[0]
            following = self._following(following[0].record.id, None)

    def join(self, parents: Sequence[Entry], seen: Past) -> Point:
        """Where the chain stands for who has `seen` what all of `parents` had, and no more."""
        deepest = max(parents, key=lambda one: one.point.membership.depth)
        if not self._contested or not self._moved(deepest, seen):
            return deepest.point
        return self._walk(seen)

    def _moved(self, entry: Entry, seen: Past) -> bool:
        """Whether who has `seen` all this may stand elsewhere on the chain than `entry` does.

        Not if it knows no branch, no resolving record and no next link that `entry` did not know:
        then its way is the same. It saves most walks, each of which is as long as the chain.
        """
        following = self._links.get(entry.point.head, ())
        return any(
            past.holds(seen, one.number) and not past.holds(entry.past, one.number)
            for one in (*self._contested, *following)
        )

    def _walk(self, seen: Past | None) -> Point:
        """Follow the chain through what was `seen` (all, if None) to its head, or to an open fork.

        It starts at the first fork of all: before it there is one way only. Who knows no branch
        of it needs no walk (see `join`), so its head had been seen.
        """
        head = self._first if self._fork is None else self._fork.head
        following = self._following(head, seen)
        while len(following) == 1:
            head = following[0].record.id
            following = self._following(head, seen)
        branches = tuple(sorted(one.record.id for one in following))
        return Point(head, self._memberships[head], branches)

    def _following(self, head: RecordId, seen: Past | None) -> list[Entry]:
        """The links after `head`: none, the one that stands, or the branches of an open fork."""
        links = self._links.get(head, [])
        if seen is not None:
            links = [one for one in links if past.holds(seen, one.number)]
        if len(links) < 2:
            return links
        kept = self._kept(head, seen)
        return [one for one in links if one.record.id == kept] or links

    def _kept(self, head: RecordId, seen: Past | None) -> str | None:
        """The branch that the resolving records of the latest round keep, if it is one."""
        resolved = [
            vote
            for entry, vote in self._resolves.get(head, ())
            if seen is None or past.holds(seen, entry.number)
        ]
        latest = max((vote.round for vote in resolved), default=0)
        kept = {vote.keep for vote in resolved if vote.round == latest}
        return kept.pop() if len(kept) == 1 else None

    # --- verdicts ------------------------------------------------------------------------------

    def judge_link(self, entry: Entry, effect: kinds.Control) -> str:
        """Why a record may not be the next link, empty if it may."""
        if entry.point.frozen:
            return "the control chain forks here; a majority must choose a branch first"
        after = control.next_link(entry.point.membership, entry.record, effect)
        return after if isinstance(after, str) else ""

    def judge_vote(self, entry: Entry) -> str:
        """Why a record may not vote on the fork at which it stands, empty if it may."""
        record, voters = entry.record, self._voters(entry.point)
        if record.open.get("keep") not in entry.point.branches:
            return "it votes for no branch of a fork that it had seen"
        if record.author not in voters:
            return f"{record.author} wrote the branches and has no vote"
        cast = self._cast(entry.point, entry.past)
        number = votes.next_round(cast, record.author)
        if number and not votes.lost(cast, voters, number - 1):
            return f"{record.author} has voted, and the vote is not lost yet"
        return ""

    def judge_resolve(self, entry: Entry) -> str:
        """Why a record may not resolve the fork at which it stands, empty if it may."""
        record, voters = entry.record, self._voters(entry.point)
        keep = record.open.get("keep")
        if keep not in entry.point.branches:
            return "it resolves no fork that it had seen"
        if record.author not in voters:
            return f"{record.author} has no vote on this fork"
        if votes.won(self._cast(entry.point, entry.past), voters, str(keep)) is None:
            return f"less than a majority of {len(voters)} voted for this branch"
        return ""

    def _voters(self, point: Point) -> frozenset[AuthorityId]:
        """The parties at the fork but the one that wrote the branches, unless it is alone."""
        links = self._links.get(point.head, ())
        wrote = {one.record.author for one in links if one.record.id in point.branches}
        return point.membership.parties - wrote or point.membership.parties

    def _cast(self, point: Point, seen: Past) -> list[Vote]:
        return [
            vote
            for entry, vote in self._votes.get(point.head, ())
            if past.holds(seen, entry.number)
        ]

    # --- entering ------------------------------------------------------------------------------

    def begin(self, entry: Entry) -> Entry:
        """Enter the matter's first record."""
        self._memberships[entry.record.id] = entry.point.membership
        self._now = entry.point
        return entry

    def link(self, entry: Entry, effect: kinds.Control) -> Entry:
        """Enter a link; the entry with the point after it."""
        record, before = entry.record, entry.point
        after = control.next_link(before.membership, record, effect)
        assert isinstance(after, Membership)
        entry = replace(entry, point=Point(record.id, after))
        self._memberships[record.id] = after
        links = self._links.setdefault(before.head, [])
        links.append(entry)
        self._turns.append(entry)
        if len(links) > 1:
            self._contested.extend(links if len(links) == 2 else [entry])
            if self._fork is None or before.membership.depth < self._fork.membership.depth:
                self._fork = before
        self._now = entry.point if self._fork is None else None
        return entry

    def vote(self, entry: Entry) -> Entry:
        """Enter a vote."""
        cast = self._cast(entry.point, entry.past)
        number = votes.next_round(cast, entry.record.author)
        vote = Vote(entry.record.author, number, str(entry.record.open["keep"]))
        self._votes.setdefault(entry.point.head, []).append((entry, vote))
        return entry

    def resolve(self, entry: Entry) -> Entry:
        """Enter a record that resolves a fork; the entry with the point after it."""
        keep, point = str(entry.record.open["keep"]), entry.point
        number = votes.won(self._cast(point, entry.past), self._voters(point), keep)
        assert number is not None
        resolved = Vote(entry.record.author, number, keep)
        self._resolves.setdefault(point.head, []).append((entry, resolved))
        self._turns.append(entry)
        self._contested.append(entry)
        self._now = None
        return replace(entry, point=self._walk(entry.past))
