from comity.desk import board
from tests.desk.test_turns import CASE, REQUEST
from tests.world.world import Member, World


def test_what_waits_is_remembered_until_the_matter_has_another_record(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", CASE).matter
    known = board.Board(lyon.tools)
    row = lyon.tools.store.matter(case)
    assert row is not None
    assert known.of_row(row) == ()
    world.act(lyon, "request.filed/1", REQUEST, case)
    grown = lyon.tools.store.matter(case)
    assert grown is not None
    found = known.of_row(grown)
    assert len(found) == 1
    assert known.of_row(grown) is found
    with lyon.tools.cabinet.holding(case) as folder:
        assert known.of(folder) is found
