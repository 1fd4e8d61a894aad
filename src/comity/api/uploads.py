"""A form with one file in it, read while it comes (RFC 7578): nothing is kept, nowhere.

The part `about` comes first and is JSON; the part `file` follows and is given on piece by piece.
Anything else is refused.
"""

from collections.abc import Iterator
from email.message import Message
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from comity import errors
from comity.records import strict_json

MEDIA = "multipart/form-data"
ABOUT_BYTES_MAX = 65_536
_PARTS = ("about", "file")


def boundary(content_type: bytes) -> bytes:
    """The boundary that a content type names."""
    message = Message()
    message["content-type"] = content_type.decode("latin-1")
    found = message.get_param("boundary")
    if not isinstance(found, str) or not 0 < len(found) <= 70:
        raise _malformed("its content type names no boundary")
    return found.encode("latin-1", "replace")


def read(content_type: bytes, chunks: Iterator[bytes]) -> tuple[Any, Iterator[bytes]]:
    """What `about` says, and the bytes of `file` as they come."""
    form = _Form(boundary(content_type))
    pieces = form.pieces(chunks)
    for piece in pieces:
        # The first piece of the file: `about` is whole.
        return form.about(), _after(piece, pieces, form)
    form.check_whole()
    return form.about(), iter(())


def _after(first: bytes, rest: Iterator[bytes], form: "_Form") -> Iterator[bytes]:
    yield first
    yield from rest
    form.check_whole()


class _Form:
    """What the parser has told so far. It bounds the headers of a part by itself."""

    def __init__(self, mark: bytes) -> None:
        self._parser = MultipartParser(
            mark,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._value,
                "on_header_end": self._header,
                "on_headers_finished": self._headers,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )
        self._name, self._header_value = bytearray(), bytearray()
        self._part = -1
        self._title = ""
        self._told = bytearray()
        self._pieces: list[bytes] = []
        self._whole = False

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The bytes of the file, while `chunks` come in."""
        for chunk in chunks:
            try:
                self._parser.write(chunk)
            except FormParserError as fault:
                raise _malformed(str(fault)) from None
            yield from self._pieces
            self._pieces.clear()

    def about(self) -> Any:
        """What the first part says."""
        return strict_json.loads(bytes(self._told), size_max=ABOUT_BYTES_MAX)

    def check_whole(self) -> None:
        """Refuse a form that ended before its end."""
        if not self._whole or self._part != len(_PARTS) - 1:
            raise _malformed("it ended before its parts about and file were whole")

    def _begin(self) -> None:
        self._part += 1
        self._title = ""
        if self._part >= len(_PARTS):
            raise _malformed("it has more parts than about and file")

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header(self) -> None:
        if bytes(self._name).lower() == b"content-disposition":
            message = Message()
            message["content-disposition"] = bytes(self._header_value).decode("latin-1")
            self._title = str(message.get_param("name", "", "content-disposition"))
        self._name.clear()
        self._header_value.clear()

    def _headers(self) -> None:
        if self._title != _PARTS[self._part]:
            raise _malformed(f"part {self._part + 1} must be named {_PARTS[self._part]}")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part == 1:
            self._pieces.append(bytes(data[start:end]))
            return
        self._told += data[start:end]
        if len(self._told) > ABOUT_BYTES_MAX:
            raise _malformed(f"about has more than {ABOUT_BYTES_MAX} bytes")

    def _end(self) -> None:
        self._whole = True


def _malformed(why: str) -> errors.Invalid:
    return errors.Invalid(
        "form-malformed",
        f"the form cannot be read: {why}",
        next_step="Send the part about (JSON) first, then the part file, and nothing else.",
    )
