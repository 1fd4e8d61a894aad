import pytest
from starlette.datastructures import FormData

from comity.web import asking
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post


def test_everything_that_was_entered_is_carried_to_the_next_page() -> None:
    form = FormData(
        [
            ("form_token", "t"),
            ("step", "look"),
            ("ticket", "x"),
            ("parties", "it-turin"),
            ("parties", "no-oslo"),
            ("title", "A & B"),
        ]
    )
    assert asking.carried(form) == [
        ("parties", "it-turin"),
        ("parties", "no-oslo"),
        ("title", "A & B"),
    ]


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"title": "ab", "priority": "routine"}, "f-title"),
        ({"title": "Fjord", "priority": "whenever"}, "f-priority"),
        ({"title": " \t ", "priority": "routine"}, "f-title"),
        ({"title": "Fjord", "priority": "routine", "summary": "x" * 10_001}, "f-summary"),
        ({"title": "Fjord", "priority": "routine", "parties": "NOT AN ID"}, "f-parties"),
    ],
)
def test_each_mistake_is_told_at_its_field(
    story: Story, visit: Visit, entries: dict[str, str], field: str
) -> None:
    page = post(visit(story.lyon), "/new/case.opened/1", {**entries, "step": "look"})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text


def test_space_around_what_is_entered_is_taken_away(story: Story, visit: Visit) -> None:
    entries = {"title": "  Fjord  ", "priority": "routine", "step": "look"}
    page = post(visit(story.lyon), "/new/case.opened/1", entries)
    assert ">Fjord<" in page.text
