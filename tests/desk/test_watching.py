import queue

from comity.desk import reading, watching
from tests.desk.test_turns import CASE
from tests.world.world import Member, World


def test_each_commit_tells_which_matters_it_was_about(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    world.settle()
    told: queue.Queue[str] = queue.Queue()
    watch = watching.Watch(turin.tools, told.put)
    case = world.act(lyon, "case.opened/1", CASE).matter
    world.settle()
    assert told.get(timeout=5) == case
    watch.close()


def test_what_the_account_of_access_holds_is_told_to_nobody(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", CASE).matter
    told: queue.Queue[str] = queue.Queue()
    watch = watching.Watch(lyon.tools, told.put)
    reading.read(world.desk(lyon), case)
    world.act(lyon, "note.made/1", {"text": "x"}, case)
    assert told.get(timeout=5) == case
    watch.close()
    assert told.empty()
