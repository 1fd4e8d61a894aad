"""Bring a database to the schema that this code knows: all of it in one transaction, or none.

A crash leaves the old version or the new one. A database that was written by newer code is
refused and not touched.
"""

import sqlalchemy as sa

from comity import errors
from comity.store import tables

VERSION_TABLE = "schema_version"


def bring_up_to_date(connection: sa.Connection, *, begin: str) -> None:
    """Migrate through `connection`, which commits by itself except within `begin` and COMMIT."""
    found = version(connection)
    if found == tables.SCHEMA:
        return
    # 10 MiB that a node whose schema is current does not need for the rest of its life.
    from alembic import command, script  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "comity.store:migrations")
    config.attributes["connection"] = connection
    known = {one.revision for one in script.ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise errors.Unavailable(
            "schema-newer",
            f"the database has schema {found}; this version of Comity knows up to {tables.SCHEMA}",
            next_step="Start the newer version, or restore the backup made before it was started.",
        )
    connection.exec_driver_sql(begin)
    try:
        command.upgrade(config, tables.SCHEMA)
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    # Before this returns a crash leaves the old schema, after it the new one.
    connection.exec_driver_sql("COMMIT")


def version(connection: sa.Connection) -> str | None:
    """The schema of a database; None if it is empty."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608
