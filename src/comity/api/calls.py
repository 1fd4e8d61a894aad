"""One request as an endpoint sees it: who asks, for what purpose, with which values.

Everything is read strictly: what is unknown, doubled or malformed is refused with its place. Ids
that cannot be ids are answered like ids of nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import pydantic

from comity import errors
from comity.desk import people, tools
from comity.records import ids, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId

Form = TypeVar("Form", bound=pydantic.BaseModel)
_QUERY_FIELDS_MAX = 50
_BEARER = b"bearer "


class Body(pydantic.BaseModel):
    """What a procedure is given as JSON: closed, and nothing is converted."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after its caller is known."""

    desk: tools.Desk
    url: str
    """Path and query, as they were sent."""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    chunks: Iterator[bytes] = field(default_factory=lambda: iter(()))
    """The body of a streamed request."""

    def matter(self, name: str = "matter") -> MatterId:
        """A matter named in the path; what is no id is not here."""
        if not ids.is_digest(self.path[name]):
            raise no_matter()
        return MatterId(self.path[name])

    def record(self, name: str = "record") -> RecordId:
        """A record named in the path."""
        if not ids.is_digest(self.path[name]):
            raise errors.NotFound("record-unknown", "There is no such record here.")
        return RecordId(self.path[name])

    def one(self, name: str, default: str = "") -> str:
        """A query parameter that stands once at most."""
        values = self.query.get(name, ())
        if len(values) > 1:
            raise errors.Invalid(
                "query-twice",
                f"{name} stands {len(values)} times in the query",
                next_step="Name it once.",
            )
        return values[0] if values else default

    def authority(self, name: str) -> AuthorityId:
        """An authority named in the query."""
        return authority(self.one(name), name)

    def number(self, name: str, default: int, largest: int) -> int:
        """A whole number from 1 to `largest` in the query."""
        text = self.one(name, str(default))
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        if not is_number or not 1 <= int(text) <= largest:
            raise query_value(f"{name} is a number from 1 to {largest}")
        return int(text)

    def flag(self, name: str) -> bool:
        """A query parameter that is `true` or `false`."""
        text = self.one(name, "false")
        if text not in ("true", "false"):
            raise query_value(f"{name} is true or false")
        return text == "true"

    def form(self, model: type[Form]) -> Form:
        """The JSON body as `model`; `Invalid` names the member."""
        return form(model, self.json())

    def json(self) -> Any:
        """The JSON body, read strictly."""
        value = strict_json.loads(self.body, size_max=len(self.body) + 1)
        if not isinstance(value, dict):
            raise malformed("whole", "the body is no JSON object")
        return value


def no_matter() -> errors.NotFound:
    """For an id that cannot be one."""
    return errors.NotFound("matter-unknown", "There is no such matter here.")


def malformed(place: str, why: str) -> errors.Invalid:
    """For a body that is not as the endpoint wants it; `place` is the member at fault."""
    return errors.Invalid(
        "body-malformed",
        f"{place}: {why}",
        next_step="Compare the body with what the OpenAPI document says of this path.",
    )


def form(model: type[Form], value: Any, *, within: str = "") -> Form:
    """`value` as `model`; `Invalid` names the member, which stands `within` another or alone."""
    try:
        # As JSON, for only so are the models inside as strict as the one around them.
        return model.model_validate_json(strict_json.dumps(value), strict=True)
    except pydantic.ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        parts = [within, *(str(part) for part in first["loc"])]
        place = ".".join(part for part in parts if part) or "whole"
        raise malformed(place, first["msg"]) from None


def authority(text: str, name: str) -> AuthorityId:
    """`text` as an authority's id."""
    if not ids.is_authority(text):
        raise errors.Invalid(
            "authority-malformed",
            f"{name}: {text[:60]!r} is no authority's id",
            next_step="Give an id as the directory lists it, for example nl-north.",
        )
    return AuthorityId(text)


def query(
    raw: bytes, known: frozenset[str], needed: frozenset[str] = frozenset()
) -> dict[str, tuple[str, ...]]:
    """The query parameters: each of them `known` to the endpoint, none missing that is `needed`."""
    found = _query(raw, known) if raw else {}
    for name in sorted(needed - found.keys()):
        raise query_value(f"{name} must be given")
    return found


def _query(raw: bytes, known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_QUERY_FIELDS_MAX,
            errors="strict",
        )
    except ValueError:
        raise _query_malformed("the query is no list of name=value") from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name not in known:
            raise errors.Invalid(
                "query-unknown",
                f"there is no query parameter {name[:60]!r} here",
                next_step="Leave it out; the OpenAPI document lists those that there are.",
            )
        if any(character < " " or character == "\x7f" for character in value):
            raise _query_malformed(f"{name} holds a control character")
        found[name] = (*found.get(name, ()), value)
    return found


def _query_malformed(why: str) -> errors.Invalid:
    next_step = "Write it as name=value&name=value, with everything else percent-encoded."
    return errors.Invalid("query-malformed", why, next_step=next_step)


def query_value(why: str) -> errors.Invalid:
    """For a query parameter whose value is not as the endpoint wants it."""
    return errors.Invalid("query-value", why, next_step="Correct this value, then ask again.")


_ONCE = frozenset({b"authorization", b"comity-purpose", b"host", b"idempotency-key"})


def headers(raw: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers, those that decide something standing once at most."""
    found = dict(raw)
    if len(found) != len(raw):
        names = [name for name, _ in raw]
        for name in _ONCE:
            if names.count(name) > 1:
                raise errors.Invalid(
                    "header-twice",
                    f"the header {name.decode()} stands twice",
                    next_step="Send it once.",
                )
    return found


def caller(
    own: tools.Tools, sent: Mapping[bytes, bytes], *, local: bool, now: datetime
) -> tools.Desk:
    """The desk of whoever sends these headers.

    A bearer token names an officer, also on the Unix socket. Without one, a local caller is the
    node's operator, and anyone else is nobody. What is missing, malformed, expired and never given
    is refused in the same words.
    """
    purpose = sent.get(b"comity-purpose", b"").decode("ascii", "replace").strip()
    given = sent.get(b"authorization")
    if given is None and local:
        return tools.Desk(officer=tools.NODE, purpose=purpose, now=now, tools=own)
    if given is not None and given[:7].lower() == _BEARER:
        token = given[7:].decode("ascii", "replace")
        held = people.holder(own, token, "token", now)
        if held is not None:
            scope = people.scope_of_token(held.credential)
            return tools.Desk(
                officer=held.officer, purpose=purpose, now=now, tools=own, scope=scope
            )
    raise errors.Refused(
        "sign-in-needed",
        "this needs the token of an officer",
        next_step="Send it as: Authorization: Bearer cmt_token_...",
    )
