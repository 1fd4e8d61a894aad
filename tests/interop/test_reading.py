import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.interop import found, reading
from comity.matching import identifiers
from tests.interop import demo

Key = tuple[identifiers.IdentifierClass, str]


def keys(name: str) -> set[Key]:
    read = reading.read(demo.data(name), name=name)
    assert read.faults == ()
    return {(row.identifier.cls, row.identifier.value) for row in read.rows}


def test_the_demonstration_members_share_what_is_written_beside_the_data() -> None:
    sites = keys("member-a.misp-galaxy.json")
    others = keys("member-a.csv")
    theirs = keys("member-b.misp-event.json")
    onion = identifiers.IdentifierClass.ONION
    assert len(sites) == 300
    assert {cls for cls, _ in sites} == {onion}
    assert sum(cls is onion for cls, _ in theirs) == 250
    assert len(sites & theirs) == 17
    assert len((sites | others) & theirs) == 25
    assert sites.isdisjoint(others)


@pytest.mark.parametrize(
    ("name", "source_format"),
    [
        ("member-a.misp-galaxy.json", "misp-galaxy"),
        ("member-b.misp-event.json", "misp-event"),
        ("member-a.csv", "csv"),
        ("SOURCES.md", "text"),
    ],
)
def test_the_format_is_known_by_what_is_in_the_file(name: str, source_format: str) -> None:
    read = reading.read(demo.data(name), name="upload")
    assert read.source_format == source_format


def refusal(data: bytes, name: str = "f", **limits: int) -> errors.Invalid:
    with pytest.raises(errors.Invalid) as refused:
        reading.read(data, name=name, **limits)
    return refused.value


def test_json_that_is_none_is_refused_with_line_and_column() -> None:
    refused = refusal(b'{"Event": {\n  "info": }}')
    assert refused.code == "json-syntax"
    assert "line 2 column 11" in refused.message
    assert refused.next_step


def test_a_key_that_stands_twice_is_refused_by_name() -> None:
    refused = refusal(b'{"Event": {"info": "a", "info": "b"}}')
    assert refused.code == "json-duplicate-key"
    assert "'info'" in refused.message


def test_json_of_another_kind_says_what_would_do() -> None:
    refused = refusal(b'{"hello": 1}')
    assert refused.code == "import-unknown-format"
    assert "STIX" in refused.next_step


def test_bytes_that_are_no_text_are_refused_with_line_and_column() -> None:
    assert "line 2 column 3: not UTF-8" in refusal(b"ab\ncd\xff").message
    assert "line 1 column 3: a zero character" in refusal(b"ab\0").message
    assert refusal("class,value".encode("utf-16")).code == "import-not-text"


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data).code == "import-empty"


def test_a_large_file_is_refused_with_both_numbers() -> None:
    refused = refusal(b"x" * 101, size_max=100)
    assert refused.code == "import-too-large"
    assert "101" in refused.message
    assert "100" in refused.message
    assert refusal(b"x" * 101, text_size_max=100).code == "import-too-large"
    assert refusal(b'{"a": 1}' + b" " * 100, size_max=100).code == "import-too-large"


def test_deep_json_is_refused() -> None:
    assert refusal(b"[" * 100 + b"]" * 100).code == "json-too-deep"
    assert refusal(b"[" * 100_000).code == "json-too-deep"


def test_the_mark_of_a_spreadsheet_does_no_harm() -> None:
    table = "\ufeffclass,value\ndomain,a.example\n".encode()
    assert len(reading.read(table, name="t.csv").rows) == 1
    event = b'\xef\xbb\xbf{"Event": {"Attribute": []}}'
    assert reading.read(event, name="e.json").source_format == "misp-event"


def test_the_name_settles_what_the_content_leaves_open() -> None:
    assert reading.read(b"[1] see shop.example", name="note.txt").source_format == "text"
    assert refusal(b"shop.example", name="table.csv").code == "csv-form"
    assert refusal(b"shop.example", name="event.json").code == "json-syntax"


def test_a_region_reaches_the_rows() -> None:
    table = b"class,value\nphone,030 901820\n"
    assert reading.read(table, name="t", region="DE").rows[0].identifier.value == "+4930901820"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Event", "Attribute", "Object", "response", "type", "value", "values", "name",
                 "uuid", "id", "objects", "pattern", "hashes", "meta", "links", "object_refs",
                 "last_seen", "comment", "deleted", "ShadowAttribute", "info"]
            ),
            inner | st.sampled_from(
                ["domain", "url", "domain|ip", "indicator", "bundle", "observed-data", "a.example",
                 "bundle--00000000-0000-4000-8000-000000000001", "[a:b = 'c']"]
            ),
            max_size=5,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_json_of_any_shape_is_read_or_refused(value: object) -> None:
    read_or_refused(json.dumps(value).encode(), "f.json")


@given(st.binary(max_size=300), st.sampled_from(["f", "f.csv", "f.json", "f.txt"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    read_or_refused(data, name)


@given(st.text(alphabet='class,value\n\r;\t"=x.', max_size=60))
def test_any_table_is_read_or_refused(tail: str) -> None:
    read_or_refused(f"class,value\n{tail}".encode(), "f.csv")


def read_or_refused(data: bytes, name: str) -> None:
    read: found.Found | None = None
    next_step = ""
    try:
        read = reading.read(data, name=name)
    except errors.Invalid as refused:
        next_step = refused.next_step
    if read is None:
        assert next_step
        return
    assert all(row.place and row.identifier.value for row in read.rows)
    assert all(fault.place and fault.code and fault.reason for fault in read.faults)
