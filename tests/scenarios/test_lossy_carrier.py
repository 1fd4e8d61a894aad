"""Four nodes and a carrier that loses, repeats and mixes up what it is given."""

import random
from dataclasses import dataclass, field

import pytest

from comity import errors
from comity.desk import performing
from comity.records import record
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.scenarios import stories
from tests.world.world import LYON, OSLO, TURIN, WATCH, Member, World

STEPS = 260


@dataclass(slots=True)
class Work:
    """What officers say at random, as far as their own node lets them."""

    world: World
    chance: random.Random
    case: MatterId
    said: dict[RecordId, tuple[AuthorityId, frozenset[AuthorityId] | None]] = field(
        default_factory=dict
    )
    """Each record with its author and whom its handling names."""

    def something(self) -> None:
        """One act of anybody who is a party by what its own node knows."""
        member = self.chance.choice(list(self.world.members.values()))
        try:
            kind, what = self._act(member)
            self._say(member, kind, what)
        except errors.NotFound:
            pass  # The case has not come here yet.
        except errors.Refused as fault:
            assert fault.code in {"not-admissible", "addressee-no-party"}, fault.code  # noqa: PT017

    def _act(self, member: Member) -> tuple[str, dict[str, object]]:
        mark = str(len(self.said))
        match self.chance.randrange(8):
            case 0 | 1 | 2:
                return "note.made/1", {"text": mark}
            case 3:
                listed = [{"cls": "domain", "value": f"shop-{mark}.example"}]
                return "identifiers.noted/1", {"identifiers": listed, "source": None}
            case 4:
                level = self.chance.choice(["routine", "urgent", "emergency"])
                return "priority.set/1", {"priority": level, "reason": mark}
            case 5:
                others = [who for who in (LYON, TURIN, OSLO) if who != member.authority]
                to = self.chance.choice(others)
                asked = {"to": to, "measure": "interview", "basis": "Art. 1", "ask": mark}
                return "request.filed/1", {**asked, "necessity": mark}
            case _:
                return self._answer(member, mark)

    def _answer(self, member: Member, mark: str) -> tuple[str, dict[str, object]]:
        requests = stories.look(member, self.case, lambda one: one.things("request"))
        if not requests:
            return "note.made/1", {"text": mark}
        about = self.chance.choice(requests).id
        return self.chance.choice(
            [
                (
                    "request.answered/1",
                    {"request": about, "outcome": "executed", "answer": mark},
                ),
                (
                    "request.declined/1",
                    {"request": about, "ground": "no-such-data", "reason": mark},
                ),
                ("request.withdrawn/1", {"request": about, "reason": mark}),
            ]
        )

    def _say(self, member: Member, kind: str, said: dict[str, object]) -> None:
        named = self.chance.choice([None, None, (TURIN,), (OSLO, TURIN)])
        act = performing.Act(
            kind=kind, matter=self.case, said=said, handling=record.Handling(recipients=named)
        )
        done = performing.perform(self.world.desk(member), act)
        entitled = None if named is None else frozenset(named)
        self.said[done.record] = member.authority, entitled


@pytest.mark.parametrize("seed", [7, 8])
def test_whatever_the_carrier_does_all_nodes_come_to_the_same(world: World, seed: int) -> None:
    chance = random.Random(seed)
    members = world.found(LYON, TURIN, OSLO, WATCH)
    lyon, _, _, watch = members
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", opening).matter
    work, wire = Work(world, chance, case), stories.Wire(world, chance)
    work.said[RecordId(case)] = LYON, None
    for step in range(STEPS):
        if step == STEPS // 2:
            added = {"party": WATCH, "reason": "its servers are there"}
            work.said[world.act(lyon, "party.added/1", added, case).record] = LYON, None
        if step in (STEPS // 3, 2 * STEPS // 3):
            stories.reopen(world, chance.choice(members))
        match chance.randrange(6):
            case 0:
                work.something()
            case 1 | 2:
                wire.post(*chance.sample(members, 2))
            case 3 | 4:
                wire.deliver()
            case _:
                wire.answer()
    wire.drain()
    stories.settle(world, chance)

    # Every record that anybody said counts, at every party.
    assert len(work.said) > 20
    assert min(wire.copies[0], wire.copies[1], wire.copies[2]) > 10
    for member in members:
        timeline = stories.look(member, case, lambda one: {r.id for r in one.timeline()})
        assert timeline == set(work.said), member.authority
        assert stories.look(member, case, lambda one: (one.rejections, one.waiting)) == ((), ())
    stories.agreed(world, case, members)

    # What a record sealed is open to those whom its author named and to nobody else.
    for one, (author, entitled) in work.said.items():
        if not stories.shown(world.members[author], one):
            continue  # It sealed nothing.
        for member in members:
            may = entitled is None or member.authority in entitled or member.authority == author
            assert stories.shown(member, one) == may, (one, member.authority)
    assert watch.authority in stories.look(lyon, case, lambda one: one.membership.parties)
    stories.at_rest(world)
