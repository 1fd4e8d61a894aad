"""A form with a file at its end, cut into pieces in every way that a network does."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.web import uploads

FILE = bytes(range(256)) * 40


def body(*parts: tuple[str, str | None, bytes], mark: str = "mark") -> bytes:
    said = b""
    for name, file_name, value in parts:
        named = f'; filename="{file_name}"' if file_name is not None else ""
        said += f'--{mark}\r\ncontent-disposition: form-data; name="{name}"{named}\r\n'.encode()
        said += b"\r\n" + value + b"\r\n"
    return said + f"--{mark}--\r\n".encode()


WHOLE = body(("token", None, b"abc"), ("note", None, "é".encode()), ("file", "a.img", FILE))


def read(data: bytes, cuts: list[int]) -> tuple[list[tuple[str, object]], str | None, bytes]:
    """Fields, file name and file, of `data` that comes in pieces."""

    async def stream() -> AsyncIterator[bytes]:
        places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
        for start, stop in itertools.pairwise(places):
            yield data[start:stop]

    async def run() -> tuple[list[tuple[str, object]], str | None, bytes]:
        upload = uploads.Upload(b"mark", stream())
        while not upload.ready:
            await upload.more()
        fields = list(upload.fields.multi_items())
        content = await anyio.to_thread.run_sync(lambda: b"".join(upload.chunks()))
        return fields, upload.file_name, content

    return asyncio.run(run())


@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_it_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    fields, name, content = read(WHOLE, cuts)
    assert fields == [("token", "abc"), ("note", "é")]
    assert (name, content) == ("a.img", FILE)


def test_the_fields_are_whole_before_the_file_is() -> None:
    start = WHOLE[: WHOLE.index(FILE) + 10]

    async def stream() -> AsyncIterator[bytes]:
        yield start

    async def run() -> None:
        upload = uploads.Upload(b"mark", stream())
        while not upload.ready:
            await upload.more()
        assert upload.fields["token"] == "abc"
        with pytest.raises(errors.Invalid, match="breaks off"):
            await upload.more()

    asyncio.run(run())


@pytest.mark.parametrize(
    "data",
    [
        body(("file", "a", b"x"), ("late", None, b"y")),
        body(("file", "a", b"x"), ("file", "b", b"y")),
        body(("", None, b"x")),
        body(("big", None, b"x" * (uploads.FIELDS_BYTES_MAX + 1))),
        b"--other\r\n\r\n",
        WHOLE[:-20],
    ],
)
def test_what_is_no_such_form_is_refused(data: bytes) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        read(data, [])
    assert refusal.value.code == "upload-malformed"


def test_a_form_without_a_file_has_none() -> None:
    fields, name, content = read(body(("token", None, b"abc")), [])
    assert (fields, name, content) == ([("token", "abc")], None, b"")
