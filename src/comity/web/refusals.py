"""What pages say when something was refused or went wrong, in the reader's language.

Policy's no is told in its own words, which the catalogues know. Any other error is told by its
code: `meanings` has the words. What differs from case to case is told too, translated where it is
one of the sentences below, else in English as it was raised; names and values in it stand isolated,
so that their direction does not turn the sentence.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from comity import errors
from comity.policy import asks
from comity.records.ids import AuthorityId
from comity.web import i18n, words
from comity.web.i18n import N_
from comity.web.meanings import MEANINGS

SENTENCES: tuple[str, ...] = (
    # Why the fold of a matter takes no account of a record (docs/protocol/fold.md).
    N_("after names a record and its ancestor"),
    N_("an ancestor was rejected"),
    N_("control is not the head of the control chain that it had seen"),
    N_("it belongs to matter %(matter)s"),
    N_("it is not the first record of a matter"),
    N_("it is not the first record of this matter"),
    N_("it names %(count)s records that are not here"),
    N_("it names no authority"),
    N_("it names nothing that it had seen and that could be acted on"),
    N_("it resolves no fork that it had seen"),
    N_("it settles no conflict that it had seen"),
    N_("it votes for no branch of a fork that it had seen"),
    N_("lamport is %(found)s where %(wanted)s follows"),
    N_("less than a majority of %(count)s voted for this branch"),
    N_("matters that begin with %(kind)s are not known here"),
    N_("no lead was offered"),
    N_("only the first record of a matter stands after nothing"),
    N_("only the lead, %(who)s, may do this"),
    N_("only %(who)s may do this"),
    N_("seq is %(found)s where %(wanted)s follows"),
    N_("the act to keep is none of those in conflict"),
    N_("the control chain forks here; a majority must choose a branch first"),
    N_("the lead can be offered to another party only, not to %(who)s"),
    N_("the lead cannot be removed; hand the lead over first"),
    N_("the lead was offered to %(who)s, who must answer first"),
    N_("the matter is closed"),
    N_("the %(thing)s is quarantined until the lead ratifies it"),
    N_("the %(thing)s is %(status)s, not %(wanted)s"),
    N_("%(kind)s has no place in a %(thing)s"),
    N_("%(record)s is a %(thing)s, not a %(wanted)s"),
    N_("%(record)s is not quarantined in what it had seen"),
    N_("%(who)s has no vote on this fork"),
    N_("%(who)s has voted, and the vote is not lost yet"),
    N_("%(who)s is a party already"),
    N_("%(who)s is no party of this matter"),
    N_("%(who)s is no party"),
    N_("%(who)s wrote the branches and has no vote"),
    # Where in a file something could not be read.
    N_("line %(number)s"),
    # Policy's no where it depends on who asks (policy/denials.py).
    N_("This needs %(roles)s; you are here as %(role)s."),
    N_("Ask %(roles)s of your authority."),
    N_("No policy of this node permits %(action)s here."),
    N_("Check what you meant to do, and in which matter."),
)
"""Sentences of other rooms that hold values; the first that fits is taken."""
_WORDS = (
    N_("request"), N_("exhibit"), N_("match"), N_("triage"), N_("case"), N_("report"),
    N_("offered"),
)  # fmt: skip
"""What values in them may be, beside names and the statuses of `words`."""
_OR = " or "
_SAY_OR = N_("%(one)s or %(other)s")
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A refusal, ready to be shown."""

    code: str
    status: int
    reason: str
    more: str = ""
    """What it was in this case, in the reader's language; empty if nothing more is known."""
    detail: str = ""
    """The same, in English as it was raised, where it could not be translated."""
    next_step: str


def tell(
    reader: i18n.Reader, fault: errors.ComityError, names: Mapping[AuthorityId, str] | None = None
) -> Told:
    """What `fault` means to this reader; `names` are those of authorities."""
    meaning = MEANINGS.get(fault.code)
    message = _particular(fault)
    known = sentence(reader, message, names)
    if meaning is None:
        # Policy's no; or a code that no page has words for yet, told as it was raised.
        return Told(
            code=fault.code,
            status=fault.status,
            reason=known or _as_raised(reader, message),
            next_step=sentence(reader, fault.next_step, names)
            or _as_raised(reader, fault.next_step),
        )
    told = reader.gettext(meaning.told)
    same = _bare(message) in (_bare(meaning.told), _bare(told))
    return Told(
        code=fault.code,
        status=fault.status,
        reason=told,
        more="" if same else known,
        detail="" if same or known else message,
        next_step=reader.gettext(meaning.next_step),
    )


def meaning(reader: i18n.Reader, code: str) -> str:
    """What a code means, where nothing but the code was kept; empty if it is not known."""
    known = MEANINGS.get(code)
    return reader.gettext(known.told) if known else ""


def sentence(reader: i18n.Reader, text: str, names: Mapping[AuthorityId, str] | None = None) -> str:
    """A sentence of another room in the reader's language; empty if it is not known."""
    if text in SENTENCES:
        return reader.gettext(text)
    for known, shape in _shapes():
        found = shape.fullmatch(text)
        if found is not None:
            values = {k: _value(reader, v, names or {}) for k, v in found.groupdict().items()}
            return reader.gettext(known) % values
    return ""


def verdict(reader: i18n.Reader, text: str, names: Mapping[AuthorityId, str] | None = None) -> str:
    """Why a record changes nothing, as well as it can be told."""
    return sentence(reader, text, names) or i18n.isolated(text)


def _as_raised(reader: i18n.Reader, text: str) -> str:
    """A text that may be in the catalogues; else in its own language and direction."""
    translated = reader.gettext(text)
    foreign = translated == text and text and reader.language != i18n.SOURCE
    return i18n.isolated(text) if foreign else translated


def _particular(fault: errors.ComityError) -> str:
    """What the error says of this case; a verdict of the fold begins with the record's kind."""
    if fault.code == "not-admissible":
        return fault.message.partition(": ")[2] or fault.message
    return fault.message


def _value(reader: i18n.Reader, text: str, names: Mapping[AuthorityId, str]) -> str:
    """A value within a sentence: a number, a name, a status, a word, or as it stands."""
    one, several, rest = text.partition(_OR)
    if several:
        pair = {"one": _value(reader, one, names), "other": _value(reader, rest, names)}
        return reader.gettext(_SAY_OR) % pair
    if text.isascii() and text.isdigit():
        return text
    if AuthorityId(text) in names:
        return i18n.isolated(names[AuthorityId(text)])
    if text in words.STATUSES:
        return words.status(reader, text)[0]
    translated = reader.gettext(text)
    return translated if translated != text or text in _ours() else i18n.isolated(text)


@functools.cache
def _ours() -> frozenset[str]:
    """Values that are words of the page's language in every language, English too."""
    return frozenset((*_WORDS, *asks.ROLES.values()))


def _bare(text: str) -> str:
    return text.strip(" .").casefold()


@functools.cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Sentences with values, and what finds the values in them."""
    found = []
    for text in SENTENCES:
        if _PLACE.search(text):
            parts = _PLACE.split(text)
            pattern = "".join(
                f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
            )
            found.append((text, re.compile(pattern)))
    return tuple(found)
