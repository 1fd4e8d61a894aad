"""One text, one meaning: everything that is refused, and that all else is read as it stands."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.records import strict_json

REFUSED = [
    # code, text
    ("json-duplicate-key", b'{"a":1,"a":1}'),
    ("json-duplicate-key", b'{"a":{"b":1,"c":2,"b":3}}'),
    ("json-duplicate-key", rb'{"a":1,"\u0061":2}'),
    ("json-not-finite", b"NaN"),
    ("json-not-finite", b"[Infinity]"),
    ("json-not-finite", b'{"a":-Infinity}'),
    ("json-not-finite", b"1e400"),
    ("json-not-finite", b"-1e400"),
    ("json-integer-range", b"9007199254740993"),
    ("json-integer-range", b"-9007199254740993"),
    ("json-integer-range", b"[1" + b"0" * 5000 + b"]"),
    ("json-lone-surrogate", rb'"\ud800"'),
    ("json-lone-surrogate", rb'"\udc00\ud800"'),
    ("json-lone-surrogate", rb'{"\ud83d":1}'),
    ("json-lone-surrogate", rb'{"a":[{"b":"x\uDFFF"}]}'),
    ("json-null-character", rb'"a\u0000b"'),
    ("json-null-character", rb'{"\u0000":1}'),
    ("json-not-utf8", b'"\xff"'),
    ("json-not-utf8", b'"\xed\xa0\x80"'),
    ("json-not-utf8", b'"\xc0\x80"'),
    ("json-not-utf8", b'\xff\xfe"\x00a\x00"\x00'),
    ("json-syntax", b"\xef\xbb\xbf{}"),
    ("json-syntax", b""),
    ("json-syntax", b"   "),
    ("json-syntax", b"{} {}"),
    ("json-syntax", b"{}x"),
    ("json-syntax", b"{'a':1}"),
    ("json-syntax", b'{"a":1,}'),
    ("json-syntax", b"[1,]"),
    ("json-syntax", b"[,]"),
    ("json-syntax", b"{1:2}"),
    ("json-syntax", b'{"a" 1}'),
    ("json-syntax", b"// note\n{}"),
    ("json-syntax", b'"tab\there"'),
    ("json-syntax", b'"line\nbreak"'),
    ("json-syntax", b'"\x00"'),
    ("json-syntax", rb'"\x41"'),
    ("json-syntax", rb'"\u12"'),
    ("json-syntax", b'"open'),
    ("json-syntax", b"+1"),
    ("json-syntax", b".5"),
    ("json-syntax", b"5."),
    ("json-syntax", b"0x10"),
    ("json-syntax", b"nil"),
    ("json-syntax", b"True"),
    ("json-too-deep", b"[" * 33 + b"]" * 33),
    ("json-too-deep", b'{"a":' * 33 + b"1" + b"}" * 33),
    ("json-too-deep", b"[" * 60_000),
    ("json-too-large", b'"' + b"a" * 65_535 + b'"'),
]


@pytest.mark.parametrize(("code", "text"), REFUSED, ids=lambda one: str(one[:40]))
def test_what_leaves_a_choice_to_the_reader_is_refused(code: str, text: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        strict_json.loads(text)
    assert refused.value.code == code
    assert refused.value.message
    assert len(refused.value.message) < 200
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740992", 2**53),
        (b"-9007199254740992", -(2**53)),
        (b"-0", 0),
        (b"1e2", 100.0),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\\u0000"', r"\u0000"),
        (b' \t\r\n{ "a" : [ ] }\n', {"a": []}),
        (b"[" * 32 + b"]" * 32, None),
        (b'"' + b"a" * 65_534 + b'"', "a" * 65_534),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 38),
        (rb'["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', ['"' + "[" * 37]),
        (b"null", None),
    ],
)
def test_what_is_at_the_limit_is_read(text: bytes, value: Any) -> None:
    read = strict_json.loads(text)
    if value is not None:
        assert read == value
        assert type(read) is type(value)


def test_the_bounds_can_be_set() -> None:
    assert strict_json.loads(b'{"a":[1]}', depth_max=2, size_max=9) == {"a": [1]}
    for bounds in ({"depth_max": 1}, {"size_max": 8}):
        with pytest.raises(errors.Invalid):
            strict_json.loads(b'{"a":[1]}', **bounds)


def test_a_fault_is_named_by_line_and_column() -> None:
    with pytest.raises(errors.Invalid, match="line 2 column 7"):
        strict_json.loads(b'{"a": 1,\n "b": oops}')


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=40,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    written = strict_json.dumps(value)
    read = strict_json.loads(written)
    assert read == value
    assert strict_json.dumps(read) == written


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_it_reads_what_the_standard_library_reads(
    value: Any, ascii_only: bool, indent: Any
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert strict_json.loads(text) == json.loads(text)


@given(st.binary(max_size=60) | st.text('{}[]",:\\u0d8e+-.1nulltrefas ').map(str.encode))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(data: bytes) -> None:
    try:
        value = strict_json.loads(data)
    except errors.Invalid:
        return
    assert value == json.loads(data)
    strict_json.dumps(value)


MEGABYTES = [
    b'["' + rb"\"" * 1_000_000,
    b'"' + rb"\"" * 1_000_000 + b"\\",
    b"[" * 33 + b'"' + rb"\"" * 1_000_000,
    b'["' + rb"\\" * 500_000 + b'"]' + b"[" * 40,
    b"[" * 2_000_000,
    b'"' * 2_000_000,
    b"{" + b",".join(b'"%d":1' % n for n in range(150_000)) + b',"149999":1}',
    b"[" + b",".join([rb'"\ud83d\ude00"'] * 100_000) + b"]",
    b"1" * 2_000_000,
    b"0." + b"1" * 2_000_000,
    b'{"a":' * 400_000,
]


@pytest.mark.parametrize("text", MEGABYTES, ids=range(len(MEGABYTES)))
def test_two_megabytes_of_malice_take_no_longer_than_two_megabytes(text: bytes) -> None:
    started = time.process_time()
    said = ""
    try:
        strict_json.loads(text, size_max=3_000_000)
    except errors.Invalid as refused:
        said = refused.message
    assert len(said) < 200
    assert time.process_time() - started < 2.0
