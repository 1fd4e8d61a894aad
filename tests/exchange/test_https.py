import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity import errors
from comity.exchange import https, wrapping
from comity.keys import filekeys
from tests.exchange import listener, world


@pytest.fixture(scope="module")
def turin(tmp_path_factory: pytest.TempPathFactory) -> filekeys.NodeKeys:
    return listener.keys_in(tmp_path_factory.mktemp("turin") / "keys")


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> filekeys.NodeKeys:
    return listener.keys_in(tmp_path_factory.mktemp("somebody") / "keys", world.OSLO)


def post(url: str, keys: filekeys.NodeKeys, data: bytes = b"x", seconds_max: float = 20) -> bytes:
    return asyncio.run(
        https.post(url, data, certificate=keys.card.certificate, seconds_max=seconds_max)
    )


async def echo(body: bytes) -> listener.Answer:
    if body == b"endless":
        await asyncio.sleep(30)
    if body == b"moved":
        return 307, {"location": "https://127.0.0.1:1/elsewhere"}, b""
    if body == b"refused":
        return 403, {}, json.dumps({"code": "not-addressed-here", "detail": "<b>x</b>"}).encode()
    if body == b"odd":
        return 500, {}, b"not a problem document"
    if body == b"huge":
        return 200, {}, bytes(wrapping.SEALED_BYTES_MAX + 1)
    if body == b"encoded":
        return 200, {"content-encoding": "gzip"}, b"\x1f\x8bnot expanded"
    return 200, {}, body[::-1]


@pytest.fixture(scope="module")
def address(turin: filekeys.NodeKeys) -> Iterator[str]:
    with listener.listening(turin, echo) as url:
        yield url


def test_a_parcel_goes_to_the_pinned_peer_and_its_answer_comes_back(
    address: str, turin: filekeys.NodeKeys
) -> None:
    data = bytes(range(256)) * 4_096
    assert post(address, turin, data) == data[::-1]


def test_a_listener_with_another_certificate_gets_nothing(
    somebody: filekeys.NodeKeys, turin: filekeys.NodeKeys
) -> None:
    heard: list[bytes] = []

    async def hear(body: bytes) -> listener.Answer:
        heard.append(body)
        return 200, {}, b""

    with (
        listener.listening(somebody, hear) as url,
        pytest.raises(errors.Unavailable, match=r"(?i)certificate") as refused,
    ):
        post(url, turin)
    assert refused.value.code == "peer-unreachable"
    assert not heard


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"refused", r"answered 403 \(not-addressed-here\)$"),
        (b"odd", "answered 500$"),
        (b"moved", "answered 307$"),
        (b"huge", f"more than {wrapping.SEALED_BYTES_MAX} bytes"),
    ],
)
def test_any_answer_but_a_bounded_200_is_unavailable_with_the_reason(
    address: str, turin: filekeys.NodeKeys, body: bytes, why: str
) -> None:
    with pytest.raises(errors.Unavailable, match=why):
        post(address, turin, body)


def test_an_encoding_that_the_peer_chose_is_not_undone(
    address: str, turin: filekeys.NodeKeys
) -> None:
    assert post(address, turin, b"encoded") == b"\x1f\x8bnot expanded"


def test_a_peer_that_does_not_come_to_an_end_is_given_up(
    address: str, turin: filekeys.NodeKeys
) -> None:
    with pytest.raises(errors.Unavailable, match=r"no answer within 0\.3 seconds"):
        post(address, turin, b"endless", seconds_max=0.3)


def test_a_peer_that_is_not_there_is_unavailable(turin: filekeys.NodeKeys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(errors.Unavailable):
        post(f"https://127.0.0.1:{port}/", turin)


def test_a_listener_without_tls_gets_nothing(turin: filekeys.NodeKeys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        plain.settimeout(10)
        url = f"https://127.0.0.1:{plain.getsockname()[1]}/"

        async def listen() -> bytes:
            connection, _ = await asyncio.to_thread(plain.accept)
            with connection:
                heard = await asyncio.to_thread(connection.recv, 4_096)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            return heard

        async def both() -> bytes:
            asked = https.post(url, b"secret", certificate=turin.card.certificate)
            failure, heard = await asyncio.gather(asked, listen(), return_exceptions=True)
            assert isinstance(failure, errors.Unavailable)
            assert isinstance(heard, bytes)
            return heard

        assert b"secret" not in asyncio.run(both())


def test_a_proxy_of_the_environment_is_not_asked(
    address: str, turin: filekeys.NodeKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", str(Path("/nonexistent")))
    assert post(address, turin, b"ab") == b"ba"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "ftp://x", "", "127.0.0.1", "https://", "https://127.0.0.1:99999/",
     "https://127.0.0.1:0/", "https://me:pass@127.0.0.1/", "https://\0/", "https://a:b/"],
)  # fmt: skip
def test_an_address_that_is_no_https_address_is_invalid(url: str, turin: filekeys.NodeKeys) -> None:
    with pytest.raises(errors.Invalid) as refused:
        post(url, turin)
    assert refused.value.code == "peer-address"


@pytest.mark.parametrize("certificate", ["", "not PEM"])
def test_a_pinned_certificate_that_is_none_is_invalid(certificate: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        asyncio.run(https.post("https://127.0.0.1:1/", b"", certificate=certificate))
    assert refused.value.code == "peer-certificate"
