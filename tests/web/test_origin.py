import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from comity import errors
from comity.web import origin


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://node.example", "node.example"),
        ("https://Node.Example/", "node.example"),
        ("https://node.example:443", "node.example"),
        ("https://node.example:8443", "node.example:8443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://localhost", "localhost"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_host_is_written_as_browsers_write_it(address: str, host: str) -> None:
    assert origin.parse(address).host == host


@pytest.mark.parametrize(
    "address",
    [
        "http://node.example",
        "http://10.0.0.1",
        "ftp://node.example",
        "node.example",
        "https://",
        "https://node.example/pages",
        "https://node.example?x",
        "https://user@node.example",
        "https://node.example:99999",
        "https://[::1",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(errors.Invalid):
        origin.parse(address)


def test_a_cookie_is_bound_to_its_host_where_there_is_tls() -> None:
    response = Response()
    origin.parse("https://node.example").keep(response, "session", "s", seconds=60)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-comity-session=s;")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=strict", "Max-Age=60"):
        assert part in cookie
    assert "Domain" not in cookie


def test_two_nodes_on_one_machine_keep_their_cookies_apart() -> None:
    one, two = origin.parse("http://127.0.0.1:8001"), origin.parse("http://127.0.0.1:8002")
    assert one.cookie("session") != two.cookie("session")
    response = Response()
    one.keep(response, "session", "s", seconds=None)
    assert "Secure" not in response.headers["set-cookie"]
    assert "HttpOnly" in response.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/", "/cases/1?a=b&c=%2F", "/a//b", "/cases#part"])
def test_own_paths_are_kept(path: str) -> None:
    assert origin.own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\t/evil.example",
        "/a\r\nset-cookie: x",
        "/a b",
        "evil.example",
        "/cases\\..\\x",
    ],
)
def test_paths_that_lead_elsewhere_are_nothing(path: str) -> None:
    assert origin.own_path(path) is None


@given(st.text(max_size=40))
def test_no_text_becomes_a_path_to_another_site(text: str) -> None:
    path = origin.own_path(text)
    assert path is None or (path == text and path[0] == "/" and path[1:2] not in ("/", "\\"))
