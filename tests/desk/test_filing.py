from comity.desk import filing, performing
from tests.desk.test_turns import CASE
from tests.world.world import Member, World


def test_a_report_waits_for_triage_from_its_first_moment(world: World, three: list[Member]) -> None:
    act = performing.Act(kind="report.filed/1", said={"title": "A tip", "account": None})
    done = filing.begin(world.desk(three[0]), act)
    with three[0].tools.cabinet.holding(done.matter) as folder:
        assert [view.status for view in folder.matter.things("triage")] == ["waiting"]


def test_a_case_is_begun_and_nothing_else(world: World, three: list[Member]) -> None:
    done = filing.begin(world.desk(three[0]), performing.Act(kind="case.opened/1", said=CASE))
    with three[0].tools.cabinet.holding(done.matter) as folder:
        assert len(folder.matter) == 1
