from typing import Any

import pytest

from comity.matters import subjects
from comity.records import kinds, sealed
from comity.records.sealed import Sealed
from comity.web import i18n, telling

READER = i18n.Reader("en", "UTC")


def tell(kind: str, said: dict[str, Any], digests: int = 0) -> dict[str, telling.Told]:
    known = subjects.REGISTRY[kind]
    made = known.statement.model_validate(said)
    return {one.label: one for one in telling.tell(known, made, READER, digests=digests)}


def test_fields_are_told_with_their_labels_and_sealed_ones_marked() -> None:
    told = tell(
        "request.filed/1",
        {
            "to": "it-turin",
            "measure": "content-data",
            "basis": "Article 29",
            "due_on": "2026-12-01",
            "ask": "The mails.",
            "necessity": "x" * 401,
        },
        2,
    )
    assert told["Addressee"].sort == "authority"
    assert (told["Measure"].value, told["Measure"].sealed) == ("Content data", False)
    assert told["Answer wanted by"].sort == "date"
    assert (told["What is asked"].value, told["What is asked"].sealed) == ("The mails.", True)
    assert told["Why it is needed"].sort == "long"


def test_withheld_is_never_told_as_empty_and_left_out_is_not_told() -> None:
    opened = {"title": Sealed("Lantern"), "priority": "routine"}
    assert "Summary" not in tell("case.opened/1", opened, digests=1)
    assert tell("case.opened/1", opened, digests=2)["Summary"].sort == "withheld"
    nothing = {"priority": "routine"}
    assert tell("case.opened/1", nothing, digests=2)["Title"].sort == "withheld"
    assert tell("case.opened/1", nothing, digests=2)["Summary"].sort == "withheld"


def test_elements_of_a_list_are_withheld_one_by_one() -> None:
    shown = {"cls": "onion", "value": "abc.onion", "context": "forum"}
    said = {"identifiers": [shown, Sealed(digest="x", withheld=True)]}
    told = tell("identifiers.noted/1", said)["Identifiers"]
    assert [part.sort for part in told.parts] == ["parts", "withheld"]
    first = [(part.label, part.value) for part in told.parts[0].parts]
    assert first == [("", "Onion address"), ("", "abc.onion"), ("Context", "forum")]


def test_keys_and_pieces_are_never_told() -> None:
    said = {
        "exhibit": "a" * 64,
        "to": "it-turin",
        "purpose": "analysis",
        "pieces": ["b" * 64],
        "key": "c" * 64,
    }
    told = tell("exhibit.offered/1", said, 1)
    assert set(told) == {"Exhibit", "Taker", "Purpose"}
    assert told["Exhibit"].sort == "record"


def test_counts_by_class_are_told_by_the_names_of_the_classes() -> None:
    told = tell("match.found/1", {"match": "a" * 64, "classes": {"btc": 2}})
    assert [(p.label, p.value) for p in told["Common identifiers"].parts] == [
        ("Bitcoin address", "2")
    ]


def test_the_gist_is_the_first_choice_that_was_made() -> None:
    kind = subjects.REGISTRY["request.filed/1"]
    said = kind.statement.model_validate(
        {"to": "it-turin", "measure": "search", "basis": "x", "ask": "y", "necessity": "z"}
    )
    assert telling.gist(kind, said, READER) == "Search"
    assert telling.gist(subjects.REGISTRY["note.made/1"], None, READER) == ""


@pytest.mark.parametrize("kind", subjects.REGISTRY.values(), ids=lambda kind: kind.name)
def test_every_kind_can_be_told_with_everything_withheld(kind: kinds.Kind) -> None:
    said = kind.statement.model_construct(
        **{
            name: sealed.WITHHELD if not by_element else []
            for name, by_element in kinds.sealed_fields(kind.statement).items()
        }
    )
    names = set(kinds.sealed_fields(kind.statement))
    for name in type(said).model_fields:
        if name not in names:
            object.__setattr__(said, name, None)
    told = telling.tell(kind, said, READER, digests=9)
    assert {one.sort for one in told} <= {"withheld", "held"}
