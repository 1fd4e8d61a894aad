"""A form with one file at its end, read while it comes (RFC 7578): the file is kept nowhere.

Browsers send fields in the order of the page. The fields come first and are checked before a byte
of the file is taken; the file then goes on, piece by piece, to whoever asked for it. Evidence is
thus never written in the clear, not even into a temporary file.
"""

from collections.abc import AsyncIterator, Iterator
from email.message import Message

import anyio.from_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from comity import errors

FIELDS_BYTES_MAX = 64 * 1024
DRAINED_BYTES_MAX = 16 * 1024 * 1024
"""So much of a file that was refused is still read, so that the browser gets to the answer."""


class Upload:
    """One form while it comes. `begin` makes it."""

    def __init__(self, mark: bytes, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._parser = MultipartParser(
            mark,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header(data[start:end], 0),
                "on_header_value": lambda data, start, end: self._header(data[start:end], 1),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )
        self._words = [bytearray(), bytearray()]
        self._title = ""
        self._value = bytearray()
        self._size = 0
        self._said: list[tuple[str, str | UploadFile]] = []
        self._pieces: list[bytes] = []
        self._whole = False
        self.file_name: str | None = None
        """What the browser calls the file; None while, or if, there is none."""

    @property
    def fields(self) -> FormData:
        """What came before the file."""
        return FormData(self._said)

    def chunks(self) -> Iterator[bytes]:
        """The file, as it comes. For a worker thread that the event loop waits for."""
        while True:
            yield from self._taken()
            if self._whole:
                return
            anyio.from_thread.run(self.more)

    async def more(self) -> None:
        """Read on; `Invalid` if it breaks off or is no form."""
        chunk = await anext(self._stream, b"")
        if not chunk:
            raise _malformed("it breaks off")
        self._write(chunk)

    async def drain(self) -> None:
        """Read on without keeping anything, within bounds."""
        self._pieces.clear()
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > DRAINED_BYTES_MAX:
                return

    @property
    def ready(self) -> bool:
        """Whether the fields are whole: the file has begun, or the form has ended."""
        return self.file_name is not None or self._whole

    def _write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as fault:
            raise _malformed(str(fault)) from None

    def _taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces

    # what the parser tells ------------------------------------------------------------------------

    def _begin(self) -> None:
        if self.file_name is not None:
            raise _malformed("something follows the file")
        self._title, self._value = "", bytearray()

    def _header(self, data: bytes, which: int) -> None:
        self._count(len(data))
        self._words[which] += data

    def _header_end(self) -> None:
        name, value = (bytes(words).decode("utf-8", "replace") for words in self._words)
        self._words = [bytearray(), bytearray()]
        if name.lower() != "content-disposition":
            return
        message = Message()
        message["content-disposition"] = value
        title = message.get_param("name", header="content-disposition")
        named = message.get_param("filename", header="content-disposition")
        self._title = title if isinstance(title, str) else ""
        if isinstance(named, str):
            self.file_name = named

    def _headers_end(self) -> None:
        if not self._title:
            raise _malformed("a part has no name")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self.file_name is not None:
            self._pieces.append(data[start:end])
        else:
            self._count(end - start)
            self._value += data[start:end]

    def _end(self) -> None:
        if self.file_name is None:
            self._said.append((self._title, self._value.decode("utf-8", "replace")))

    def _finish(self) -> None:
        self._whole = True

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > FIELDS_BYTES_MAX:
            raise _malformed(f"its fields have more than {FIELDS_BYTES_MAX} bytes")


async def begin(request: Request) -> Upload:
    """Read a form up to the first byte of its file."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    mark = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(mark, str):
        raise _malformed("it is no form with a file")
    upload = Upload(mark.encode("latin-1", "replace"), request.stream())
    while not upload.ready:
        await upload.more()
    return upload


def _malformed(why: str) -> errors.Invalid:
    return errors.Invalid(
        "upload-malformed",
        f"this form cannot be read: {why}",
        next_step="Go back, reload the page, and send the form again.",
    )
