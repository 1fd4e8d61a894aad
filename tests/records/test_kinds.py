"""Kinds as data: names, sealed fields, schemas."""

from typing import Annotated

import jsonschema_rs
import pytest
from pydantic import Field

from comity import errors
from comity.matters import subjects
from comity.records import kinds, sealed
from comity.records.sealed import Sealed


class Example(kinds.Statement):
    """An example."""

    who: str
    note: str = ""
    text: Sealed[Annotated[str, Field(min_length=1)]] = sealed.field("Text", "A hint.")
    more: Sealed[str | None] = sealed.field("More")
    whole: Sealed[list[str] | None] = sealed.field("Whole")
    parts: list[Sealed[int]] = Field([], max_length=3)
    rows: list[int] = Field([])


def kind(name: str) -> kinds.Kind:
    effect = kinds.Says(frozenset({"case"}))
    return kinds.Kind(name=name, statement=Example, effect=effect, title="Do", done="did")


@pytest.mark.parametrize("name", ["a.b/1", "note.made/1", "fork-vote.cast-in/99"])
def test_a_name_is_a_noun_a_participle_and_a_number(name: str) -> None:
    registry = kinds.Registry([kind(name)])
    assert list(registry) == [name]
    assert registry[name].subject == name.partition(".")[0]
    assert len(registry) == 1


@pytest.mark.parametrize(
    "name",
    ["", "note", "note.made", "note.made/0", "note.made/01", "note.made/100", "Note.made/1",
     "note.made/1\n", " note.made/1", "note..made/1", "note-.made/1", "note.ma_de/1",
     "nöte.made/1"],
)  # fmt: skip
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(errors.Invalid):
        kinds.Registry([kind(name)])


def test_a_kind_stands_once() -> None:
    with pytest.raises(errors.Invalid):
        kinds.Registry([kind("note.made/1"), kind("note.made/1")])


def test_a_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        subjects.REGISTRY["x.y/1"] = kind("x.y/1")  # type: ignore[index]


def test_sealed_fields_are_known_with_how_they_are_sealed() -> None:
    assert kinds.sealed_fields(Example) == {
        "text": False, "more": False, "whole": False, "parts": True,
    }  # fmt: skip
    assert kinds.takes_none(Example, "more")
    assert not kinds.takes_none(Example, "text")


def test_a_schema_is_what_an_officer_enters() -> None:
    made = kinds.schema(Example)
    assert made["required"] == ["who", "text"]
    assert made["properties"]["text"]["x-sealed"] is True
    assert made["properties"]["text"]["title"] == "Text"
    assert made["properties"]["text"]["description"] == "A hint."
    assert made["properties"]["parts"]["items"]["x-sealed"] is True
    assert made["additionalProperties"] is False


@pytest.mark.parametrize("name", subjects.REGISTRY)
def test_every_schema_is_json_schema(name: str) -> None:
    made = subjects.REGISTRY.schemas[name]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    jsonschema_rs.meta.validate(dialect | made)
    jsonschema_rs.Draft202012Validator(dialect | made)


def test_a_text_that_is_marked_for_translation_stays_as_it_is() -> None:
    assert kinds.N_("Note") == "Note"
