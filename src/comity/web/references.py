"""What the fields of a statement refer to: authorities, matters, records, blobs.

It is read from the types of the fields, so that forms and pages know it for every kind.
"""

import functools
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from comity.records import ids, sealed

Sort = Literal["authority", "matter", "record", "blob", ""]
_SORTS: Mapping[Any, Sort] = {
    ids.AuthorityId: "authority",
    ids.MatterId: "matter",
    ids.RecordId: "record",
    ids.BlobId: "blob",
}


@functools.cache
def of(statement: type[BaseModel]) -> Mapping[str, Sort]:
    """What each field refers to, by name; fields that refer to nothing are left out."""
    found = {name: sort_of(info.annotation) for name, info in statement.model_fields.items()}
    return {name: sort for name, sort in found.items() if sort}


def sort_of(annotation: Any) -> Sort:
    """What a value of this type refers to, or each element of a list of them."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated or origin in (list, tuple, sealed.Sealed):
        return sort_of(args[0])
    if origin in (Union, types.UnionType):
        inner = [one for one in args if one is not type(None)]
        return sort_of(inner[0]) if len(inner) == 1 else ""
    return _SORTS.get(annotation, "")
