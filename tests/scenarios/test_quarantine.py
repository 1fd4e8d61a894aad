"""A member that is not known yet is not acted on and not lost; a member that was removed works on
unseen, and what it did has no effect until the lead ratifies it."""

import random

from comity.desk import delivering, founding, reading, receiving
from comity.records.ids import MatterId, RecordId
from tests.scenarios import stories
from tests.world.world import LYON, OSLO, TURIN, WATCH, Member, World, refused
from tests.world.world import _listing as listing


def note(world: World, member: Member, case: MatterId, text: str) -> RecordId:
    return world.act(member, "note.made/1", {"text": text}, case).record


def join(world: World, lyon: Member) -> Member:
    """Watch comes into the directory that Lyon leads; the others have not heard of it."""
    watch = world.add(WATCH)
    founding.admit(world.desk(lyon, "operator"), listing(watch))
    pinned = lyon.tools.directory().matter.id
    founding.join(watch.tools, founding.export(lyon.tools), pinned)
    return watch


def test_what_an_unknown_author_said_is_taken_once_it_is_known(world: World) -> None:
    chance = random.Random(5)
    lyon, turin, oslo = world.found(LYON, TURIN, OSLO)
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", opening).matter
    stories.settle(world, chance)

    # Lyon lists Watch and takes it into the case; Turin hears of it and Oslo does not.
    watch = join(world, lyon)
    world.act(lyon, "party.added/1", {"party": WATCH, "reason": "its servers"}, case)
    stories.settle(world, chance, lyon, turin, watch)
    said = note(world, watch, case, "by whom Oslo has not heard of")

    # A whole parcel of Watch is refused: nobody whom Oslo knows has signed it.
    data = watch.outbox.next_parcel(OSLO)
    assert data is not None
    told = refused("signature-wrong", lambda: receiving.receive(oslo.tools, data, world.now()))
    assert told.next_step
    assert said in stories.waiting(watch, OSLO)

    # Turin passes the record on, for its own stands after it. Oslo neither keeps nor settles it.
    stories.settle(world, chance, lyon, turin, watch)
    after = note(world, turin, case, "after what Watch said")
    for _ in range(4):
        stories.carry(world, turin, oslo)
    assert oslo.tools.store.record(after) is not None
    assert oslo.tools.store.record(said) is None
    assert [one.id for one in stories.look(oslo, case, lambda m: m.waiting)] == [after]
    assert said in stories.waiting(turin, OSLO)
    assert turin.tools.store.peer(OSLO).last_fault == "receipt-settles-nothing"

    # The line from Lyon comes back, and with it the listing: everything is taken.
    stories.settle(world, chance)
    members = list(world.members.values())
    stories.agreed(world, case, members)
    timeline = stories.look(oslo, case, lambda m: {one.id for one in m.timeline()})
    assert {said, after} <= timeline
    stories.at_rest(world)


def test_one_parcel_may_tell_who_the_author_of_its_other_records_is(world: World) -> None:
    lyon, turin, _ = world.found(LYON, TURIN, OSLO)
    case = world.act(lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN]}).matter
    world.settle()
    watch = join(world, lyon)
    world.act(lyon, "party.added/1", {"party": WATCH, "reason": "its servers"}, case)
    stories.settle(world, random.Random(1), lyon, watch)
    said = note(world, watch, case, "heard of together with its author")
    stories.settle(world, random.Random(1), lyon, watch)
    after = note(world, lyon, case, "after it")
    delivering.send_wanted(lyon.tools, TURIN, [said])
    assert stories.carry(world, lyon, turin)
    assert stories.waiting(lyon, TURIN) == []
    timeline = stories.look(turin, case, lambda m: [one.id for one in m.timeline()])
    assert timeline[-2:] == [said, after]


def test_unseen_work_of_a_removed_party_waits_for_the_lead(world: World) -> None:
    chance = random.Random(6)
    members = lyon, turin, oslo = world.found(LYON, TURIN, OSLO)
    opening = {"title": "Night Bazaar", "parties": [TURIN, OSLO]}
    case = world.act(lyon, "case.opened/1", opening).matter
    stories.settle(world, chance)
    seen = note(world, oslo, case, "seen by all before the removal")
    stories.settle(world, chance)

    # Lyon removes Oslo, which does not know it and works on.
    gone = {"party": OSLO, "reason": "its keys may be in other hands"}
    world.act(lyon, "party.removed/1", gone, case, role="desk_head")
    first = note(world, oslo, case, "unseen, and honest")
    asked = {"to": TURIN, "measure": "interview", "basis": "Art. 1"}
    request = world.act(
        oslo, "request.filed/1", {**asked, "ask": "unseen", "necessity": "unseen"}, case
    ).record
    second = note(world, oslo, case, "unseen too")
    stories.settle(world, chance)

    # All have it, nobody acts on it, and all say the same.
    stories.agreed(world, case, members)
    for member in members:
        assert set(stories.look(member, case, lambda m: m.quarantined())) == {
            first,
            request,
            second,
        }
        view = reading.read(world.desk(member), case) if member is not oslo else None
        if view is not None:
            assert not view.entry(seen).quarantined
            assert view.entry(first).quarantined
            assert [one.quarantined for one in view.things] == [True]
    refused(
        "not-admissible",
        lambda: world.act(
            turin,
            "request.answered/1",
            {"request": request, "outcome": "executed", "answer": "x"},
            case,
        ),
    )
    # For Oslo's officers the case is gone as soon as their node knows of the removal.
    refused("matter-unknown", lambda: note(world, oslo, case, "after it knew"))

    # The lead lets two of the three stand. They count from then on, everywhere.
    reason = {"records": [first, request], "reason": "checked with Oslo by voice"}
    world.act(lyon, "work.ratified/1", reason, case, role="desk_head")
    stories.settle(world, chance)
    for member in (lyon, turin):
        assert stories.look(member, case, lambda m: m.quarantined()) == (second,)
        view = reading.read(world.desk(member), case)
        assert [one.quarantined for one in view.things] == [False]
    stories.agreed(world, case, (lyon, turin))
    answered = {"request": request, "outcome": "executed", "answer": "done"}
    world.act(turin, "request.answered/1", answered, case)
    stories.settle(world, chance)
    stories.agreed(world, case, (lyon, turin))
    (thing,) = stories.look(lyon, case, lambda m: m.things("request"))
    assert thing.status == "executed"
    stories.at_rest(world)
