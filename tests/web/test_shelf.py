from datetime import timedelta

from comity.web import shelf
from tests.web.conftest import NOW


def test_only_the_officer_who_put_it_there_finds_it() -> None:
    kept: shelf.Shelf[str] = shelf.Shelf()
    name = kept.put("o-1", "rows", NOW)
    assert kept.look("o-1", name, NOW) == "rows"
    assert kept.look("o-2", name, NOW) is None
    assert kept.look("o-1", "another", NOW) is None


def test_it_is_gone_after_half_an_hour_and_when_it_is_dropped() -> None:
    kept: shelf.Shelf[str] = shelf.Shelf()
    name = kept.put("o-1", "rows", NOW)
    assert kept.look("o-1", name, NOW + timedelta(minutes=shelf.MINUTES)) is None
    other = kept.put("o-1", "rows", NOW)
    kept.drop(other)
    kept.drop(other)
    assert kept.look("o-1", other, NOW) is None


def test_little_is_kept() -> None:
    kept: shelf.Shelf[int] = shelf.Shelf()
    names = [kept.put("o-1", number, NOW) for number in range(shelf.KEPT_MAX + 1)]
    assert kept.look("o-1", names[0], NOW) is None
    assert kept.look("o-1", names[-1], NOW) == shelf.KEPT_MAX
