"""Web assets come exactly as pinned, or not at all."""

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools import assets

ENTRY: dict[str, Any] = {
    "name": "@scope/thing",
    "version": "1.2.3",
    "integrity": "sha512-",
    "licence": "MIT",
    "place": "web",
    "files": ["dist/thing.js"],
    "bundles": ["inner (MIT)"],
}


def tarball(*members: tuple[str, bytes | str]) -> bytes:
    """A package with these members; a `str` makes a symbolic link to it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(f"package/{name}")
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


GOOD = tarball(("dist/thing.js", b"let x;"), ("LICENSE", b"MIT ..."), ("evil.sh", b"rm"))


def package(data: bytes = GOOD, **changes: Any) -> assets.Package:
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    entry = ENTRY | {"integrity": f"sha512-{digest}"} | changes
    return assets.read_lock(json.dumps({"packages": [entry]}))[0]


def test_only_the_listed_files_and_the_licence_are_laid(tmp_path: Path) -> None:
    one = package()
    assets.lay([one], {one.folder: GOOD}, tmp_path / "vendor")
    laid = {
        str(path.relative_to(tmp_path / "vendor"))
        for path in (tmp_path / "vendor").rglob("*")
        if path.is_file()
    }
    assert laid == {"THIRD_PARTY.md", "thing-1.2.3/LICENSE", "thing-1.2.3/dist/thing.js"}
    page = (tmp_path / "vendor" / "THIRD_PARTY.md").read_text()
    assert "@scope/thing 1.2.3" in page
    assert "inner (MIT)" in page


def test_laying_removes_the_version_before(tmp_path: Path) -> None:
    old = tmp_path / "thing-1.2.2"
    old.mkdir()
    one = package()
    assets.lay([one], {one.folder: GOOD}, tmp_path)
    assert not old.exists()


def test_a_package_that_is_not_the_pinned_one_is_refused() -> None:
    one = package()
    assets.check(one, GOOD)
    with pytest.raises(assets.AssetError, match="not what the lock pins"):
        assets.check(one, GOOD[:-1] + bytes([GOOD[-1] ^ 1]))


@pytest.mark.parametrize(
    "data",
    [
        tarball(("dist/thing.js", "/etc/passwd"), ("LICENSE", b"MIT")),
        tarball(("LICENSE", b"MIT")),
        tarball(("dist/thing.js", b"let x;")),
    ],
    ids=["a link for a file", "no such file", "no licence"],
)
def test_a_package_without_a_plain_listed_file_is_refused(tmp_path: Path, data: bytes) -> None:
    one = package(data)
    with pytest.raises(assets.AssetError, match="no plain file"):
        assets.lay([one], {one.folder: data}, tmp_path)
    assert not (tmp_path / "THIRD_PARTY.md").exists()


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "FILE_BYTES_MAX", 3)
    one = package()
    with pytest.raises(assets.AssetError, match="too many"):
        assets.lay([one], {one.folder: GOOD}, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"files": ["../../node.py"]},
        {"files": ["/etc/cron.d/x"]},
        {"version": "../1"},
        {"version": "^1.2.3"},
        {"name": "--registry"},
        {"place": "elsewhere"},
        {"integrity": "sha1-abc"},
    ],
)
def test_an_unsafe_lock_entry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(assets.AssetError):
        package(**change)


@pytest.mark.parametrize("text", ["", "{}", '{"packages": [{}]}', '{"packages": 3}'])
def test_a_broken_lock_is_refused_in_words(text: str) -> None:
    with pytest.raises(assets.AssetError, match="lock file"):
        assets.read_lock(text)


def test_two_packages_never_share_a_folder() -> None:
    twice = [ENTRY | {"integrity": "sha512-x"}, ENTRY | {"integrity": "sha512-x", "name": "thing"}]
    with pytest.raises(assets.AssetError, match="share a folder"):
        assets.read_lock(json.dumps({"packages": twice}))


def test_the_lock_of_this_project_is_complete_and_names_no_address() -> None:
    text = assets.LOCK.read_text(encoding="utf-8")
    assert {package.place for package in assets.read_lock(text)} == {"web", "tests"}
    assert "://" not in text


def npm_in(folder: Path, status: int) -> Path:
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\nexit {status}\n")
    npm.chmod(0o755)
    return npm


def test_the_npm_on_the_path_comes_first(tmp_path: Path) -> None:
    on_path = npm_in(tmp_path / "path", 0)
    npm_in(tmp_path / "venv", 0)
    found = assets.find_npm(str(on_path.parent), beside=tmp_path / "venv")
    assert found == str(on_path)


def test_an_npm_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    broken = npm_in(tmp_path / "path", 1)
    in_venv = npm_in(tmp_path / "venv", 0)
    assert assets.find_npm(str(broken.parent), beside=tmp_path / "venv") == str(in_venv)


def test_no_npm_at_all_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetError, match="make setup"):
        assets.find_npm(str(tmp_path), beside=tmp_path)


def test_what_npm_cannot_fetch_is_said_in_its_words(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n")
    npm.chmod(0o755)
    with pytest.raises(assets.AssetError, match="no such package"):
        assets.fetch(package(), str(npm))
