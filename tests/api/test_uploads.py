"""A form with one file: the same however it is cut, and nothing but the form that is asked for."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import errors
from comity.api import uploads
from tests.world.world import refused

MARK = b"----mark"
TYPE = b"multipart/form-data; boundary=" + MARK
DATA = b"\r\n--almost" + bytes(range(256)) * 4 + b"\r\n------marx\r\n"


def part(name: str, body: bytes, more: bytes = b"") -> bytes:
    head = b'Content-Disposition: form-data; name="' + name.encode() + b'"\r\n'
    return b"--" + MARK + b"\r\n" + head + more + b"\r\n" + body + b"\r\n"


END = b"--" + MARK + b"--\r\n"
FORM = part("about", b'{"a":1}') + part("file", DATA) + END


def read(form: bytes, *cuts: int, content_type: bytes = TYPE) -> tuple[object, bytes]:
    """What a form holds that comes in pieces cut at `cuts`."""
    places = [0, *sorted(cuts), len(form)]
    pieces = [form[a:b] for a, b in itertools.pairwise(places)]
    about, file = uploads.read(content_type, iter(pieces))
    return about, b"".join(file)


def test_a_form_is_read() -> None:
    assert read(FORM) == ({"a": 1}, DATA)


@settings(max_examples=60)
@given(st.lists(st.integers(0, len(FORM)), max_size=6))
def test_a_form_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    assert read(FORM, *cuts) == ({"a": 1}, DATA)


def test_the_file_is_given_on_before_it_is_whole() -> None:
    taken: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        head, tail = FORM[:400], FORM[400:]
        for piece in (head, tail):
            taken.append(piece)
            yield piece

    about, file = uploads.read(TYPE, pieces())
    assert about == {"a": 1}
    assert next(file)
    assert len(taken) == 1


def test_an_empty_file_is_a_file() -> None:
    assert read(part("about", b"{}") + part("file", b"") + END) == ({}, b"")


def test_other_headers_of_a_part_are_passed_over() -> None:
    more = b"Content-Type: application/json\r\nX-Other: 1\r\n"
    assert read(part("about", b"{}", more) + part("file", b"x", more) + END) == ({}, b"x")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (b"", "ended before"),
        (b"no form at all", "boundary"),
        (END, "part"),
        (part("about", b"{}") + END, "ended before"),
        (part("file", DATA) + END, "part 1 must be named about"),
        (part("file", DATA) + part("about", b"{}") + END, "part 1 must be named about"),
        (part("about", b"{}") + part("about", b"{}") + END, "part 2 must be named file"),
        (FORM[: -len(END)] + part("more", b"x") + END, "more parts"),
        (FORM[: -len(END)], "ended before"),
        (FORM[:400], "ended before"),
        (part("about", b"{}", b"X: " + b"y" * 9_000 + b"\r\n") + END, "header size"),
        (part("about", b"{}", b"X: y\r\n" * 20) + END, "header count"),
        (part("about", b'"' + b"y" * 70_000 + b'"') + END, "about has more than"),
        (b"--" + MARK + b"\r\n\r\n{}\r\n" + END, "part 1 must be named about"),
    ],
)
def test_what_is_not_this_form_is_refused_with_the_reason(form: bytes, why: str) -> None:
    told = refused("form-malformed", lambda: read(form))
    assert why in told.message
    assert "about" in told.next_step


def test_the_json_of_about_is_read_strictly() -> None:
    form = part("about", b'{"a":1,"a":2}') + part("file", b"x") + END
    refused("json-duplicate-key", lambda: read(form))


@pytest.mark.parametrize(
    "content_type",
    [
        b"",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=" + b"x" * 71,
        b"multipart/form-data; boundary*=utf-8''x",
    ],
)
def test_a_content_type_without_a_boundary_is_refused(content_type: bytes) -> None:
    refused("form-malformed", lambda: read(FORM, content_type=content_type))


@settings(max_examples=60)
@given(st.binary(max_size=80))
def test_no_boundary_whatever_it_is_breaks_the_reader(mark: bytes) -> None:
    content_type = b"multipart/form-data; boundary=" + mark
    try:
        read(FORM, content_type=content_type)
    except errors.Invalid as fault:
        assert fault.code == "form-malformed"  # noqa: PT017  # it may as well be read


def test_a_boundary_may_be_quoted() -> None:
    assert read(FORM, content_type=b'multipart/form-data; boundary="----mark"')[1] == DATA
