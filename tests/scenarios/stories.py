"""What stories have in common: carriers that misbehave, nodes that start again, and how to look."""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from comity import errors, node
from comity.desk import delivering, receiving
from comity.matters.matter import Matter
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.store import scrub
from tests.world.world import Member, World

T = TypeVar("T")


@dataclass(slots=True)
class Wire:
    """Carries parcels and answers, or loses them, or brings them twice, late and in any order."""

    world: World
    chance: random.Random
    lost: float = 0.3
    twice: float = 0.2
    parcels: list[tuple[Member, Member, bytes]] = field(default_factory=list)
    answers: list[tuple[Member, Member, bytes]] = field(default_factory=list)
    copies: Counter[int] = field(default_factory=Counter)
    """How often something was lost, brought once, and brought twice."""

    def post(self, sender: Member, receiver: Member) -> None:
        """Give a parcel to the wire, if there is anything to send."""
        data = sender.outbox.next_parcel(receiver.authority)
        if data is not None:
            self.parcels += [(sender, receiver, data)] * self._copies()

    def deliver(self) -> None:
        """Bring any of the parcels that are under way."""
        if self.parcels:
            sender, receiver, data = self.parcels.pop(self.chance.randrange(len(self.parcels)))
            answer = receiving.receive(receiver.tools, data, self.world.now())
            self.answers += [(sender, receiver, answer)] * self._copies()

    def answer(self) -> None:
        """Bring any of the answers that are under way. One to an older parcel settles nothing."""
        if self.answers:
            sender, receiver, data = self.answers.pop(self.chance.randrange(len(self.answers)))
            try:
                sender.outbox.accept_answer(receiver.authority, data)
            except errors.ComityError as fault:
                assert fault.code in {"receipt-unproved", "receipt-settles-nothing"}, fault.code  # noqa: PT017

    def drain(self) -> None:
        """Bring all that is under way."""
        while self.parcels:
            self.deliver()
        while self.answers:
            self.answer()

    def _copies(self) -> int:
        drawn = self.chance.random()
        count = 0 if drawn < self.lost else 2 if drawn < self.lost + self.twice else 1
        self.copies[count] += 1
        return count


def settle(world: World, chance: random.Random, *members: Member) -> None:
    """Carry between these, one pair after the other in any order, until nothing waits."""
    among = members or tuple(world.members.values())
    pairs = list(itertools.permutations(among, 2))
    for _ in range(60):
        chance.shuffle(pairs)
        moved = [carry(world, a, b) for a, b in pairs if a.tools.store.pending(b.authority, 1)]
        if not any(moved):
            return
    raise AssertionError("the world does not come to rest")


def carry(world: World, sender: Member, receiver: Member) -> bool:
    """One parcel and its answer; whether anything was settled by it."""
    try:
        return world.carry(sender, receiver)
    except errors.ComityError as fault:
        sender.outbox.failed(receiver.authority, fault)
        return False


def reopen(world: World, member: Member) -> Member:
    """Stop a node and start it again: what it remembered is gone, what it wrote is there."""
    member.node.close()
    member.node = node.open_(member.node.settings)
    member.outbox = delivering.Outbox(member.tools, world.now)
    return member


def look(member: Member, matter: MatterId, what: Callable[[Matter], T]) -> T:
    """Something of a matter as a member has it."""
    with member.tools.cabinet.holding(matter) as folder:
        return what(folder.matter)


def agreed(world: World, matter: MatterId, members: Iterable[Member]) -> None:
    """These hold the same records, with the same verdicts, and from them the same state; and it is
    the state that a fold of the stored records gives, in whatever order they came."""
    told = {}
    for member in members:
        folded = world.state(member, matter)
        member.tools.cabinet.forget(matter)
        assert world.state(member, matter) == folded, member.authority
        told[member.authority] = folded
    assert len(set(told.values())) == 1, told


def at_rest(world: World) -> None:
    """Every node is whole, has nothing left to say, and is vouched for by all the others."""
    for one, other in itertools.permutations(world.members.values(), 2):
        for _ in range(3):
            carry(world, one, other)
        row = one.tools.store.peer(other.authority)
        place = f"{one.authority} to {other.authority}"
        assert not one.tools.store.pending(other.authority, 1), place
        assert row.acknowledged_size == one.tools.store.size, place
        assert (row.split_view, row.last_fault) == ("", ""), place
    for member in world.members.values():
        assert scrub.check(member.tools.store) is None  # type: ignore[arg-type]


def shown(member: Member, one: RecordId) -> bool:
    """Whether anything that a record sealed is open at a member."""
    return bool(member.tools.store.disclosures([one]))


def waiting(member: Member, peer: AuthorityId) -> list[RecordId]:
    """What a member has not got rid of yet."""
    return [row.record for row in member.tools.store.pending(peer, 10_000)]
