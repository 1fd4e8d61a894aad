"""The guard holds, and lets loopback through."""

import socket

import pytest

from tests import network_guard


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("10.0.0.1", 443)])
def test_a_connection_beyond_this_machine_is_refused(address: tuple[str, int]) -> None:
    with socket.socket() as one, pytest.raises(network_guard.NetworkForbidden):
        one.connect(address)


def test_a_datagram_beyond_this_machine_is_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        pytest.raises(network_guard.NetworkForbidden),
    ):
        one.sendto(b"x", ("192.0.2.1", 9))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(network_guard.NetworkForbidden):
        socket.getaddrinfo("peer.example", 443)


@pytest.mark.parametrize("address", ["0.0.0.0", "", "::"])
def test_a_server_that_listens_to_everyone_is_refused(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(network_guard.NetworkForbidden):
        one.bind((address, 0))


def test_loopback_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", b"localhost", None])
def test_loopback_is_here(host: object) -> None:
    assert network_guard.is_here(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "example.org", "", "fe80::1"])
def test_another_machine_is_not_here(host: object) -> None:
    assert not network_guard.is_here(host)
