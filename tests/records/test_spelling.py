"""In signed bytes a field has one form, whatever an officer may type."""

import datetime
from typing import Any

import pytest
from pydantic import Field

from comity import errors
from comity.records import kinds, record, sealed, spelling
from comity.records.sealed import Sealed


class Row(kinds.Statement):
    """A row."""

    number: int = 0
    label: str = ""


class Example(kinds.Statement):
    """One field of each form."""

    number: int = 0
    flag: bool = False
    day: datetime.date | None = None
    names: list[str] = Field([])
    rows: list[Row] = Field([])
    counts: dict[str, int] = Field({})
    text: Sealed[str | None] = sealed.field("Text")


KIND = kinds.Kind(
    name="example.given/1", statement=Example, effect=kinds.Says(frozenset({"case"})),
    title="Give", done="gave",
)  # fmt: skip


def checked(said: dict[str, Any]) -> None:
    spelling.check(KIND, record.statement(KIND, said, ()), said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"number": 3, "flag": True, "day": "2026-01-05", "names": ["a "], "counts": {"a": 1}},
        {"rows": [{"number": 1}, {"label": "x"}, {}], "day": None},
        {"_sd": ["A" * 43]},
    ],
)
def test_what_we_write_is_well_spelled(said: dict[str, Any]) -> None:
    checked(said)


@pytest.mark.parametrize(
    "said",
    [
        {"number": "3"},
        {"number": 3.0},
        {"number": True},
        {"flag": 1},
        {"flag": "yes"},
        {"day": 0},
        {"day": "2026-01-05T00:00:00"},
        {"day": 1767571200},
        {"rows": [{"number": "1"}]},
        {"counts": {"a": "1"}},
        {"counts": {"a": 1.0}},
    ],
)
def test_another_spelling_of_the_same_value_is_a_fault(said: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid, match="is not written in its one form"):
        checked(said)


def test_what_an_officer_enters_is_tidied() -> None:
    entered = {"a": " x\n", "b": [" y ", {"c": "\tz"}], "d": 5, "e": (" t ",), "f": None}
    assert spelling.tidied(entered) == {
        "a": "x", "b": ["y", {"c": "z"}], "d": 5, "e": ["t"], "f": None,
    }  # fmt: skip
