"""A member without a line takes part in a whole case by files on a stick."""

import random
from dataclasses import dataclass
from pathlib import Path

from comity.desk import carrying, evidence, reading
from comity.exchange import files
from comity.records.ids import MatterId
from tests.scenarios import stories
from tests.world.world import LYON, OSLO, TURIN, Member, World

DATA = bytes(range(256)) * 5_000
"""Of more than one piece."""


@dataclass(slots=True)
class Stick:
    """Brings files between Oslo and the others; loses some, and brings some twice."""

    world: World
    folder: Path
    chance: random.Random
    count: int = 0

    def carry(self, sender: Member, receiver: Member) -> bool:
        """One parcel there by file, and its receipt back by file; whether anything was in it."""
        made = carrying.export(self.world.desk(sender, "operator"), receiver.authority)
        self.count += 1
        path = files.write(self.folder, f"{self.count}-{made.name}", made.data)
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            desk = self.world.desk(receiver, "operator")
            back = carrying.take(desk, files.read(path))
            if self.chance.random() < 0.75:
                carrying.take(self.world.desk(sender, "operator"), back)
        return made.records > 0

    def settle(self, oslo: Member, *others: Member) -> None:
        """Carry to and fro until nobody has anything for anybody."""
        for _ in range(40):
            self.world.carry(*others)
            self.world.carry(*reversed(others))
            moved = [
                self.carry(one, two)
                for other in others
                for one, two in ((oslo, other), (other, oslo))
                if one.tools.store.pending(two.authority, 1)
            ]
            if not any(moved) and not self.world._waits(*others):
                return
        raise AssertionError("the stick does not come to rest")


def test_a_whole_case_by_file(world: World, tmp_path: Path) -> None:
    lyon, turin, oslo = members = world.found(LYON, TURIN, OSLO)
    folder = tmp_path / "stick"
    folder.mkdir()
    stick = Stick(world, folder, random.Random(11))
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", opening).matter
    asked = {"to": OSLO, "measure": "subscriber-data", "basis": "Art. 18"}
    request = world.act(
        lyon, "request.filed/1", {**asked, "ask": "who rents it", "necessity": "to find it"}, case
    ).record
    stick.settle(oslo, lyon, turin)

    # A request is answered without a line, and a question asked on the way.
    question = {"request": request, "question": "which of the two?"}
    world.act(oslo, "clarification.asked/1", question, case)
    stick.settle(oslo, lyon, turin)
    clarified = {"request": request, "answer": "the second"}
    world.act(lyon, "request.clarified/1", clarified, case)
    stick.settle(oslo, lyon, turin)
    answer = {"request": request, "outcome": "executed", "answer": "a company in Bergen"}
    world.act(oslo, "request.answered/1", answer, case)

    # Evidence comes the same way: its pieces are in the parcels.
    told = evidence.Description(
        name="a.img", description="image", source="server", method="seizure", basis="warrant"
    )
    exhibit = evidence.take(world.desk(lyon), case, [DATA], told).record
    evidence.hand_over(world.desk(lyon, "desk_head"), case, exhibit, OSLO, "examination")
    stick.settle(oslo, lyon, turin)
    evidence.receive(world.desk(oslo), case, exhibit)
    _, chunks = evidence.content(world.desk(oslo), case, exhibit)
    assert b"".join(chunks) == DATA

    # The lead goes to the member without a line, which closes the case.
    offer = {"to": OSLO, "reason": "the company is there"}
    stick.settle(oslo, lyon, turin)
    world.act(lyon, "lead.offered/1", offer, case, role="desk_head")
    stick.settle(oslo, lyon, turin)
    world.act(oslo, "lead.accepted/1", {}, case, role="desk_head")
    last = {"outcome": "disrupted", "reason": "the shop is down"}
    world.act(oslo, "case.closed/1", last, case, role="desk_head")
    stick.settle(oslo, lyon, turin)

    same(world, case, members)
    assert oslo.outbox._awaited == {}  # It had no line at all.
    assert stick.count > 10


def same(world: World, case: MatterId, members: list[Member]) -> None:
    """All have the closed case, and each ledger is vouched for by the others."""
    stories.agreed(world, case, members)
    lyon, _, oslo = members
    for member in members:
        membership = stories.look(member, case, lambda m: m.membership)
        assert (membership.lead, membership.closed) == (OSLO, True)
        view = reading.read(world.desk(member), case)
        assert {thing.status for thing in view.things} == {"executed", "received"}
        assert (view.rejections, view.waiting) == ((), ())
    assert 0 < oslo.tools.store.peer(LYON).acknowledged_size <= oslo.tools.store.size
    assert 0 < lyon.tools.store.peer(OSLO).acknowledged_size <= lyon.tools.store.size
    # What was sent is remembered no longer than its receipt takes.
    assert stories.waiting(oslo, LYON) == stories.waiting(lyon, OSLO) == []
