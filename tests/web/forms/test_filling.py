from datetime import UTC, datetime

from comity.web import i18n
from comity.web.forms import filling
from tests.web import gallery

READER = i18n.Reader("en", "Europe/Amsterdam")


def test_values_are_written_as_a_browser_sends_them() -> None:
    values = {
        "title": "Lantern",
        "addressees": ["fi-krp", "it-postale"],
        "seen_at": datetime(2026, 3, 5, 13, 5, tzinfo=UTC),
        "urgent": True,
        "accounts": ["a", "b"],
        "basis": {"instrument": "Budapest Convention"},
        "exhibits": [{"title": "disk"}, {"title": "phone"}],
        "copies": None,
    }
    assert filling.fill(gallery.SHAPES, values, READER).multi_items() == [
        ("title", "Lantern"),
        ("addressees", "fi-krp"),
        ("addressees", "it-postale"),
        ("seen_at", "2026-03-05T14:05"),
        ("seen_at@zone", "Europe/Amsterdam"),
        ("urgent", "yes"),
        ("accounts", "a\nb"),
        ("basis.instrument", "Budapest Convention"),
        ("exhibits.0.title", "disk"),
        ("exhibits.1.title", "phone"),
    ]


def test_a_time_that_comes_twice_is_told_in_utc() -> None:
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    form = filling.fill(gallery.SHAPES, {"seen_at": at}, READER)
    assert (form["seen_at"], form["seen_at@zone"]) == ("2026-10-25T00:30", "UTC")
