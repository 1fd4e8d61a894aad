"""Request bodies, within their bounds: read whole, or given on piece by piece as they come."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.types import Receive

from comity import errors

WHOLE_SECONDS = 60.0
"""How long a body that is read whole may take to come."""
PIECE_SECONDS = 60.0
"""How long each piece of a streamed body may take."""
_LENGTH_DIGITS_MAX = 18


def check(sent: Mapping[bytes, bytes], media: str, bytes_max: int) -> None:
    """Refuse by its headers a body that is too large, packed, or of another media type."""
    if sent.get(b"content-encoding", b"identity") != b"identity":
        raise _media_type("the body is packed", "Send it unpacked, without Content-Encoding.")
    given = sent.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if given != media.encode():
        raise _media_type(
            f"the body must be {media}", f"Send it, with the header Content-Type: {media}"
        )
    length = sent.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > _LENGTH_DIGITS_MAX or int(length) > bytes_max:
        raise _too_large(bytes_max)


async def whole(sent: Mapping[bytes, bytes], receive: Receive, media: str, bytes_max: int) -> bytes:
    """The body, if it is of this media type and no larger than `bytes_max`."""
    check(sent, media, bytes_max)
    message = await receive()
    body = _piece(message)
    if not message.get("more_body", False):
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
        return body
    held = bytearray(body)
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            while message.get("more_body", False):
                message = await receive()
                held += _piece(message)
                if len(held) > bytes_max:
                    raise _too_large(bytes_max)
    except TimeoutError:
        raise _broken_off(f"it took more than {WHOLE_SECONDS:g} seconds") from None
    return bytes(held)


def pieces(receive: Receive, loop: asyncio.AbstractEventLoop, bytes_max: int) -> Iterator[bytes]:
    """A body as it comes, for a worker thread; its sender waits while a piece is worked on."""

    async def following() -> dict[str, Any]:
        async with asyncio.timeout(PIECE_SECONDS):
            return dict(await receive())

    size, more = 0, True
    while more:
        try:
            message = asyncio.run_coroutine_threadsafe(following(), loop).result()
        except TimeoutError:
            raise _broken_off(f"nothing came for {PIECE_SECONDS:g} seconds") from None
        piece, more = _piece(message), message.get("more_body", False)
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        yield piece


def _piece(message: Mapping[str, Any]) -> bytes:
    if message["type"] == "http.disconnect":
        raise _broken_off("the sender went away")
    piece: bytes = message.get("body", b"")
    return piece


def _media_type(why: str, next_step: str) -> errors.Invalid:
    return errors.Invalid("media-type", why, next_step=next_step)


def _too_large(bytes_max: int) -> errors.Invalid:
    return errors.Invalid(
        "body-too-large",
        f"at most {bytes_max} bytes are taken here",
        next_step="Send less at once.",
    )


def _broken_off(why: str) -> errors.Invalid:
    return errors.Invalid(
        "body-broken-off", f"the body did not come whole: {why}", next_step="Send it again."
    )
