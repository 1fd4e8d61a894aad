from datetime import date

import pytest

from comity.interop import found
from comity.matching.identifiers import IdentifierClass


@pytest.fixture
def harvest() -> found.Harvest:
    return found.Harvest(title="t", source_format="f")


def test_a_good_value_is_a_row_and_a_bad_one_a_fault(harvest: found.Harvest) -> None:
    harvest.take("line 1", IdentifierClass.DOMAIN, "Shop[.]example", context=" a\n b ")
    harvest.take("line 2", IdentifierClass.DOMAIN, "not a name")
    whole = harvest.found()
    [row], [fault] = whole.rows, whole.faults
    assert (row.place, row.identifier.value, row.context) == ("line 1", "shop.example", "a b")
    assert (fault.place, fault.code) == ("line 2", "identifier-bad-form")
    assert "not a name" in fault.reason


def test_a_url_brings_its_host(harvest: found.Harvest) -> None:
    harvest.take("x", IdentifierClass.URL, "http://shop.example/a", seen_on=date(2026, 3, 1))
    assert [(r.identifier.cls, r.identifier.value, r.seen_on) for r in harvest.rows] == [
        (IdentifierClass.URL, "http://shop.example/a", date(2026, 3, 1)),
        (IdentifierClass.DOMAIN, "shop.example", date(2026, 3, 1)),
    ]


def test_a_url_on_a_shared_host_comes_alone(harvest: found.Harvest) -> None:
    harvest.take("x", IdentifierClass.URL, "https://t.me/alice_1")
    assert [row.identifier.cls for row in harvest.rows] == [IdentifierClass.URL]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01T10:00:00.000000+00:00", date(2026, 3, 1)),
        (None, None),
        ("", None),
    ],
)
def test_a_date_is_the_beginning_of_its_text(
    harvest: found.Harvest, value: object, expected: date | None
) -> None:
    assert harvest.date("x", value) == expected
    assert harvest.faults == []


@pytest.mark.parametrize("value", ["yesterday", 1456789, {"a": 1}, "2026-13-01"])
def test_what_is_no_date_is_a_fault_and_no_date(harvest: found.Harvest, value: object) -> None:
    assert harvest.date("Event", value) is None
    assert harvest.faults[0].code == "bad-date"
    assert harvest.faults[0].place == "Event"


def test_a_context_is_one_line_of_bounded_length() -> None:
    assert found.shortened("  a\t b\n") == "a b"
    assert found.shortened("  ") is None
    assert found.shortened(None) is None
    assert len(found.shortened("x" * 999) or "") == found.CONTEXT_MAX
