import pytest
from pydantic import BaseModel, Field

from comity import errors
from comity.matters import subjects
from comity.records import kinds
from comity.web.forms import shapes
from tests.web import gallery

BY_NAME = shapes.flat(gallery.SHAPES)

# What only programs say, so that no form has to show it.
UNSHOWN = {"match.found/1"}


def test_every_sort_of_field_is_recognised() -> None:
    found = {name: shape.kind for name, shape in BY_NAME.items()}
    assert found == {
        "title": "text",
        "measure": "select",
        "addressees": "choices",
        "lead": "select",
        "seen_at": "instant",
        "limit_on": "date",
        "urgent": "check",
        "accounts": "lines",
        "grounds": "long",
        "copies": "number",
        "basis": "group",
        "basis.instrument": "text",
        "basis.article": "text",
        "exhibits": "groups",
        "exhibits.title": "text",
        "exhibits.taken_on": "date",
    }


def test_sealed_and_required_and_labels_come_from_the_model() -> None:
    assert {name for name, shape in BY_NAME.items() if shape.sealed} == {"accounts", "grounds"}
    assert BY_NAME["grounds"].required
    assert not BY_NAME["limit_on"].required
    assert BY_NAME["grounds"].label == "Grounds"
    assert BY_NAME["seen_at"].label == "Seen at"
    assert BY_NAME["basis"].hint == "What the measure rests on."


def test_every_kind_that_people_say_can_be_shown_as_a_form() -> None:
    unshown = set()
    for name, kind in subjects.REGISTRY.items():
        try:
            shapes.read(kinds.schema(kind.statement))
        except errors.Invalid:
            unshown.add(name)
    assert unshown == UNSHOWN


def test_a_page_may_give_lists_and_values() -> None:
    schema = kinds.schema(gallery.Hold)
    read = shapes.flat(
        shapes.read(schema, lists={"title": "titles", "accounts": "known"}, fixed={"copies": 3})
    )
    assert (read["title"].kind, read["title"].choices) == ("select", "titles")
    assert (read["accounts"].kind, read["accounts"].choices) == ("choices", "known")
    assert (read["copies"].kind, read["copies"].values) == ("fixed", (3,))


def test_values_have_labels_that_can_be_read() -> None:
    measure = BY_NAME["measure"]
    assert [measure.value_label(value) for value in measure.values] == [
        "Preserve",
        "Hand over",
        "Take down",
    ]


class Tree(BaseModel):
    """It holds itself."""

    children: tuple["Tree", ...] = ()


class Strange(BaseModel):
    """No field can hold this."""

    either: int | str = Field(default=1)


class Table(BaseModel):
    """Nor this."""

    counts: dict[str, int]


@pytest.mark.parametrize("model", [Tree, Strange, Table])
def test_what_no_form_can_show_is_said_to_the_programmer(model: type[BaseModel]) -> None:
    with pytest.raises(errors.Invalid, match=r"children|either|counts"):
        shapes.read(model.model_json_schema())
