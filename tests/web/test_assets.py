import gzip
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from comity import errors
from comity.web import assets

OWN = ("app.css", "pieces.css", "print.css")


def test_every_file_of_a_page_is_served_for_ever_and_typed(client: TestClient) -> None:
    page = client.get("/sign-in").text
    addresses = re.findall(r'"(/static/[^"]+)"', page)
    assert len(addresses) == 7
    for address in addresses:
        answer = client.get(address, headers={"accept-encoding": "identity"})
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].split(";")[0] in (
            "text/css",
            "image/svg+xml",
            "text/javascript",
        )
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_packed_file_is_the_same_file() -> None:
    found = assets.Assets()
    for name, url in found.urls.items():
        asset = found._assets[url.removeprefix(assets.PREFIX)]
        assert asset.packed is None or gzip.decompress(asset.packed) == asset.body, name


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/000000000000/app.css",
        "/static/app.css",
        "/static/",
    ],
)
def test_no_path_reaches_the_disk(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_files_are_only_read(client: TestClient) -> None:
    address = assets.Assets().url("app.css")
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


def test_an_address_changes_with_its_file(tmp_path: Path) -> None:
    for name in (*assets.STYLES, *assets.SCRIPTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a")
    before = assets.Assets(tmp_path).url("app.css")
    (tmp_path / "app.css").write_text("b")
    assert assets.Assets(tmp_path).url("app.css") != before


def test_missing_assets_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable) as caught:
        assets.Assets(tmp_path)
    assert "make assets" in caught.value.next_step


@pytest.mark.parametrize("name", OWN)
def test_our_sheets_know_no_left_and_right(name: str) -> None:
    """Right-to-left works because nothing is physical; a slip shows only to readers of Arabic."""
    sheet = re.sub(r"/\*.*?\*/", "", (assets.FOLDER / name).read_text(), flags=re.DOTALL)
    properties = re.findall(r"^\s*([a-z-]+)\s*:\s*([^;]+);", sheet, flags=re.MULTILINE)
    assert len(properties) > 10
    physical = re.compile(
        r"(^|-)(left|right|top|bottom)(-|$)|^(width|height|(min|max)-(width|height))$"
    )
    assert not [name for name, _ in properties if physical.search(name)]
    sided = {"float", "clear", "text-align", "justify-content"}
    wrong = [(n, v) for n, v in properties if n in sided and re.search(r"\b(left|right)\b", v)]
    assert not wrong
