"""Sealed fields: in the signed bytes stands a salted digest, beside them the disclosure.

The digest rules are those of RFC 9901 (SD-JWT), sections 4.2 and 7.1: a field's disclosure is
base64url of the JSON [salt, name, value], an array element's of [salt, value], and the digest is
SHA-256 over the disclosure's characters. Salts have 128 random bits that exist nowhere else, so
erasing a disclosure erases the value. A withheld field shows as withheld, never as empty
(clauses R4).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from comity import errors
from comity.records import strict_json

T = TypeVar("T")
Salt = Callable[[], bytes]
"""Gives 16 fresh random bytes a call."""

SALT_BYTES = 16
DIGESTS = "_sd"
ELEMENT = "..."
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Sealed(Generic[T]):
    """A field's value if it was disclosed here, else withheld. Use `shown` to read it."""

    __slots__ = ("_digest", "_value", "_withheld")

    def __init__(self, value: T | None = None, *, digest: str = "", withheld: bool = False) -> None:
        self._value = value
        self._digest = digest
        self._withheld = withheld

    @property
    def withheld(self) -> bool:
        """Whether the value is not here: never sent to this node, or erased."""
        return self._withheld

    @property
    def digest(self) -> str:
        """The digest in the signed bytes, where its position tells it (array elements)."""
        return self._digest

    @property
    def shown(self) -> T | None:
        """The value, or None where it is withheld."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        return (self._withheld, self._value) == (other._withheld, other._value)

    def __hash__(self) -> int:
        return hash((self._withheld, repr(self._value)))

    def __repr__(self) -> str:
        return "Sealed(withheld)" if self._withheld else f"Sealed({self._value!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take a plain value of the inner type, or a Sealed as it is; write the value out."""
        inner = handler.generate_schema(source.__args__[0])
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(cls, inner),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(_written),
            metadata={"inner": inner},
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The inner type's schema, marked as sealed for forms and other implementations."""
        return {**handler(schema["metadata"]["inner"]), "x-sealed": True}


def _written(value: "Sealed[Any]") -> Any:
    return {"withheld": True} if value.withheld else value.shown


WITHHELD: Sealed[Any] = Sealed(withheld=True)
"""What stands for every value that is not here."""


def field(title: str, description: str = "") -> Any:
    """The default of a sealed field of a statement: withheld, with its label and hint."""
    return Field(default_factory=_withheld, title=title, description=description or None)


def _withheld() -> Sealed[Any]:
    return WITHHELD


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens one sealed field, or one element of a list (then without a name)."""

    text: str
    digest: str
    name: str | None
    value: Any


def disclosure(text: str) -> Disclosure:
    """Read a disclosure; `Invalid` when it breaks RFC 9901, 7.1 step 3."""
    parts = strict_json.loads(_unpadded(text))
    if not isinstance(parts, list) or len(parts) not in (2, 3) or not isinstance(parts[0], str):
        raise errors.Invalid("disclosure-malformed", "a disclosure is [salt, name, value]")
    name = parts[1] if len(parts) == 3 else None
    if len(parts) == 3 and (not isinstance(name, str) or name in (DIGESTS, ELEMENT)):
        raise errors.Invalid("disclosure-malformed", f"a disclosure may not be named {name!r}")
    return Disclosure(text=text, digest=digest_of(text), name=name, value=parts[-1])


def _unpadded(text: str) -> bytes:
    """The bytes of base64url without padding, in its one spelling (RFC 4648, 3.5 and 5)."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        decoded = b""
    if _base64url(decoded) != text:
        raise errors.Invalid("disclosure-malformed", "a disclosure is not base64url")
    return decoded


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest_of(text: str) -> str:
    """base64url of SHA-256 over the characters of a disclosure."""
    return _base64url(hashlib.sha256(text.encode()).digest())


def seal(
    open_: Mapping[str, Any],
    sealed: Mapping[str, Any],
    salt: Salt,
    *,
    by_element: Collection[str] = (),
) -> tuple[dict[str, Any], tuple[Disclosure, ...]]:
    """The said part of a record, and the disclosures that belong to it.

    A list named in `by_element` is sealed element by element and keeps its length and order in
    the open; any other value is sealed whole, its name too. Digests are sorted, so that their
    order tells nothing.
    """
    said: dict[str, Any] = dict(open_)
    made: list[Disclosure] = []
    digests: list[str] = []
    for name, value in sealed.items():
        if name in by_element:
            elements = [_make(None, element, salt) for element in value]
            said[name] = [{ELEMENT: element.digest} for element in elements]
            made.extend(elements)
        else:
            whole = _make(name, value, salt)
            digests.append(whole.digest)
            made.append(whole)
    if digests:
        said[DIGESTS] = sorted(digests)
    return said, tuple(made)


