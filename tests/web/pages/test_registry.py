import pytest

from comity.web.pages import registry
from tests.web.conftest import Visit
from tests.web.pages.story import Story
from tests.world.world import OSLO, TURIN


@pytest.fixture
def three_cases(either_story: Story) -> list[str]:
    story = either_story
    return [
        story.case("Operation Lantern"),
        story.case("Operation Fjord", parties=[OSLO]),
        story.case("Quiet harbour", parties=[TURIN]),
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Quiet harbour", "Operation Fjord", "Operation Lantern"]),
        ("?text=operation", ["Operation Fjord", "Operation Lantern"]),
        (f"?party={OSLO}", ["Operation Fjord"]),
        ("?type=report", []),
        ("?status=closed", []),
        ("?status=nonsense&type=nonsense&party=%3Cscript%3E", None),
    ],
)
def test_the_registry_shows_what_is_asked_for(
    either_story: Story, visit: Visit, three_cases: list[str], query: str, titles: list[str] | None
) -> None:
    page = visit(either_story.lyon).get("/matters" + query)
    assert page.status_code == 200
    known = ["Operation Lantern", "Operation Fjord", "Quiet harbour"]
    shown = sorted((one for one in known if one in page.text), key=page.text.index)
    assert shown == (titles if titles is not None else shown)
    assert "<script>" not in page.text


def test_an_identifier_is_found_however_it_is_written(
    either_story: Story, visit: Visit, three_cases: list[str]
) -> None:
    either_story.identifiers(either_story.lyon, three_cases[1], ["fjord-market.example.org"])  # type: ignore[arg-type]
    page = visit(either_story.lyon).get("/matters?text=FJORD-Market%5B.%5Dexample.org").text
    assert "Operation Fjord" in page
    assert "Quiet harbour" not in page


def test_pages_follow_each_other(either_story: Story, visit: Visit, three_cases: list[str]) -> None:
    client = visit(either_story.lyon, page_rows=2)
    first = client.get("/matters").text
    assert first.count('scope="row"') == 2
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = client.get(following.replace("&amp;", "&")).text
    assert second.count('scope="row"') == 1
    assert "Operation Lantern" in second
    assert client.get("/matters?after=%00%00").status_code == 404


def test_words_are_looked_for_as_they_are() -> None:
    assert registry.wanted("two words") == "two words"
    assert registry.wanted("") == ""
    assert registry.wanted("hxxp://Lantern[.]example.com/a") == "http://lantern.example.com/a"
