from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.web import i18n

AT = datetime(2026, 3, 5, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9", "fr"),
        ("nl, de;q=0.4, es;q=0.8", "es"),
        ("AR-eg", "ar"),
        ("zh-Hant-TW", None),
        ("en;q=0, de;q=0.1", "de"),
        ("*", None),
        ("", None),
        ("fr;q=nan, de;q=2", None),
        (";;;,,,=", None),
    ],
)
def test_the_best_of_our_languages_is_taken(header: str, language: str | None) -> None:
    assert i18n.accepted(header) == language


@given(st.text(max_size=200))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert i18n.accepted(header) in {None, *i18n.LANGUAGES}


def test_a_very_long_header_costs_little() -> None:
    assert i18n.accepted("xx-" + "a" * 100_000 + ",fr") is None
    assert i18n.accepted("fr," * 100_000) == "fr"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "5 Mar 2026, 14:05 UTC+1"),
        ("es", "5 mar 2026, 14:05 UTC+1"),
        ("fr", "5 mars 2026, 14:05 UTC+1"),
        ("de", "5 März 2026, 14:05 UTC+1"),
        ("ar", "5 مارس 2026، 14:05 UTC+1"),
    ],
)
def test_a_time_names_its_month_and_its_zone(language: str, shown: str) -> None:
    assert i18n.Reader(language, "Europe/Amsterdam").time(AT).replace("5.", "5") == shown


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "UTC"),
        ("Europe/London", "UTC"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC−3:30"),
        ("America/New_York", "UTC−5"),
    ],
)
def test_a_zone_is_told_by_its_distance(zone: str, shown: str) -> None:
    assert i18n.offset(AT.astimezone(i18n.zone(zone))) == shown


def test_summer_time_changes_the_distance() -> None:
    reader = i18n.Reader("en", "Europe/Amsterdam")
    assert reader.time(datetime(2026, 7, 1, 12, tzinfo=UTC)).endswith("14:00 UTC+2")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        i18n.offset(datetime(2026, 3, 5, 13, 5))  # noqa: DTZ001  # that is the point


def test_days_are_never_numbers_alone() -> None:
    for language in i18n.LANGUAGES:
        shown = i18n.Reader(language, "UTC").date(date(2026, 1, 2))
        assert any(sign.isalpha() for sign in shown)


def test_numbers_have_western_digits_everywhere() -> None:
    for language in i18n.LANGUAGES:
        reader = i18n.Reader(language, "UTC")
        for shown in (reader.number(1234567), reader.time(AT), reader.from_now(AT, AT)):
            assert all(not sign.isdigit() or sign.isascii() for sign in shown)


def test_distances_are_words() -> None:
    reader = i18n.Reader("en", "UTC")
    assert reader.from_now(AT + timedelta(days=3), AT) == "in 3 days"
    assert reader.from_now(AT - timedelta(hours=2), AT) == "2 hours ago"


def test_arabic_alone_runs_from_right_to_left() -> None:
    rtl = [name for name in i18n.LANGUAGES if i18n.Reader(name, "UTC").direction == "rtl"]
    assert rtl == ["ar"]


def test_the_zones_to_choose_from_are_places() -> None:
    zones = i18n.time_zones()
    assert {"UTC", "Europe/Amsterdam", "Asia/Amman"} <= set(zones)
    assert not {"EST5EDT", "US/Eastern", "posixrules", "localtime"} & set(zones)
    for name in zones:
        i18n.zone(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "\0"])
def test_an_unknown_zone_is_invalid(name: str) -> None:
    with pytest.raises(errors.Invalid):
        i18n.zone(name)


def test_what_has_no_translation_stays_english() -> None:
    assert i18n.Reader("fr", "UTC").gettext("not in any catalogue") == "not in any catalogue"
    assert i18n.Reader("fr", "UTC").gettext("") == ""


def test_a_catalogue_read_from_source_and_compiled_say_the_same() -> None:
    i18n.catalogue.cache_clear()
    assert i18n.Reader("de", "UTC").gettext("Sign in") == "Anmelden"
    assert i18n.Reader("ar", "UTC").ngettext(
        "At most %(n)s character.", "At most %(n)s characters.", 5
    )


def test_a_name_within_a_sentence_keeps_its_direction_to_itself() -> None:
    assert i18n.isolated("Lyon") == "\u2068Lyon\u2069"
