import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matching import hosts


def service(key: bytes, version: int = 3) -> str:
    """The onion address of a key (rend-spec-v3, 6)."""
    checksum = hashlib.sha3_256(b".onion checksum" + key + bytes([version])).digest()[:2]
    return base64.b32encode(key + checksum + bytes([version])).decode().lower() + ".onion"


KNOWN = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"  # of rend-spec-v3


def refusal(function: object, text: str) -> errors.Invalid:
    with pytest.raises(errors.Invalid) as refused:
        function(text)  # type: ignore[operator]
    return refused.value


@pytest.mark.parametrize(
    "text", [KNOWN, KNOWN.upper(), KNOWN[:-6], f"www.mail.{KNOWN}", KNOWN + "."]
)
def test_an_onion_service_is_its_own_label(text: str) -> None:
    assert hosts.onion(text) == KNOWN


@given(st.binary(min_size=32, max_size=32))
def test_every_key_has_an_address_that_is_taken(key: bytes) -> None:
    assert hosts.onion(service(key)) == service(key)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 51), st.sampled_from("az27"))
def test_one_wrong_character_in_the_key_is_seen(key: bytes, place: int, wrong: str) -> None:
    address = service(key)
    if address[place] != wrong:
        assert refusal(hosts.onion, address[:place] + wrong + address[place + 1 :]).code in {
            "identifier-bad-checksum",
            "identifier-bad-form",
        }


def test_a_wrong_checksum_is_shown_beside_the_right_one() -> None:
    refused = refusal(hosts.onion, "a" + KNOWN[1:])
    assert refused.code == "identifier-bad-checksum"
    assert "a" + KNOWN[1:] in refused.message
    assert "where" in refused.message


def test_another_version_of_onion_services_is_refused() -> None:
    assert "version 4" in refusal(hosts.onion, service(bytes(32), version=4)).message


def test_an_onion_service_of_version_2_has_no_checksum_and_is_taken() -> None:
    assert hosts.onion("expyuzz4wqqyqhjn.onion") == "expyuzz4wqqyqhjn.onion"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Example.COM.", "example.com"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("r3---sn-apo3.example.com", "r3---sn-apo3.example.com"),
        ("shop.github.io", "shop.github.io"),
        ("github.io", "github.io"),
        ("printer.internal", "printer.internal"),
    ],
)
def test_a_domain_is_written_in_a_labels(text: str, normal: str) -> None:
    assert hosts.domain(text) == normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("localhost", "bad-form"),
        ("a..b", "bad-form"),
        ("-a.example", "bad-form"),
        ("exa mple.com", "bad-form"),
        ("xn--zzzz.com", "bad-form"),
        (".".join(["a" * 60] * 5), "bad-form"),
        ("1.2.3.4", "bad-form"),
        ("１.２.３.４", "bad-form"),
        ("co.uk", "too-common"),
        ("com", "bad-form"),
        (KNOWN, "other-class"),
    ],
)
def test_what_names_no_domain_is_refused(text: str, code: str) -> None:
    assert refusal(hosts.domain, text).code == f"identifier-{code}"


@pytest.mark.parametrize(
    ("text", "normal"), [("8.8.8.8", "8.8.8.8"), ("192.0.2.7/32", "192.0.2.7")]
)
def test_an_ipv4_address_is_four_numbers(text: str, normal: str) -> None:
    assert hosts.ipv4(text) == normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8.8.8", "bad-form"),
        ("08.8.8.8", "bad-form"),
        ("8.8.8.256", "bad-form"),
        ("8.8.0.0/15", "network"),
        ("10.1.2.3", "too-common"),
        ("192.168.1.1", "too-common"),
        ("127.0.0.1", "too-common"),
        ("255.255.255.255", "too-common"),
        ("8.8.8.8/x", "bad-form"),
    ],
)
def test_an_ipv4_address_that_names_no_one_machine_is_refused(text: str, code: str) -> None:
    assert refusal(hosts.ipv4, text).code == f"identifier-{code}"


@pytest.mark.parametrize(
    "text", ["2001:DB8:0:0:0:0:0:1", "2001:db8::1", "[2001:db8::1]", "2001:db8::1/128"]
)
def test_an_ipv6_address_is_compressed(text: str) -> None:
    assert hosts.ipv6(text) == "2001:db8::1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2001:db8::/32", "network"),
        ("::1", "too-common"),
        ("fe80::1", "too-common"),
        ("2001:db8::1%eth0", "other-class"),
        ("::ffff:8.8.8.8", "other-class"),
        ("2001:db8", "bad-form"),
    ],
)
def test_an_ipv6_address_that_names_no_one_machine_is_refused(text: str, code: str) -> None:
    assert refusal(hosts.ipv6, text).code == f"identifier-{code}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example.com", ("domain", "example.com")),
        ("8.8.8.8", ("ipv4", "8.8.8.8")),
        ("[2001:DB8::1]", ("ipv6", "2001:db8::1")),
        (f"a.{KNOWN}", ("onion", f"a.{KNOWN}")),
    ],
)
def test_the_host_of_a_url_is_told_by_its_look(text: str, expected: tuple[str, str]) -> None:
    assert hosts.host(text) == expected


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("example.com", True),
        ("shop.example", True),
        ("bücher.de", True),
        ("setup.exe", False),
        ("com", False),
        ("not a name", False),
    ],
)
def test_a_name_in_a_text_is_known_by_its_suffix(name: str, known: bool) -> None:
    assert hosts.is_known_name(name) is known


def test_a_host_that_unrelated_people_share_is_known_with_and_without_www() -> None:
    assert hosts.is_shared("t.me")
    assert hosts.is_shared("www.facebook.com")
    assert not hosts.is_shared("shop.example")


def test_shared_hosts_stand_in_normal_form() -> None:
    assert {hosts.domain(name) for name in hosts.SHARED} == hosts.SHARED
