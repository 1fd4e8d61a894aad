"""The schema: what the migrations make is what the code reads, and all of it or nothing."""

from collections.abc import Iterator

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from comity import errors
from comity.store import migrating, port, postgres, sqlite, tables
from tests.store import acts
from tests.store.conftest import Place


@pytest.fixture
def connection(place: Place) -> Iterator[sa.Connection]:
    """The writing connection of an empty place."""
    writer: sqlite.SqliteWriter | postgres.PostgresWriter
    if place.url:
        address = sa.make_url(place.url).set(drivername="postgresql+psycopg")
        writer = postgres.PostgresWriter(address)
    else:
        writer = sqlite.SqliteWriter(place.folder / sqlite.FILE)
    yield writer.connection
    writer.close()


def named_objects(connection: sa.Connection) -> set[str]:
    inspected = sa.inspect(connection)
    found = set(inspected.get_table_names())
    return found | {one["name"] or "" for t in found for one in inspected.get_indexes(t)}


def test_migrations_and_tables_agree(connection: sa.Connection) -> None:
    migrating.bring_up_to_date(connection, begin="BEGIN")
    context = MigrationContext.configure(
        connection, opts={"version_table": migrating.VERSION_TABLE, "compare_type": True}
    )
    assert compare_metadata(context, tables.metadata) == []
    assert named_objects(connection) >= {"records", "records_own", "outbox_waiting", "tiles"}


def test_partial_indexes_hold_what_the_tables_say(connection: sa.Connection) -> None:
    """`compare_metadata` does not look at conditions."""
    migrating.bring_up_to_date(connection, begin="BEGIN")
    dialect = connection.dialect.name
    for table, name in (("records", "records_own"), ("outbox", "outbox_waiting")):
        (found,) = (one for one in sa.inspect(connection).get_indexes(table) if one["name"] == name)
        condition = str(found["dialect_options"][f"{dialect}_where"])
        assert ("own" if table == "records" else "delivered") in condition


def test_the_newest_migration_is_the_one_that_the_code_reads() -> None:
    config = Config()
    config.set_main_option("script_location", "comity.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [tables.SCHEMA]


def test_a_database_of_a_newer_version_is_refused_and_not_touched(place: Place) -> None:
    store = place.open()
    store.append(acts.act(0)).result()
    place.close()
    place.run(f"UPDATE {migrating.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(errors.Unavailable) as caught:
        place.open()
    assert caught.value.code == "schema-newer"
    assert "9999" in caught.value.message
    place.run(f"UPDATE {migrating.VERSION_TABLE} SET version_num = '{tables.SCHEMA}'")
    assert place.open().size == 1


def test_a_migration_that_breaks_off_leaves_nothing(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = alembic.command.upgrade

    def broken(config: Config, revision: str) -> None:
        whole(config, revision)
        raise KeyboardInterrupt

    monkeypatch.setattr(alembic.command, "upgrade", broken)
    with pytest.raises(KeyboardInterrupt):
        migrating.bring_up_to_date(connection, begin="BEGIN")
    assert named_objects(connection) == set()
    assert migrating.version(connection) is None
    monkeypatch.undo()
    migrating.bring_up_to_date(connection, begin="BEGIN")
    assert migrating.version(connection) == tables.SCHEMA


def test_opening_again_migrates_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.open().append(port.Append(records=(acts.record(0),))).result()
    monkeypatch.setattr(alembic.command, "upgrade", None)
    assert place.reopen().size == 1
