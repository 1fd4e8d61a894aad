"""Values as the entries that a browser would send for them: how forms are filled in advance."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import FormData, UploadFile

from comity.web import i18n
from comity.web.forms import entries
from comity.web.forms.shapes import Shape

Said = list[tuple[str, str | UploadFile]]


def fill(shapes: Iterable[Shape], values: Mapping[str, Any], reader: i18n.Reader) -> FormData:
    """The entries that say `values`; times in the reader's zone if they can be."""
    said: Said = []
    for shape in shapes:
        _put(shape, shape.name, values.get(entries.last(shape.name)), reader, said)
    return FormData(said)


def _put(shape: Shape, name: str, value: Any, reader: i18n.Reader, said: Said) -> None:
    if value is None or shape.kind == "fixed":
        return
    match shape.kind:
        case "group":
            for part in shape.parts:
                key = entries.last(part.name)
                _put(part, f"{name}.{key}", value.get(key), reader, said)
        case "groups":
            for row, group in enumerate(value):
                for part in shape.parts:
                    key = entries.last(part.name)
                    _put(part, f"{name}.{row}.{key}", group.get(key), reader, said)
        case "check":
            said.extend([(name, "yes")] if value else [])
        case "choices":
            said.extend((name, entries.written(one)) for one in value)
        case "lines":
            said.append((name, "\n".join(entries.written(one) for one in value)))
        case "instant":
            local, zone = _local(value, reader)
            said.extend([(name, local), (name + entries.ZONE, zone)])
        case _:
            said.append((name, entries.written(value)))


def _local(value: str | datetime, reader: i18n.Reader) -> tuple[str, str]:
    """Local time and zone for an input; in UTC where the reader's zone has the time twice."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    local, zone = at.astimezone(reader.zone), reader.time_zone
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        local, zone = at.astimezone(UTC), "UTC"
    whole = "minutes" if local.second == 0 and local.microsecond == 0 else "seconds"
    return local.replace(tzinfo=None).isoformat(timespec=whole), zone
