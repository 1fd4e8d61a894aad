"""The files that pages need, held in memory under addresses that name their content.

An address is `/static/DIGEST/NAME`: it changes when the file changes, so browsers may keep what
they have for ever. Only files that were there at the start are served: no path of a request ever
reaches the disk. Text is packed once with gzip; nothing secret is ever packed (BREACH).
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from comity import errors

PREFIX = "/static/"
FOLDER = Path(__file__).parent / "static"

DESIGN_CSS = "vendor/designsystemet-css-1.22.0/dist/src/index.css"
DESIGN_THEME = "vendor/designsystemet-css-1.22.0/dist/theme/designsystemet.css"
HTMX = "vendor/htmx.org-4.0.1/dist/htmx.min.js"
HTMX_CSP = "vendor/htmx.org-4.0.1/dist/ext/hx-csp.min.js"
HTMX_SSE = "vendor/htmx.org-4.0.1/dist/ext/hx-sse.min.js"
STYLES = (DESIGN_CSS, DESIGN_THEME, "app.css", "pieces.css", "work.css", "print.css")
PASSKEYS = "passkeys.js"
SCRIPTS = (HTMX, HTMX_CSP, HTMX_SSE, PASSKEYS)

_TEXT = (".css", ".js", ".svg", ".json")
_SERVED = (*_TEXT, ".png", ".ico", ".woff2")
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same packed if that is smaller, its media type."""

    body: bytes
    packed: bytes | None
    media_type: str


class Assets:
    """Serves what stood in a folder when it was made; safe to call at once from many threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SERVED:
                self._add(path.relative_to(folder).as_posix(), path.read_bytes())
        missing = [name for name in (*STYLES, *SCRIPTS) if name not in self._urls]
        if missing:
            raise errors.Unavailable(
                "assets-missing",
                f"{', '.join(missing)} not found in {folder}",
                next_step="Run `make assets`, which fetches and checks them.",
            )

    def _add(self, name: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()[:12]
        packed = gzip.compress(body, mtime=0) if name.endswith(_TEXT) else body
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._urls[name] = f"{PREFIX}{digest}/{name}"
        self._assets[f"{digest}/{name}"] = Asset(
            body, packed if len(packed) < len(body) else None, media_type
        )

    @property
    def urls(self) -> Mapping[str, str]:
        """The address of each file by its name in the folder."""
        return self._urls

    def url(self, name: str) -> str:
        """The address of the file of this name; `KeyError` is a mistake in a template."""
        return self._urls[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        asset = self._assets.get(scope["path"].rpartition(PREFIX)[2])
        if asset is None:
            return PlainTextResponse("There is no such file.", 404)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Files are only read.", 405, {"allow": "GET, HEAD"})
        headers = {"cache-control": _FOR_EVER}
        body = asset.body
        if asset.packed is not None:
            headers["vary"] = "accept-encoding"
            if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                body = asset.packed
        return Response(body, headers=headers, media_type=asset.media_type)
