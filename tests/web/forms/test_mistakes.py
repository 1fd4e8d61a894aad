from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from comity.records import kinds
from comity.web import i18n
from comity.web.forms import mistakes, shapes
from tests.web import gallery

READER = i18n.Reader("en", "UTC")


def told(model: type[BaseModel], values: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    read = shapes.read(
        kinds.schema(model) if issubclass(model, kinds.Statement) else model.model_json_schema()
    )
    return mistakes.of(caught.value, read, READER)


def test_each_mistake_stands_beside_its_field() -> None:
    found = told(
        gallery.Hold,
        {
            "title": "x" * 81,
            "measure": "burn",
            "addressees": [],
            "lead": "fi-krp",
            "seen_at": "2026-03-05T14:05:00Z",
            "grounds": "y" * 4_001,
            "copies": 0,
            "basis": {},
            "exhibits": [{"title": "disk"}, {"title": "tape", "taken_on": "never"}],
        },
    )
    assert found["title"] == "This is too long: at most 80 characters."
    assert found["measure"] == "Choose one of the entries of the list."
    assert found["addressees"] == "Give at least 1."
    assert found["grounds"] == "This is too long: at most 4000 characters."
    assert found["copies"] == "This must be at least 1."
    assert found["basis.instrument"] == "Fill this in."
    assert found["exhibits.1.taken_on"].startswith("This is not accepted here: ")
    assert len(found) == 7


class Lines(BaseModel):
    """A list whose entries have a form."""

    names: tuple[Annotated[str, Field(pattern="^[a-z]+$")], ...]


def test_a_mistake_in_a_list_says_in_which_line() -> None:
    found = told(Lines, {"names": ["ab", "C"]})
    assert found == {"names": "Line 2: This does not have the form that is asked for."}


class Judged(BaseModel):
    """A model with a word of its own."""

    name: str

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        raise ValueError("this name is taken")


def test_a_models_own_words_are_passed_on() -> None:
    assert told(Judged, {"name": "x"}) == {"name": "This is not accepted here: this name is taken"}


def test_what_belongs_to_no_field_stands_at_the_head() -> None:
    assert "" in told(Judged, ["not", "an", "object"])
