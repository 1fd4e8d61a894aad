"""Nodes of several authorities in one process, for tests that tell a story.

Every node has its own folder, keys and store; parcels go from one to the other by hand, so that a
test decides when, in which order, how often and whether they arrive.
"""

import datetime
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from comity import errors, node
from comity.config import Settings
from comity.desk import delivering, founding, people, performing, receiving, tools
from comity.policy import asks
from comity.records.ids import AuthorityId, MatterId, RecordId

START = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
LYON, TURIN, OSLO, WATCH = (
    AuthorityId(name) for name in ("fr-lyon", "it-turin", "no-oslo", "eu-watch")
)


@dataclass(slots=True)
class Member:
    """One node of the world and the officers at it."""

    node: node.Node
    outbox: delivering.Outbox
    people: dict[str, tools.port.Officer] = field(default_factory=dict)

    @property
    def tools(self) -> tools.Tools:
        return self.node.tools

    @property
    def authority(self) -> AuthorityId:
        return self.node.tools.authority


class World:
    """An alliance on one machine."""

    def __init__(self, folder: Path, database: Callable[[AuthorityId], str] | None = None) -> None:
        self._folder = folder
        self._database = database or (lambda _: "")
        self._ticks = itertools.count()
        self.members: dict[AuthorityId, Member] = {}

    def now(self) -> datetime.datetime:
        """A second later at every look."""
        return START + datetime.timedelta(seconds=next(self._ticks))

    def add(self, authority: AuthorityId, role: str = "member") -> Member:
        """A new node with an officer, a desk head, an operator and an overseer."""
        settings = Settings(
            data=self._folder / authority, database=self._database(authority), web_port=0
        )
        made = node.create(settings, authority)
        member = Member(made, delivering.Outbox(made.tools, self.now))
        for role_name in ("officer", "desk_head", "operator", "oversight"):
            member.people[role_name] = people.add_officer(
                made.tools, f"{role_name} of {authority}", role_name, self.now()
            )
        self.members[authority] = member
        return member

    def found(self, *authorities: AuthorityId) -> list[Member]:
        """Nodes of these authorities in one directory, which the first of them leads."""
        members = [self.add(authority) for authority in authorities]
        first = members[0]
        pinned = founding.found(self.desk(first, "operator"), "Test alliance", _listing(first))
        for member in members[1:]:
            founding.admit(self.desk(first, "operator"), _listing(member))
        file = founding.export(first.tools)
        for member in members[1:]:
            founding.join(member.tools, file, pinned)
        return members

    def desk(
        self, member: Member, role: str = "officer", purpose: str = "investigation"
    ) -> tools.Desk:
        """One of the member's people at work."""
        if role == "operator":
            purpose = "operation"
        return tools.Desk(
            officer=member.people[role],
            purpose=purpose,
            now=self.now(),
            tools=member.tools,
            scope=asks.PRESENT,
        )

    def act(
        self,
        member: Member,
        kind: str,
        said: dict[str, object],
        matter: MatterId | None = None,
        role: str = "officer",
    ) -> performing.Done:
        """One act by one of the member's people."""
        return performing.perform(
            self.desk(member, role), performing.Act(kind=kind, matter=matter, said=said)
        )

    def carry(self, sender: Member, receiver: Member) -> bool:
        """One parcel there and its answer back; whether there was anything to send."""
        data = sender.outbox.next_parcel(receiver.authority)
        if data is None:
            return False
        answer = receiving.receive(receiver.tools, data, self.now())
        sender.outbox.accept_answer(receiver.authority, answer)
        return True

    def settle(self) -> None:
        """Carry until nobody has anything new to say."""
        for _ in range(50):
            pairs = itertools.permutations(self.members.values(), 2)
            moved = [self.carry(a, b) for a, b in pairs if self._waits(a, b)]
            if not any(moved):
                return
        raise AssertionError("the world does not come to rest")

    def _waits(self, sender: Member, receiver: Member) -> bool:
        return bool(sender.tools.store.pending(receiver.authority, 1))

    def state(self, member: Member, matter: MatterId) -> str:
        """The digest of a matter as this member has it."""
        with member.tools.cabinet.holding(matter) as folder:
            return folder.matter.digest()

    def close(self) -> None:
        """Close every node."""
        for member in self.members.values():
            member.node.close()


def _listing(member: Member) -> founding.directory.Listing:
    return founding.listing_of(
        member.tools.keys.card,
        name=f"Authority {member.authority}",
        country=member.authority[:2].upper(),
        address="https://127.0.0.1:1",
    )


def refused(code: str, call: Callable[[], object]) -> errors.ComityError:
    """The error with `code` that `call` raises."""
    try:
        call()
    except errors.ComityError as fault:
        assert fault.code == code, fault.message  # noqa: PT017  # it is returned
        return fault
    raise AssertionError(f"it was not refused with {code}")


def seeded(seed: int) -> random.Random:
    """Randomness that a failing test can repeat."""
    return random.Random(seed)


__all__ = ["LYON", "OSLO", "START", "TURIN", "WATCH", "Member", "RecordId", "World", "refused"]
