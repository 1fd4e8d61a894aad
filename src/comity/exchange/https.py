"""The HTTPS carrier: one parcel out, one parcel back.

The peer is whoever shows the one certificate that the directory pins for it; names and certificate
authorities of the web decide nothing. Nothing is followed, nothing taken from the environment,
nothing read without a bound. Every failure is `Unavailable`: what matters is inside the parcel, and
it is sent again (docs/protocol/exchange.md, E9).
"""

import asyncio
import re
import ssl
from typing import Any

import httpx2

from comity import errors
from comity.exchange import wrapping
from comity.records import strict_json

MEDIA_TYPE = "application/vnd.comity.parcel"
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
ROUND_SECONDS = 120.0
_PROBLEM_BYTES_MAX = 4_096
_CODE = re.compile(r"[a-z0-9-]{1,60}")


async def post(
    url: str, data: bytes, *, certificate: str, seconds_max: float = ROUND_SECONDS
) -> bytes:
    """Send `data` to the peer at `url` and return its answer.

    `certificate` is the peer's, as PEM; `seconds_max` is for everything together.
    """
    return await _within(seconds_max, url, "POST", data, certificate)


def get(url: str, *, certificate: str, seconds_max: float = ROUND_SECONDS) -> bytes:
    """What the peer serves at `url`. Blocks; for threads that run no loop."""
    return asyncio.run(_within(seconds_max, url, "GET", b"", certificate))


async def _within(
    seconds_max: float, url: str, method: str, data: bytes, certificate: str
) -> bytes:
    _check_address(url)
    try:
        async with asyncio.timeout(seconds_max):
            return await _exchange(url, method, data, certificate)
    except TimeoutError:
        raise _unavailable(url, f"no answer within {seconds_max:g} seconds") from None
    except (httpx2.HTTPError, OSError) as fault:
        raise _unavailable(url, f"{type(fault).__name__}: {fault}") from fault


def _check_address(url: str) -> None:
    try:
        read = httpx2.URL(url)
    except httpx2.InvalidURL:
        read = httpx2.URL("")
    port = 443 if read.port is None else read.port
    if read.scheme != "https" or not read.host or read.userinfo or not 0 < port < 2**16:
        raise errors.Invalid(
            "peer-address",
            f"{url[:200]!r} is not an address like https://host:port/path",
            next_step="Correct the peer's address in the directory.",
        )


def _pinned(certificate: str) -> ssl.SSLContext:
    """TLS 1.3 with the holder of exactly this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # The certificate itself is pinned; its names say nothing.
    try:
        context.load_verify_locations(cadata=certificate)
    except (ssl.SSLError, ValueError) as fault:
        raise errors.Invalid("peer-certificate", f"the pinned certificate: {fault}") from None
    return context


async def _exchange(url: str, method: str, data: bytes, certificate: str) -> bytes:
    context = _pinned(certificate)
    limits = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    headers = {"content-type": MEDIA_TYPE, "accept": MEDIA_TYPE, "accept-encoding": "identity"}
    async with (
        httpx2.AsyncClient(
            verify=context, trust_env=False, follow_redirects=False, timeout=limits
        ) as client,
        client.stream(method, url, content=data, headers=headers) as response,
    ):
        _check_certificate(url, response, ssl.PEM_cert_to_DER_cert(certificate.strip()))
        if response.status_code != httpx2.codes.OK:
            problem = await _bounded(url, response, _PROBLEM_BYTES_MAX)
            raise _unavailable(url, f"it answered {response.status_code}{_reason(problem)}")
        return await _bounded(url, response, wrapping.SEALED_BYTES_MAX)


def _check_certificate(url: str, response: httpx2.Response, pinned: bytes) -> None:
    """A pinned certificate that is a CA's could vouch for another one; that is not taken."""
    stream = response.extensions["network_stream"]
    if stream.get_extra_info("ssl_object").getpeercert(binary_form=True) != pinned:
        raise _unavailable(url, "it shows another certificate than the one pinned for it")


async def _bounded(url: str, response: httpx2.Response, size_max: int) -> bytes:
    """The raw body: an encoding that the peer chose is not undone, so nothing expands."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > size_max:
            raise _unavailable(url, f"its answer has more than {size_max} bytes")
    return bytes(body)


def _reason(problem: bytes) -> str:
    """The stable code of a problem document (RFC 9457), if it has one; no text of the peer's."""
    try:
        said: Any = strict_json.loads(problem)
    except errors.Invalid:
        return ""
    code = said.get("code") if isinstance(said, dict) else None
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _unavailable(url: str, why: str) -> errors.Unavailable:
    return errors.Unavailable(
        "peer-unreachable",
        f"{url}: {why}",
        next_step="Nothing is lost, it is sent again. If it lasts, call the peer's operator.",
    )
