from datetime import date

import pytest

from comity import errors
from comity.interop import csv_rows

TABLE = """class,value,context,seen_on
domain,Shop[.]example,"a shop, closed",2026-03-01
nonsense,x,,
md5,xyz,,

email,a@b.example,=1+1,
"""


def test_good_rows_are_kept_and_bad_ones_have_their_line() -> None:
    read = csv_rows.read(TABLE, name="t.csv")
    assert [(row.place, row.identifier.value) for row in read.rows] == [
        ("line 2", "shop.example"),
        ("line 6", "a@b.example"),
    ]
    assert [(fault.place, fault.code) for fault in read.faults] == [
        ("line 3", "csv-class"),
        ("line 4", "identifier-bad-form"),
    ]
    assert "nonsense" in read.faults[0].reason
    assert read.rows[0].seen_on == date(2026, 3, 1)
    assert read.rows[0].context == "a shop, closed"


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)"])
def test_what_a_spreadsheet_would_calculate_is_data(formula: str) -> None:
    read = csv_rows.read(f"class,value,context\ndomain,a.example,{formula}\n", name="t")
    assert read.rows[0].context == formula


def test_columns_come_in_any_order_and_case_and_with_other_separators() -> None:
    for separator in ",;\t":
        table = f'Value{separator}"CLASS"\r\na.example{separator}domain\r\n'
        assert csv_rows.read(table, name="t").rows[0].identifier.value == "a.example"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("class,value,colour", "column 3: 'colour'"),
        ("class", "'value' is missing"),
        ("value,context", "'class' is missing"),
        ("class,value,value", "'value' stands twice"),
        ("class,value,", "column 3: ''"),
    ],
)
def test_a_wrong_column_is_named(header: str, named: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        csv_rows.read(f"{header}\n", name="t")
    assert refused.value.code == "csv-form"
    assert named in refused.value.message


def test_a_row_of_another_width_is_a_fault() -> None:
    read = csv_rows.read("class,value\ndomain\ndomain,a.example,x\ndomain,b.example\n", name="t")
    assert [(fault.place, fault.code) for fault in read.faults] == [
        ("line 2", "csv-cells"),
        ("line 3", "csv-cells"),
    ]
    assert len(read.rows) == 1


def test_a_quote_that_never_ends_is_refused_with_its_line() -> None:
    with pytest.raises(errors.Invalid, match="line 3"):
        csv_rows.read('class,value\ndomain,a.example\ndomain,"b.example\n', name="t")


def test_a_cell_of_unbounded_length_is_refused_with_its_line() -> None:
    with pytest.raises(errors.Invalid, match="line 2"):
        csv_rows.read(f"class,value\ndomain,{'a' * 200_000}\n", name="t")


def test_a_row_over_several_lines_is_placed_at_its_end() -> None:
    read = csv_rows.read('class,value,context\ndomain,a.example,"x\ny"\n', name="t")
    assert (read.rows[0].place, read.rows[0].context) == ("line 3", "x y")


def test_a_region_serves_telephone_numbers_without_country() -> None:
    table = "class,value\nphone,030 901820\n"
    assert csv_rows.read(table, name="t").faults[0].code == "identifier-bad-form"
    assert csv_rows.read(table, name="t", region="DE").rows[0].identifier.value == "+4930901820"


@pytest.mark.parametrize("line", ["class and value", "value", "", "notes\nclass,value"])
def test_a_text_without_the_header_is_no_table(line: str) -> None:
    assert not csv_rows.fits(line)
