"""Where in a text something stands that may be an identifier.

Patterns only, each linear in the length of the text; whether a candidate is one is decided by the
normal form of its class. Classes are given by their names, in the order in which they are tried.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Services whose names are not everyday words: `session: started` is no handle.
_SERVICES = (
    "telegram", "whatsapp", "wickr", "threema", "jabber", "xmpp", "icq", "discord", "twitter",
    "instagram", "github", "reddit", "skype", "keybase",
)  # fmt: skip

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"(?<![\w.])(?:https?|ftp)://[^\s<>\"'`|\\^{}]{1,2000}", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")),
    (
        "handle",
        re.compile(rf"(?<!\w)(?:{'|'.join(_SERVICES)}):[ ]?@?[\w.@-]{{2,80}}", re.IGNORECASE),
    ),
    (
        "onion",
        re.compile(
            r"(?<![\w.-])(?:[a-z0-9-]{1,63}\.){0,6}(?:[a-z2-7]{56}|[a-z2-7]{16})\.onion(?![\w-])",
            re.IGNORECASE,
        ),
    ),
    ("onion", re.compile(r"(?<![\w.-])[a-z2-7]{56}(?![\w.-])", re.IGNORECASE)),
    ("eth", re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")),
    ("btc", re.compile(r"(?<!\w)(?:bc1[a-z0-9]{8,87}|BC1[A-Z0-9]{8,87})(?!\w)")),
    ("btc", re.compile(r"(?<!\w)[13][1-9A-HJ-NP-Za-km-z]{24,34}(?!\w)")),
    ("pgp", re.compile(r"(?<!\w)(?:[0-9A-Fa-f]{4}[ ]{1,2}){9}[0-9A-Fa-f]{4}(?!\w)")),
    (
        "pgp",
        re.compile(
            r"(?:fingerprint|pgp|gpg)[ :=]{1,3}(?P<value>[0-9A-F]{40})(?!\w)", re.IGNORECASE
        ),
    ),
    ("sha256", re.compile(r"(?<!\w)[0-9a-fA-F]{64}(?!\w)")),
    ("sha1", re.compile(r"(?<!\w)[0-9a-fA-F]{40}(?!\w)")),
    ("md5", re.compile(r"(?<!\w)[0-9a-fA-F]{32}(?!\w)")),
    ("iban", re.compile(r"(?<!\w)[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{1,4}+){3,8}(?!\w)")),
    ("phone", re.compile(r"(?<![\w+])\+[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?!\w)")),
    ("ipv6", re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")),
    ("ipv4", re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w|\.[0-9]|/[0-9])")),
    ("domain", re.compile(r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}(?![\w-]|\.\w)")),
)
_PUNCTUATION = ".,;:!?*_~"
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A piece of the text, `text[start:end]`, and the class that it may be of."""

    cls: str
    start: int
    end: int


def candidates(text: str) -> Iterator[Candidate]:
    """Every candidate; they overlap. An IBAN comes in each length at which it may end."""
    for cls, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("value" if "value" in pattern.groupindex else 0)
            if cls == "url":
                end = _without_punctuation(text, start, end)
            yield Candidate(cls=cls, start=start, end=end)
            if cls == "iban":
                yield from _shorter(text, start, end)


def _shorter(text: str, start: int, end: int) -> Iterator[Candidate]:
    """The candidate without its last groups: words in capitals may follow an account."""
    while (end := text.rfind(" ", start, end)) > start:
        yield Candidate(cls="iban", start=start, end=end)


def _without_punctuation(text: str, start: int, end: int) -> int:
    """Where a URL ends when the sentence around it goes on: `(see http://a.example/b).`"""
    while end > start:
        last = text[end - 1]
        opening = _PAIRS.get(last)
        closes_nothing = opening is not None and opening not in text[start:end]
        if last not in _PUNCTUATION and not closes_nothing:
            break
        end -= 1
    return end
