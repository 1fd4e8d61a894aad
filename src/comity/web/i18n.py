"""Languages: which one a reader gets, its catalogue, and dates, times and numbers written in it.

The source texts are English and are their own keys; `locale/LANGUAGE/LC_MESSAGES/comity.po` holds
the others. A compiled `.mo` is used when it is at least as new as its `.po`; without one the
catalogue is compiled in memory, so that pages never show yesterday's words. Digits are Western in
every language: numbers in a case file are read aloud across borders.
"""

import functools
import io
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import babel
from babel import dates, numbers, support

from comity import errors

LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "ar": "العربية",
}
"""What pages can be read in, each by its own name."""

SOURCE = "en"
DOMAIN = "comity"
FOLDER = Path(__file__).parent / "locale"

# Which English, and which Arabic: day before month, months by their international names.
_REGIONS = {"en": "en_GB", "ar": "ar_EG"}
_ACCEPT_SIZE_MAX = 1_000
_ACCEPTED = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,35})?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*"
)
_REGION_NAMES = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip


def N_(text: str) -> str:  # noqa: N802  # the gettext convention for texts translated where shown
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


def accepted(header: str) -> str | None:
    """The best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4), or None."""
    best, weight = None, 0.0
    for part in header[:_ACCEPT_SIZE_MAX].split(","):
        match = _ACCEPTED.fullmatch(part)
        if match is None or match[1].lower() not in LANGUAGES:
            continue
        quality = float(match[2] or "1")
        if quality > weight:
            best, weight = match[1].lower(), quality
    return best


@functools.cache
def time_zones() -> Sequence[str]:
    """The zones that a person may choose, by continent; abbreviations and old aliases left out."""
    known = (name for name in zoneinfo.available_timezones() if name.startswith(_REGION_NAMES))
    return ["UTC", *sorted(known)]


@functools.cache
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of this name; `Invalid` if there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise errors.Invalid("time-zone-unknown", f"there is no time zone {name!r}") from None


@functools.cache
def catalogue(language: str) -> support.NullTranslations:
    """The texts of one language. English needs none: the texts are their own keys."""
    if language == SOURCE:
        return support.NullTranslations()
    written = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = written.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= written.stat().st_mtime:
        with compiled.open("rb") as file:
            return support.Translations(file, domain=DOMAIN)
    # Only where nothing was compiled: a node that was set up never loads these.
    from babel.messages import mofile, pofile  # noqa: PLC0415

    packed = io.BytesIO()
    with written.open("rb") as file:
        mofile.write_mo(packed, pofile.read_po(file, locale=language, domain=DOMAIN))
    packed.seek(0)
    return support.Translations(packed, domain=DOMAIN)


@dataclass(frozen=True, slots=True)
class Reader:
    """One language and one time zone: how a page speaks to the one who reads it."""

    language: str
    time_zone: str

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Where lines begin."""
        return "rtl" if self.babel.text_direction == "rtl" else "ltr"

    @property
    def babel(self) -> babel.Locale:
        """Babel's data for the language."""
        return babel.Locale.parse(_REGIONS.get(self.language, self.language))

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone that times are shown in."""
        return zone(self.time_zone)

    def gettext(self, message: str) -> str:
        """`message` in this language, or itself where no translation is known."""
        return catalogue(self.language).ugettext(message) if message else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form of the text that fits the number `n`."""
        return catalogue(self.language).ungettext(one, many, n)

    def number(self, value: float) -> str:
        """A number with its thousands apart."""
        return numbers.format_decimal(value, locale=self.babel, numbering_system="latn")

    def date(self, day: date) -> str:
        """A day with its month's name: never 01/02/2026."""
        return dates.format_date(day, "d MMM y", locale=self.babel)

    def time(self, at: datetime) -> str:
        """A time in the reader's zone, always with the offset: `5 Mar 2026, 14:05 UTC+1`."""
        local = at.astimezone(self.zone)
        comma = "،" if self.language == "ar" else ","
        return f"{self.date(local.date())}{comma} {local:%H:%M} {offset(local)}"

    def from_now(self, at: datetime, now: datetime) -> str:
        """How far away an instant is, in words: `in 3 days`, `2 hours ago`."""
        return dates.format_timedelta(at - now, add_direction=True, locale=self.babel)

    def country(self, code: str) -> str:
        """A country by its ISO 3166 code; the code itself where it is none."""
        name: str = self.babel.territories.get(code, code)
        return name

    def zone_label(self, name: str, now: datetime) -> str:
        """A zone for a list of choices: `Europe/Amsterdam (UTC+1)`."""
        return f"{name.replace('_', ' ')} ({offset(now.astimezone(zone(name)))})"


def isolated(text: str) -> str:
    """A name within a sentence, so that its direction does not turn the rest (UAX 9, FSI, PDI)."""
    return f"\u2068{text}\u2069"


def offset(local: datetime) -> str:
    """The distance from UTC: `UTC`, `UTC+1`, `UTC−3:30`. Never an abbreviation: IST has three."""
    distance = local.utcoffset()
    if distance is None:
        raise errors.Invalid("time-naive", f"{local.isoformat()} has no time zone")
    minutes = round(distance.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def utc(at: datetime) -> str:
    """The machine-readable form of an instant: RFC 3339, UTC, whole seconds."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
