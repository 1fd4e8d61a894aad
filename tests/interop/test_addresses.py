import pytest

from comity.interop import addresses


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("shop.example", "domain"),
        ("8.8.8.8", "ipv4"),
        ("8[.]8[.]8[.]8", "ipv4"),
        ("8.8.0.0/15", "ipv4"),
        ("2001:db8::1", "ipv6"),
        ("ABC.onion", "onion"),
        ("abc[.]onion", "onion"),
        ("", "domain"),
    ],
)
def test_a_host_is_classed_by_its_look(text: str, cls: str) -> None:
    assert addresses.class_of(text) == cls


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("http://shop.example/", "url"),
        ("www.example.com", "domain"),
        ("www[.]example[.]com", "domain"),
        ("expyuzz4wqqyqhjn.onion", "onion"),
        ("8.8.8.8", "ipv4"),
        ("example.com/path", "url"),
        ("setup.exe", "url"),
        ("107.183.86", "url"),
        ("", "url"),
    ],
)
def test_a_host_where_a_url_should_stand_is_taken_for_a_host(text: str, cls: str) -> None:
    assert addresses.class_of_url(text) == cls
