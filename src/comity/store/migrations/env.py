"""How Alembic runs a migration here: on the connection that `migrating` gives, in its transaction.

For `alembic revision` there is no connection; write the file by hand and let the test compare it
with `tables`.
"""

from alembic import context

from comity.store import tables
from comity.store.migrating import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
