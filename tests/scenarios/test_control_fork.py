"""A lead that promises the lead to two: the chain stops, the work goes on, the others decide."""

import random
from dataclasses import dataclass

import pytest

from comity.desk import reading
from comity.records.ids import MatterId, RecordId
from tests.scenarios import stories
from tests.world import by_hand
from tests.world.world import LYON, OSLO, TURIN, WATCH, Member, World, refused

LAST = {"outcome": "referred", "reason": "enough"}


@dataclass(slots=True)
class Story:
    """A case of four, whose lead said two things at one place of the control chain."""

    world: World
    chance: random.Random
    members: list[Member]
    case: MatterId
    ours: RecordId
    """The branch that Turin was shown."""
    theirs: RecordId
    """The branch that Oslo was shown."""

    def head(self, member: Member, kind: str, **said: object) -> RecordId:
        """An act of the member's desk head."""
        return self.world.act(member, kind, dict(said), self.case, role="desk_head").record

    def note(self, member: Member, text: str) -> RecordId:
        return self.world.act(member, "note.made/1", {"text": text}, self.case).record

    def vote(self, member: Member, keep: RecordId) -> RecordId:
        return self.head(member, "fork.voted/1", keep=keep, reason="it was here first")

    def resolve(self, member: Member, keep: RecordId) -> RecordId:
        return self.head(member, "fork.resolved/1", keep=keep)

    def offered(self) -> list[str | None]:
        """To whom each member believes the lead to be offered."""
        return [
            stories.look(one, self.case, lambda m: m.membership.offered) for one in self.members
        ]

    def settle(self) -> None:
        """Bring everything to everyone, and see that they agree."""
        stories.settle(self.world, self.chance)
        stories.agreed(self.world, self.case, self.members)


@pytest.fixture
def story(world: World) -> Story:
    """Lyon offered the lead to Turin, and with the same number in the chain to Oslo."""
    chance = random.Random(3)
    members = lyon, turin, oslo, _ = world.found(LYON, TURIN, OSLO, WATCH)
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO, WATCH]}
    case = world.act(lyon, "case.opened/1", opening).matter
    stories.settle(world, chance)
    reason = {"reason": "you are closer to it"}
    second = by_hand.say(lyon, case, "lead.offered/1", {"to": OSLO, **reason})
    told = Story(world, chance, members, case, RecordId(""), second.record.id)
    told.ours = told.head(lyon, "lead.offered/1", to=TURIN, **reason)
    by_hand.send(world, lyon, oslo, items=by_hand.items(second))
    world.carry(lyon, turin)
    return told


def test_a_fork_freezes_the_chain_for_all_who_have_seen_both_and_stops_no_work(
    story: Story,
) -> None:
    lyon, turin, oslo, watch = story.members
    # Each was shown one alone, and believes it.
    assert story.offered() == [TURIN, TURIN, OSLO, None]
    under = {story.note(turin, "where Turin was promised the lead"), story.note(oslo, "and Oslo")}

    story.settle()
    assert story.offered() == [None] * 4
    for member in story.members:
        point = stories.look(member, story.case, lambda m: m.point)
        assert point.frozen
        assert set(point.branches) == {story.ours, story.theirs}
        assert point.membership.lead == LYON
        row = member.tools.store.matter(story.case)
        assert row is not None
        assert row.status == "frozen"
        # The two prove by themselves that Lyon said two things at one position.
        proof = stories.look(member, story.case, lambda m: m.forks())
        assert proof == [tuple(sorted((story.ours, story.theirs)))]
        said = stories.look(member, story.case, lambda m: {one.id for one in m.timeline()})
        assert under <= said

    # Nobody writes a link, and ordinary work goes on.
    refused("not-admissible", lambda: story.head(lyon, "case.closed/1", **LAST))
    refused("not-admissible", lambda: story.head(turin, "lead.accepted/1"))
    later = story.note(watch, "work goes on")
    story.settle()
    view = reading.read(story.world.desk(oslo), story.case)
    assert later in view.by_id
    assert view.branches == tuple(sorted((story.ours, story.theirs)))
    stories.at_rest(story.world)


def test_a_majority_of_those_who_did_not_write_the_branches_moves_the_chain_on(
    story: Story,
) -> None:
    lyon, turin, oslo, watch = story.members
    story.settle()

    # Who wrote them has no vote, nobody votes twice, and one voice of three decides nothing.
    refused("not-admissible", lambda: story.vote(lyon, story.ours))
    story.vote(turin, story.ours)
    story.vote(watch, story.theirs)
    story.settle()
    refused("not-admissible", lambda: story.resolve(watch, story.ours))
    refused("not-admissible", lambda: story.vote(turin, story.theirs))
    story.vote(oslo, story.ours)
    story.settle()
    refused("not-admissible", lambda: story.resolve(watch, story.theirs))
    story.resolve(watch, story.ours)
    story.settle()

    # The chain goes on along the chosen branch, everywhere.
    assert story.offered() == [TURIN] * 4
    story.head(turin, "lead.accepted/1")
    story.settle()
    refused("not-admissible", lambda: story.head(lyon, "case.closed/1", **LAST))
    story.head(turin, "case.closed/1", **LAST)
    story.settle()
    for member in story.members:
        membership = stories.look(member, story.case, lambda m: m.membership)
        assert (membership.lead, membership.closed) == (TURIN, True)
        assert reading.read(story.world.desk(member), story.case).rejections == ()
    stories.at_rest(story.world)