def _make(name: str | None, value: Any, salt: Salt) -> Disclosure:
    salted = _base64url(salt())
    parts = [salted, value] if name is None else [salted, name, value]
    text = _base64url(strict_json.dumps(parts))
    return Disclosure(text=text, digest=digest_of(text), name=name, value=value)


def digests_in(said: Mapping[str, Any]) -> frozenset[str]:
    """Every digest of a said part; `Invalid` when one stands twice (RFC 9901, 7.1 step 4)."""
    named = said.get(DIGESTS, [])
    if not isinstance(named, list):
        raise errors.Invalid("digest-malformed", f"{DIGESTS} is not a list")
    found: list[Any] = list(named)
    for name, value in said.items():
        if isinstance(value, list) and name != DIGESTS:
            found.extend(element[ELEMENT] for element in value if is_sealed(element))
    for digest in found:
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise errors.Invalid("digest-malformed", "a sealed field's digest is not SHA-256")
    unique = frozenset(found)
    if len(unique) != len(found):
        raise errors.Invalid("digest-twice", "one digest stands for two sealed fields")
    return unique


def is_sealed(element: Any) -> bool:
    """Whether a list's element stands there as a digest only."""
    return isinstance(element, dict) and set(element) == {ELEMENT}


def match(said: Mapping[str, Any], texts: Iterable[str]) -> tuple[Disclosure, ...]:
    """The disclosures among `texts`, each checked to belong to `said`.

    Refused as RFC 9901, 7.1 says: one that no digest names, one given twice, one whose name is
    taken by an open field or by another disclosure.
    """
    known = digests_in(said)
    named = frozenset(said.get(DIGESTS, ()))
    found: dict[str, Disclosure] = {}
    names: set[str] = {name for name in said if name != DIGESTS}
    for text in texts:
        one = disclosure(text)
        if one.digest not in known:
            raise errors.Unverified(
                "disclosure-unknown", f"no sealed field has digest {one.digest}"
            )
        if one.digest in found:
            raise errors.Unverified("disclosure-twice", f"{one.digest} is given twice")
        if (one.name is not None) != (one.digest in named):
            raise errors.Unverified("disclosure-misplaced", f"{one.digest} opens another place")
        if one.name is not None:
            if one.name in names:
                raise errors.Unverified("disclosure-name-taken", f"{one.name} is there already")
            names.add(one.name)
        found[one.digest] = one
    return tuple(found.values())


def usable(said: Mapping[str, Any], texts: Iterable[str]) -> tuple[Disclosure, ...]:
    """Of disclosures that were kept one by one, those that open their place. Never raises.

    An author can sign two digests for one name and send each of two members another disclosure.
    Where both have come, neither is believed, whichever came first.
    """
    found: dict[str, Disclosure] = {}
    for text in texts:
        try:
            for one in match(said, (text,)):
                found[one.digest] = one
        except errors.ComityError:
            # What does not belong here, or is damaged, opens nothing: its field stays withheld.
            continue
    names = [one.name for one in found.values()]
    return tuple(one for one in found.values() if one.name is None or names.count(one.name) == 1)


def opened(said: Mapping[str, Any], disclosures: Sequence[Disclosure]) -> dict[str, Any]:
    """The said part as values: disclosed fields in place, withheld elements as `WITHHELD`."""
    by_digest = {one.digest: one for one in disclosures}
    values: dict[str, Any] = {}
    for name, value in said.items():
        if name == DIGESTS:
            continue
        values[name] = [_element(e, by_digest) for e in value] if isinstance(value, list) else value
    for one in disclosures:
        if one.name is not None:
            values[one.name] = one.value
    return values


def _element(element: Any, by_digest: Mapping[str, Disclosure]) -> Any:
    if is_sealed(element):
        known = by_digest.get(element[ELEMENT])
        return Sealed(digest=element[ELEMENT], withheld=True) if known is None else known.value
    return element
