"""How a statement's fields are written: in one form only, so that all versions read the same.

Models take many spellings of one value (`"3"` for 3, an instant for a day). An officer may enter
any of them; in signed bytes only the one that `record.build` writes counts (clause R5.4).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pydantic

from comity import errors
from comity.records import kinds, sealed


def check(kind: kinds.Kind, made: kinds.Statement, said: Mapping[str, Any]) -> None:
    """Open fields stand as `build` writes them: no text where a number belongs, no other form."""
    hidden = kinds.sealed_fields(kind.statement)
    names = {name for name in said if name in type(made).model_fields and name not in hidden}
    spelled = made.model_dump(mode="json", include=names, exclude_unset=True)
    for name in sorted(names):
        if not _same(spelled[name], said[name]):
            raise errors.Invalid(
                "statement-malformed", f"{kind.name}: {name} is not written in its one form"
            )


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON values that tells 1, 1.0 and true apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def tidied(value: Any) -> Any:
    """What an officer entered, without the space around its texts."""
    match value:
        case str():
            return value.strip()
        case list() | tuple():
            return [tidied(one) for one in value]
        case dict():
            return {name: tidied(one) for name, one in value.items()}
        case _:
            return value


def misfits(
    fault: pydantic.ValidationError,
    said: Mapping[str, Any],
    disclosures: Sequence[sealed.Disclosure],
) -> set[str]:
    """The digests of the disclosures that are at fault; all of them if none can be named."""
    found: set[Any] = set()
    for one in fault.errors(include_url=False, include_input=False, include_context=False):
        name, place = (*one["loc"], None, None)[:2]
        found.update(shown.digest for shown in disclosures if shown.name == name)
        value = said.get(str(name))
        if isinstance(place, int) and isinstance(value, list) and sealed.is_sealed(value[place]):
            found.add(value[place][sealed.ELEMENT])
    given = {one.digest for one in disclosures}
    return found & given or given
