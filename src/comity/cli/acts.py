"""Acts: any kind of record, from its name and its fields."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from comity import errors
from comity.cli import client, files, output
from comity.cli.options import PLAIN, Options
from comity.records import strict_json

_FILE_BYTES_MAX = 2**20


def act(
    kind: str | None = None,
    *,
    matter: str | None = None,
    field: Annotated[list[str] | None, Parameter(negative=())] = None,
    json_file: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    tlp: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] | None = None,
    recipient: Annotated[list[str] | None, Parameter(negative=())] = None,
    key: str | None = None,
    preview: Annotated[bool, Parameter(name=("--preview", "--dry-run"), negative=())] = False,
    listed: Annotated[bool, Parameter(name="--list", negative=())] = False,
    fields: Annotated[bool, Parameter(negative=())] = False,
    options: Options = PLAIN,
) -> None:
    """Say a record of any kind.

    Parameters
    ----------
    kind
        Its name: request.filed/1.
    matter
        The matter in which it is said; none for a kind that begins one.
    field
        A field as name=value. A list is given by repeating its name, anything nested as JSON.
    json_file
        All fields as one JSON object; - reads it from the standard input.
    tlp
        How widely it may be shown.
    recipient
        Who is entitled to the sealed fields, instead of every party. May be repeated.
    key
        An Idempotency-Key: the same command with the same key has one effect.
    preview
        Say nothing; show who would receive what.
    listed
        List the kinds that can be said.
    fields
        Show the fields of the kind.
    """
    if listed:
        _list(options)
        return
    if kind is None:
        raise errors.Invalid(
            "kind-missing", "which kind?", next_step="List them with: comity act --list"
        )
    schema = _schema(kind)
    if fields:
        _show_fields(options, schema)
        return
    body: dict[str, Any] = {"said": _said(schema, field or [], json_file)}
    if matter is not None:
        body["matter"] = matter
    handling = {"tlp": tlp, "recipients": recipient}
    given = {name: value for name, value in handling.items() if value}
    if given:
        body["handling"] = given
    with client.Client(options) as node:
        if preview:
            _preview(options, node.post(f"/acts/{kind}", body, preview="true"))
            return
        headers = {} if key is None else {"Idempotency-Key": key}
        said = node.call("POST", f"/acts/{kind}", json=body, headers=headers).json()
    lines = [f"record {said['record']}", f"matter {said['matter']}"]
    output.answer(options, said, quiet=[said["record"]], lines=lines)


def _list(options: Options) -> None:
    from comity.desk import offering
    from comity.matters import subjects

    found = [
        {"kind": kind.name, "title": kind.title, "needs": kind.needs, "family": kind.family}
        for kind in offering.sayable(subjects.REGISTRY)
    ]
    columns = {"kind": "Kind", "title": "What it does", "needs": "By"}
    output.table(options, {"kinds": found}, found, columns, key="kind", empty="")


def _schema(kind: str) -> dict[str, Any]:
    from comity.desk import offering
    from comity.matters import subjects

    if kind in offering.PROCEDURES:
        raise errors.Invalid(
            "kind-of-procedure",
            f"{kind} is said by the procedure {offering.PROCEDURES[kind]} alone",
            next_step="See: comity --help",
        )
    found: dict[str, Any] | None = subjects.REGISTRY.schemas.get(kind)
    if found is None:
        raise errors.NotFound(
            "kind-unknown",
            f"there is no kind {kind} in this version",
            next_step="List them with: comity act --list",
        )
    return found


def _show_fields(options: Options, schema: dict[str, Any]) -> None:
    rows = [
        {
            "field": name,
            "required": name in schema.get("required", ()),
            "sealed": bool(said.get("x-sealed")),
            "takes": _takes(said),
            "told": said.get("description") or said.get("title", ""),
        }
        for name, said in schema["properties"].items()
    ]
    columns = {
        "field": "Field",
        "required": "Required",
        "sealed": "Sealed",
        "takes": "Takes",
        "told": "",
    }
    output.table(options, schema, rows, columns, key="field", empty="It has no fields.")


def _takes(said: dict[str, Any]) -> str:
    if "enum" in said:
        return " | ".join(map(str, said["enum"]))
    if "anyOf" in said:
        return " | ".join(_takes(one) for one in said["anyOf"] if one.get("type") != "null")
    kind = str(said.get("type", "JSON"))
    return f"{kind} of {_takes(said['items'])}" if "items" in said else kind


def _said(schema: dict[str, Any], fields: list[str], json_file: Path | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if json_file is not None:
        stdin = str(json_file) == "-"
        data = (
            sys.stdin.buffer.read(_FILE_BYTES_MAX)
            if stdin
            else files.read(json_file, _FILE_BYTES_MAX)
        )
        said = strict_json.loads(data, size_max=_FILE_BYTES_MAX)
        if not isinstance(said, dict):
            raise errors.Invalid("field-malformed", f"{json_file} holds no JSON object")
    for given in fields:
        name, parted, text = given.partition("=")
        if not parted or name not in schema["properties"]:
            raise errors.Invalid(
                "field-malformed",
                f"{given[:60]!r} is no field of this kind as name=value",
                next_step="See the fields with: comity act KIND --fields",
            )
        _set(said, name, text, schema["properties"][name])
    return said


def _set(said: dict[str, Any], name: str, text: str, schema: dict[str, Any]) -> None:
    """Add one `name=value`: text stays text, a list grows, anything else is JSON."""
    forms = schema.get("anyOf", [schema])
    kinds = {one.get("type") for one in forms}
    if "string" in kinds or "enum" in schema:
        said[name] = text
    elif "array" in kinds and not text.startswith("["):
        items = next(one["items"] for one in forms if one.get("type") == "array")
        item: Any = text if items.get("type") == "string" else _json(name, text)
        said[name] = [*said.get(name, []), item]
    else:
        said[name] = _json(name, text)


def _json(name: str, text: str) -> Any:
    try:
        return strict_json.loads(text.encode())
    except errors.Invalid as fault:
        raise errors.Invalid("field-malformed", f"{name}: {fault.message}") from None


def _preview(options: Options, said: dict[str, Any]) -> None:
    columns = {
        "authority": "Authority",
        "shown": "Could read",
        "hidden": "Could not read",
        "why": "Why",
    }
    empty = "Nobody but this authority would receive it."
    output.table(options, said, said["recipients"], columns, key="authority", empty=empty)
