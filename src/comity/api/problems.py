"""Errors as problem details (RFC 9457): the one place where they become answers.

A problem tells what `comity.errors` told, and nothing else: no trace, no value that the caller did
not send. What is not here and what may not be known of are told in the same words.
"""

from typing import Any

from comity import errors
from comity.api import answers

MEDIA = "application/problem+json"
TYPE = "urn:comity:error:"

_STATUS = {
    "body-too-large": 413,
    "header-twice": 400,
    "json-too-large": 413,
    "media-type": 415,
    "method-not-allowed": 405,
    "sign-in-needed": 401,
    "wrong-host": 421,
}
_SAME_WORDS = {
    "matter-unknown": ("There is no such matter here.", "Check its id."),
    "record-unknown": ("There is no such record here.", "Check its id."),
}
_NAMES: dict[type[errors.ComityError], str] = {
    errors.Invalid: "invalid",
    errors.Refused: "refused",
    errors.Unverified: "unverified",
    errors.NotFound: "not-found",
    errors.Conflict: "conflict",
    errors.Unavailable: "unavailable",
}
_STEPS: dict[type[errors.ComityError], str] = {
    errors.Invalid: "Correct what was sent, then try again.",
    errors.Refused: "Ask someone who may do this.",
    errors.Unverified: "Do not use what came; ask its sender again.",
    errors.NotFound: "Check what was named.",
    errors.Conflict: "Read it again, then decide.",
    errors.Unavailable: "Try again later; nothing was lost.",
}
"""What to do next where an error does not say it better."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; docs/errors.md lists every code.",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:comity:error:[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "error": {"enum": [*_NAMES.values(), "broken"]},
        "next_step": {"type": "string"},
    },
    "required": ["type", "title", "status", "code", "error"],
}


def status_of(fault: errors.ComityError) -> int:
    """The HTTP status of an error."""
    if fault.code.startswith("json-"):
        return _STATUS.get(fault.code, 400)
    return _STATUS.get(fault.code, fault.status)


def reply(fault: errors.ComityError, *headers: tuple[bytes, bytes]) -> answers.Reply:
    """The answer for an error."""
    status = status_of(fault)
    detail, next_step = _SAME_WORDS.get(fault.code, (fault.message, fault.next_step))
    extra = list(headers)
    if status == 401:
        extra.append((b"www-authenticate", b"Bearer"))
    if status == 503:
        extra.append((b"retry-after", b"5"))
    said = _document(fault.code, status, _NAMES[type(fault)])
    said["detail"] = detail
    said["next_step"] = next_step or _STEPS[type(fault)]
    return _made(said, extra)


def bare(fault: errors.ComityError, status: int) -> answers.Reply:
    """The code and nothing else: for callers whom nobody knows yet."""
    extra = [(b"retry-after", b"5")] if status == 503 else []
    return _made(_document(fault.code, status, _NAMES[type(fault)]), extra)


def broken() -> answers.Reply:
    """The answer when the fault is ours. What it is stands in the log."""
    said = _document("broken", 500, "broken")
    said["detail"] = "This node has a fault. Its operator finds it in the log."
    return _made(said, [])


def _document(code: str, status: int, error: str) -> dict[str, Any]:
    return {
        "type": TYPE + code,
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "code": code,
        "error": error,
    }


def _made(said: dict[str, Any], headers: answers.Headers) -> answers.Reply:
    made = answers.json_reply(said, said["status"], *headers)
    return answers.Reply(made.status, made.body, MEDIA, made.headers)
