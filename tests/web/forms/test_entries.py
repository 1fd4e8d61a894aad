from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.datastructures import FormData

from comity.web import i18n
from comity.web.forms import entries, filling, shapes
from tests.web import gallery

READER = i18n.Reader("en", "Europe/Amsterdam")
NAMES = [*shapes.flat(gallery.SHAPES), "seen_at@zone", "exhibits.0.title", "exhibits.0.taken_on"]

# What officers type: no control signs, and no space around, which forms take away.
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30
).map(str.strip)
LINE = WORDS.filter(bool)
ZONES = st.sampled_from(("Europe/Amsterdam", "America/St_Johns", "Asia/Amman", "UTC"))
INSTANTS = st.integers(631_152_000, 2_114_380_800).map(lambda n: datetime.fromtimestamp(n, UTC))
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
VALUES = st.fixed_dictionaries(
    {
        "title": LINE,
        "measure": st.sampled_from(("preserve", "hand-over", "take_down")),
        "addressees": st.lists(st.sampled_from(("fi-krp", "it-postale")), min_size=1, unique=True),
        "lead": st.just("jo-psd"),
        "seen_at": INSTANTS.map(datetime.isoformat),
        "urgent": st.booleans(),
        "accounts": st.lists(LINE, min_size=1, max_size=4),
        "grounds": st.lists(LINE, min_size=1, max_size=3).map("\n".join),
        "copies": st.integers(-(10**15), 10**15),
        "basis": st.fixed_dictionaries({"instrument": LINE}, optional={"article": LINE}),
    },
    optional={
        "limit_on": DAYS,
        "exhibits": st.lists(
            st.fixed_dictionaries({"title": LINE}, optional={"taken_on": DAYS}),
            min_size=1,
            max_size=3,
        ),
    },
)


def same_instants(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"seen_at": datetime.fromisoformat(values["seen_at"]).astimezone(UTC)}


@given(VALUES, ZONES)
def test_what_a_form_is_filled_with_comes_back(values: dict[str, Any], zone: str) -> None:
    reader = i18n.Reader("en", zone)
    form = filling.fill(gallery.SHAPES, values, reader)
    entered = entries.parse(gallery.SHAPES, form, reader)
    assert not entered.mistakes
    assert same_instants(entered.values) == same_instants(values)


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=20), st.text(max_size=40))))
def test_no_form_breaks_the_reading(sent: list[tuple[str, str]]) -> None:
    entered = entries.parse(gallery.SHAPES, FormData(sent), READER)
    assert entered.mistakes or entered.values
    assert all(isinstance(sentence, str) and sentence for sentence in entered.mistakes.values())


def read(model: type[BaseModel], **sent: str) -> entries.Entered:
    return entries.parse(shapes.read(model.model_json_schema()), FormData(sent), READER)


class Times(BaseModel):
    """One of each time."""

    at: datetime
    on: date | None = None


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-03-05T14:05", "Europe/Amsterdam", "2026-03-05T14:05:00+01:00"),
        ("2026-07-05 14:05:09", "Europe/Amsterdam", "2026-07-05T14:05:09+02:00"),
        ("2026-03-05T14:05", "UTC", "2026-03-05T14:05:00+00:00"),
    ],
)
def test_a_time_is_read_in_the_zone_it_is_told_in(local: str, zone: str, expected: str) -> None:
    assert read(Times, at=local, **{"at@zone": zone}).values == {"at": expected}


@pytest.mark.parametrize(
    ("local", "zone", "said"),
    [
        ("2026-03-29T02:30", "Europe/Amsterdam", "clocks go forward"),
        ("2026-10-25T02:30", "Europe/Amsterdam", "twice"),
        ("2026-02-30T10:00", "UTC", "that exist"),
        ("tomorrow", "UTC", "that exist"),
        ("2026-03-05T14:05Z", "UTC", "that exist"),
        ("0001-01-01T00:00", "Asia/Amman", "that exist"),
        ("2026-03-05T14:05", "Mars/Olympus", "time zone"),
        ("2026-03-05T14:05", "", "time zone"),
        ("", "UTC", "Fill this in"),
    ],
)
def test_a_time_that_is_not_one_instant_is_asked_for_again(
    local: str, zone: str, said: str
) -> None:
    assert said in read(Times, at=local, **{"at@zone": zone}).mistakes["at"]


def test_a_day_that_does_not_exist_is_asked_for_again() -> None:
    sent = {"at": "2026-03-05T14:05", "at@zone": "UTC", "on": "2026-02-29"}
    assert "a day that exists" in read(Times, **sent).mistakes["on"]


class Numbers(BaseModel):
    """One of each number."""

    whole: int
    broken: float = 0.0
    several: tuple[int, ...] = ()


@pytest.mark.parametrize("given", ["1.5", "1,000", "1 000", "١٢", "1e3", "0x10", "∞", "one"])
def test_a_whole_number_is_digits(given: str) -> None:
    assert "whole number" in read(Numbers, whole=given).mistakes["whole"]


@pytest.mark.parametrize("given", ["1,5", "1,000", "NaN", "inf", "1.", ".5", "1e3"])
def test_a_decimal_has_a_point_and_nothing_that_could_mean_two_things(given: str) -> None:
    assert "point before decimals" in read(Numbers, whole="1", broken=given).mistakes["broken"]


def test_numbers_are_read() -> None:
    entered = read(Numbers, whole="-12", broken="+1.50", several="1\n\n 2 \r\n3")
    assert entered.values == {"whole": -12, "broken": 1.5, "several": [1, 2, 3]}


class Defaults(BaseModel):
    """Fields that have something in them from the start."""

    name: str | None = "unnamed"
    tags: tuple[str, ...] = ("new",)
    note: str = "none"
    flag: bool | None = None


def test_a_field_that_was_emptied_on_purpose_does_not_take_its_default() -> None:
    assert read(Defaults, name="", tags="").values == {"name": None, "tags": []}


def test_yes_no_and_neither_are_three_answers() -> None:
    assert read(Defaults, flag="true").values["flag"] is True
    assert read(Defaults, flag="false").values["flag"] is False
    assert "flag" not in read(Defaults).values


def test_control_signs_are_not_taken() -> None:
    assert "cannot be shown" in read(Defaults, name="a\x00b").mistakes["name"]
    assert "cannot be shown" in read(Defaults, tags="a\x9bb").mistakes["tags"]


def test_empty_places_of_a_repeated_group_are_left_out() -> None:
    sent = FormData(
        {"exhibits.0.title": " ", "exhibits.2.title": "disk", "exhibits.5.taken_on": "2026-01-02"}
    )
    entered = entries.parse(gallery.SHAPES, sent, READER)
    assert entered.values["exhibits"] == [{"title": "disk"}, {"taken_on": "2026-01-02"}]
    assert "exhibits.5.title" in entered.mistakes
    assert "exhibits.0.title" not in entered.mistakes


def test_a_form_cannot_have_more_places_than_are_drawn() -> None:
    sent = FormData({f"exhibits.{row}.title": "x" for row in (1, 99, 100, 12345678901)})
    assert entries.rows(sent, "exhibits") == [1, 99]
