"""What the JSON of answers looks like: everything that a shape promises, and nothing more."""

import dataclasses
import datetime
from typing import Any, get_type_hints

import pydantic
import pytest

from comity.api import shapes
from comity.desk import neighbours, reading
from tests.api.house import House
from tests.world.world import TURIN


def fits(said: Any, shape: Any) -> None:
    """`said` is a `shape`, in the whole and in its parts, and holds no member more."""
    made = pydantic.TypeAdapter(shape).validate_python(said, strict=True)
    assert made == said


@pytest.fixture(scope="module")
def view(house: House) -> reading.View:
    """A case of Lyon with Turin, as Turin sees it: with a request, and a note for others."""
    case = house.case("Night Bazaar", TURIN)
    program = house.program(house.lyon)
    asked = {
        "to": "it-turin",
        "measure": "preservation",
        "basis": "Budapest Convention, article 29",
        "ask": "Preserve the server.",
        "necessity": "The provider deletes soon.",
    }
    program.act("request.filed/1", asked, case)
    handling = {"tlp": "RED", "recipients": ["no-oslo"]}
    body = {"matter": case, "said": {"text": "Not for Turin."}, "handling": handling}
    assert program.post("/acts/note.made/1", body).status_code == 201
    house.world.settle()
    return reading.read(house.world.desk(house.turin), case)


def test_a_matter_is_told_as_its_shape_says(view: reading.View) -> None:
    (thing,) = view.things
    following = {None: ["note.made/1"], thing.id: ["request.answered/1"]}
    said = shapes.matter(view, following)
    fits(said, shapes.Matter)
    assert set(said) == set(get_type_hints(shapes.Matter))
    assert said["next"] == ["note.made/1"]
    assert said["things"][0]["next"] == ["request.answered/1"]
    assert said["conflicts"] == []


def test_what_is_in_conflict_is_listed(view: reading.View) -> None:
    (thing,) = view.things
    torn = thing._replace(status="conflict")
    said = shapes.matter(dataclasses.replace(view, things=(torn,)), {})
    assert said["conflicts"] == [thing.id]
    assert said["things"][0]["next"] == []


def test_lines_are_told_as_their_shape_says_and_what_is_withheld_says_so(
    view: reading.View,
) -> None:
    lines = [shapes.line(one) for one in view.timeline]
    for one in lines:
        fits(one, shapes.Line)
    assert [one["said"] for one in lines if one["kind"] == "note.made/1"] == [
        {"text": {"withheld": True}}
    ]
    (request,) = [one for one in lines if one["kind"] == "request.filed/1"]
    assert request["said"] == {
        "to": "it-turin",
        "measure": "preservation",
        "basis": "Budapest Convention, article 29",
        "due_on": None,
        "ask": "Preserve the server.",
        "necessity": "The provider deletes soon.",
    }


def test_a_kind_that_is_not_known_here_says_nothing(view: reading.View) -> None:
    said = shapes.line(dataclasses.replace(view.timeline[0], kind=None, said=None))
    fits(said, shapes.Line)
    assert said["said"] is None


def test_rows_officers_and_peers_are_told_as_their_shapes_say(
    house: House, view: reading.View
) -> None:
    fits(shapes.row(view.row), shapes.Row)
    officer = shapes.officer(house.lyon.people["officer"])
    fits(officer, shapes.Officer)
    assert "preferences" not in officer
    for one in neighbours.peers(house.world.desk(house.lyon, "operator")):
        fits(shapes.peer(one), shapes.Peer)


def test_an_instant_is_told_in_utc_to_the_millisecond() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    moment = datetime.datetime(2026, 11, 24, 11, 0, 0, 123_456, tzinfo=zone)
    assert shapes.instant(moment) == "2026-11-24T09:00:00.123Z"
    assert shapes.instant(None) is None


@pytest.mark.parametrize("shape", [shapes.Matter, shapes.Rows, shapes.Lines, shapes.Preview])
def test_the_schema_of_a_shape_names_every_member_and_wants_it(shape: Any) -> None:
    schema = shapes.schema(shape)
    assert set(schema["properties"]) == set(get_type_hints(shape)) == set(schema["required"])
