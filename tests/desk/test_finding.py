from comity.desk import finding
from tests.desk.test_turns import CASE
from tests.world.world import OSLO, TURIN, Member, World


def test_matters_are_found_by_words_type_party_and_identifier_page_by_page(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    first = world.act(lyon, "case.opened/1", CASE).matter
    second = world.act(lyon, "case.opened/1", {**CASE, "title": "Fjord", "parties": [OSLO]}).matter
    noted = {"identifiers": [{"cls": "domain", "value": "fjord.example"}], "source": None}
    world.act(lyon, "identifiers.noted/1", noted, second)
    desk = world.desk(lyon)

    def found(**asked: object) -> list[str]:
        return [row.id for row in finding.find(desk, **asked).rows]  # type: ignore[arg-type]

    assert found(text="lantern") == [first]
    assert found(text="fjord.example") == [second]
    assert found(types=("case",)) == [second, first]
    assert found(types=("report",)) == []
    assert found(types=("case",), party=TURIN) == [first]
    page = finding.find(desk, types=("case",), limit=1)
    assert page.following is not None
    rest = finding.find(desk, types=("case",), limit=1, before=page.following)
    assert [row.id for row in rest.rows] == [first]
    assert rest.following is None
