"""The SQLite engine: what it refuses to start with, and what it does when the disk is full."""

from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.store import port, scrub, sqlite
from tests.store import acts
from tests.store.conftest import Place


@pytest.mark.parametrize(
    "version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)]
)
def test_a_library_that_can_lose_commits_is_refused(version: tuple[int, int, int]) -> None:
    with pytest.raises(errors.Unavailable) as caught:
        sqlite.check_library(version)
    assert caught.value.code == "sqlite-unsafe"
    assert "WAL-reset" in caught.value.message
    assert ".".join(map(str, version)) in caught.value.message


@pytest.mark.parametrize(
    "version", [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 53, 4), (4, 0, 0)]
)
def test_a_library_that_was_mended_is_taken(version: tuple[int, int, int]) -> None:
    sqlite.check_library(version)


def test_opening_looks_at_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite.dbapi2, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(errors.Unavailable) as caught:
        sqlite.open_(tmp_path)
    assert caught.value.code == "sqlite-unsafe"
    assert list(tmp_path.iterdir()) == []


class Deaf:
    """A connection that takes one PRAGMA and does not do it, as SQLite may."""

    def __init__(self, connection: Any, name: str) -> None:
        self._connection = connection
        self._name = name

    def execute(self, statement: str) -> Any:
        if statement.startswith(f"PRAGMA {self._name}="):
            statement = "SELECT 1"
        return self._connection.execute(statement)


@pytest.mark.parametrize("name", ["journal_mode", "synchronous", "foreign_keys", "secure_delete"])
def test_a_setting_that_was_not_taken_is_noticed(tmp_path: Path, name: str) -> None:
    connection = sqlite.dbapi2.connect(str(tmp_path / "x.db"), isolation_level=None)
    # A new connection has other values than those that the store wants.
    connection.execute("PRAGMA synchronous=1")
    connection.execute("PRAGMA secure_delete=0")
    with pytest.raises(errors.Unavailable) as caught:
        sqlite.apply(Deaf(connection, name), sqlite.WRITER_PRAGMAS)
    assert caught.value.code == "sqlite-setting"
    assert name in caught.value.message
    sqlite.apply(connection, sqlite.WRITER_PRAGMAS)
    connection.close()


def test_a_setting_that_was_not_taken_keeps_the_store_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WRITER_PRAGMAS", {**sqlite.WRITER_PRAGMAS, "synchronous": 7})
    with pytest.raises(errors.Unavailable) as caught:
        sqlite.open_(tmp_path)
    assert caught.value.code == "sqlite-setting"
    monkeypatch.undo()
    sqlite.open_(tmp_path).close()


def test_commits_are_flushed_and_references_are_checked(sqlite_place: Place) -> None:
    writer = sqlite_place.open()._pen._writer
    asked = {
        name: writer.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_readers_cannot_write(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    with pytest.raises(errors.Unavailable):
        store._read(lambda connection: connection.exec_driver_sql("DELETE FROM records"))


def test_a_second_store_in_the_same_folder_is_refused(sqlite_place: Place) -> None:
    sqlite_place.open()
    with pytest.raises(errors.Unavailable) as caught:
        sqlite_place.open()
    assert caught.value.code == "folder-held"


def test_a_full_disk_ends_writing_and_loses_nothing_that_was_answered(
    sqlite_place: Place,
) -> None:
    store = sqlite_place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()

    def full(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")

    store._pen.change(full).result()
    futures = [store.append(acts.act(n, opening.matter)) for n in range(1, 60)]
    kept = [future for future in futures if future.exception() is None]
    lost = [future.exception() for future in futures if future.exception() is not None]
    assert lost
    assert all(isinstance(one, errors.Unavailable) for one in lost)
    assert "full" in store.failed
    # Once it failed, nothing later was written, though it might have fitted.
    assert futures[: len(kept)] == kept
    assert store.size == 1 + len(kept)
    again = sqlite_place.reopen()
    assert again.size == 1 + len(kept)
    assert scrub.check(again) is None


def test_damage_to_the_file_is_one_of_the_six_errors(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    sqlite_place.run("ALTER TABLE secrets RENAME TO elsewhere")
    with pytest.raises(errors.Unavailable) as caught:
        store.secret("name")
    assert caught.value.code == "storage-unreadable"
