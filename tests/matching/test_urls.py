import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matching import urls

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/", "http://example.com/"),
        ("http://example.com:0443/", "http://example.com:443/"),
        ("https://example.com:443", "https://example.com/"),
        ("http://example.com:/", "http://example.com/"),
        ("http://user:secret@example.com/a#part", "http://example.com/a"),
        ("http://paypal.example@evil.example/", "http://evil.example/"),
        ("http://example.com/%7Ea/%c3%a9", "http://example.com/~a/%C3%A9"),
        ("http://example.com/é?q=ü", "http://example.com/%C3%A9?q=%C3%BC"),
        ("http://example.com/a/./b/../c", "http://example.com/a/c"),
        ("http://example.com/a/%2e%2e/b", "http://example.com/b"),
        ("http://example.com/a/..", "http://example.com/"),
        ("http://example.com/../..", "http://example.com/"),
        ("http://example.com//a//", "http://example.com//a//"),
        ("http://example.com/100%", "http://example.com/100%25"),
        ("http://example.com/?", "http://example.com/?"),
        ("http://example.com?b=2&a=1", "http://example.com/?b=2&a=1"),
        ("http://BÜCHER.example/", "http://xn--bcher-kva.example/"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        (f"http://www.{ONION.upper()}/Blog", f"http://www.{ONION}/Blog"),
        ("ftp://example.com/f", "ftp://example.com/f"),
    ],
)
def test_one_address_has_one_writing(text: str, normal: str) -> None:
    assert urls.url(text) == normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("example.com/a", "bad-form"),
        ("http:///a", "bad-form"),
        ("http://user@/a", "bad-form"),
        ("javascript://example.com/", "scheme"),
        ("http://example.com:70000/", "bad-form"),
        ("http://example.com:8a/", "bad-form"),
        ("http://[example.com]/", "bad-form"),
        ("http://192.168.0.1/", "too-common"),
        ("http://a b/", "bad-form"),
        ("http://co.uk/", "too-common"),
    ],
)
def test_what_is_no_web_address_is_refused(text: str, code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        urls.url(text)
    assert refused.value.code == f"identifier-{code}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://example.com:81/a", ("domain", "example.com")),
        ("http://[2001:db8::1]/", ("ipv6", "2001:db8::1")),
        ("http://8.8.8.8/", ("ipv4", "8.8.8.8")),
        (f"http://www.{ONION}/", ("onion", ONION)),
    ],
)
def test_the_host_is_an_identifier_of_its_own(text: str, expected: tuple[str, str]) -> None:
    assert urls.host_of(text) == expected


@given(st.text(max_size=40), st.text(max_size=20))
def test_paths_and_queries_settle_at_once(path: str, query: str) -> None:
    try:
        once = urls.url(f"http://shop.example/{path}?{query}")
    except (errors.Invalid, UnicodeEncodeError):
        return
    assert urls.url(once) == once


@given(st.text(alphabet="./%2eE2fF25a", max_size=30))
def test_dots_and_percents_settle_at_once(path: str) -> None:
    once = urls.url(f"http://shop.example/{path}")
    assert urls.url(once) == once
    assert "/../" not in once
