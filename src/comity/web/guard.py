"""What stands before every page: four small layers of plain ASGI, each with one promise.

`Headers`: every answer, errors and files too, carries the security headers and its own nonce.
`Hosts`: only requests that name this node's host go on (DNS rebinding, cache poisoning).
`Bodies`: no request body grows past its bound, and none is unpacked.
`SameOrigin`: no other site can make a browser change anything here; the form token, checked where
the form is read, stands behind it for browsers that send neither header.
"""

import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.web.origin import Origin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_BYTES_MAX = 256 * 1024
HSTS_SECONDS = 63_072_000

_POLICY = (
    "default-src 'none'; "
    "script-src 'nonce-{nonce}'; "
    "style-src 'self'; "
    "img-src 'self' data:; "  # Designsystemet draws its icons from data: addresses in its CSS
    "connect-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types htmx"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "x-robots-tag": "noindex, nofollow",
}


class Headers:
    """Gives each request a nonce (`request.state.nonce`) and each answer its headers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = dict(_ALWAYS)
        if secure:
            self._always["strict-transport-security"] = f"max-age={HSTS_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI)."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        nonce = secrets.token_urlsafe(18)
        scope["state"] = {**scope.get("state", {}), "nonce": nonce}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = _POLICY.format(nonce=nonce)
                headers.update(self._always)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return await self._app(scope, receive, send_with_headers)


class Hosts:
    """Answers 421 to requests for another host. `X-Forwarded-Host` is not read."""

    def __init__(self, app: ASGIApp, *, origin: Origin) -> None:
        self._app = app
        self._host = origin.host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (ASGI)."""
        if scope["type"] == "http":
            named = RequestHeaders(scope=scope).getlist("host")
            if [name.lower() for name in named] != [self._host]:
                refusal = PlainTextResponse(f"These pages are at {self._host}.", 421)
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


class Bodies:
    """Bounds request bodies: `BODY_BYTES_MAX`, or what `larger` gives to a path's beginning."""

    def __init__(self, app: ASGIApp, *, larger: Mapping[str, int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (ASGI)."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        bound, headers = self._bound(scope["path"]), RequestHeaders(scope=scope)
        if headers.get("content-encoding", "identity") != "identity":
            return await PlainTextResponse("Send it unpacked.", 415)(scope, receive, send)
        if _length(headers) > bound:
            return await PlainTextResponse(_too_large(bound), 413)(scope, receive, send)
        size = 0

        async def receive_bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > bound:
                # Raised inside the application, which answers with its page for 413.
                raise HTTPException(413, _too_large(bound))
            return message

        return await self._app(scope, receive_bounded, send)

    def _bound(self, path: str) -> int:
        fits = [size for start, size in self._larger.items() if path.startswith(start)]
        return max(fits, default=BODY_BYTES_MAX)


class SameOrigin:
    """Answers 403 to a request that changes something and comes from elsewhere."""

    def __init__(self, app: ASGIApp, *, origin: Origin) -> None:
        self._app = app
        self._origin = str(origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (ASGI)."""
        changes = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if changes and self._foreign(RequestHeaders(scope=scope)):
            refusal = PlainTextResponse(
                "Refused: another site sent this. Open the page here and send it again.", 403
            )
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)

    def _foreign(self, headers: RequestHeaders) -> bool:
        """Whether a browser says that another site made it send this.

        `Sec-Fetch-Site` cannot be forged by a page and is believed first. Without it, `Origin`:
        `null` says nothing (our own Referrer-Policy makes old browsers send it), so the form
        token alone decides, as it does where both are missing.
        """
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        origin = headers.get("origin", "null")
        return origin not in ("null", self._origin)


def _length(headers: RequestHeaders) -> int:
    stated = headers.get("content-length", "0")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _too_large(bound: int) -> str:
    return f"What was sent is larger than {bound} bytes."
