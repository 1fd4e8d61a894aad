"""A foreign file, whatever it is: recognised by what it holds, read into rows and faults.

The name only settles doubt (`.csv`, `.txt`). What cannot be read at all is `Invalid` with the line
and the column; what can be read in part is read in part.
"""

from typing import Any

from comity import errors
from comity.interop import csv_rows, found, galaxy, misp, stix, text
from comity.records import strict_json

SIZE_MAX = 64 * 1024 * 1024
TEXT_SIZE_MAX = 16 * 1024 * 1024  # read at about a megabyte a second
DEPTH_MAX = 64

_KNOWN = "a MISP event or galaxy, a STIX bundle, a table with class,value, or text"


def read(
    data: bytes,
    *,
    name: str,
    size_max: int = SIZE_MAX,
    text_size_max: int = TEXT_SIZE_MAX,
    depth_max: int = DEPTH_MAX,
    region: str | None = None,
) -> found.Found:
    """What `data` holds; `name` is the file's own name, for titles and doubt.

    `region` (ISO 3166) is where telephone numbers without country code are from.
    """
    _bound(data, name, size_max)
    written = _decoded(data, name)
    kind = name.lower().rpartition(".")[2]
    if not written.strip():
        raise errors.Invalid("import-empty", f"{name}: holds nothing", next_step="Check the file.")
    if kind == "json" or (kind not in {"csv", "txt"} and written.lstrip()[0] in "{["):
        value = _json(written, name, size_max, depth_max)
        return _from_json(value, name, region)
    if kind == "csv" or (kind != "txt" and csv_rows.fits(written)):
        return csv_rows.read(written, name=name, region=region)
    _bound(data, name, text_size_max)
    return text.read(written, name=name)


def _bound(data: bytes, name: str, size_max: int) -> None:
    if len(data) > size_max:
        raise errors.Invalid(
            "import-too-large",
            f"{name}: {len(data)} bytes where at most {size_max} are read",
            next_step="Split the file and import its parts.",
        )


def _from_json(value: Any, name: str, region: str | None) -> found.Found:
    if stix.fits(value):
        return stix.read(value, name=name)
    if galaxy.fits(value):
        return galaxy.read(value, name=name)
    if misp.fits(value):
        return misp.read(value, name=name, region=region)
    raise errors.Invalid(
        "import-unknown-format",
        f"{name}: JSON, but neither a MISP event or galaxy nor a STIX bundle",
        next_step=f"Give {_KNOWN}.",
    )


def _json(written: str, name: str, size_max: int, depth_max: int) -> Any:
    try:
        return strict_json.loads(written.encode(), size_max=size_max, depth_max=depth_max)
    except errors.Invalid as fault:
        raise errors.Invalid(
            fault.code, f"{name}: {fault.message}", next_step=f"Give {_KNOWN}."
        ) from fault


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, with or without the mark that spreadsheets put before it, and without zeros."""
    try:
        written = data.decode("utf-8-sig")
        end, why = written.find("\0"), "a zero character"
    except UnicodeDecodeError as fault:
        written = data[: fault.start].decode(errors="replace")
        end, why = len(written), "not UTF-8"
    if end < 0:
        return written
    line = written.count("\n", 0, end) + 1
    column = end - written.rfind("\n", 0, end)
    raise errors.Invalid(
        "import-not-text",
        f"{name}: line {line} column {column}: {why}",
        next_step="Save the file as UTF-8 text.",
    )
