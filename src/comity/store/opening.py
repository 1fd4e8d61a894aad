"""Open the store that the settings name."""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from comity import errors
from comity.store import durable, sqlite


def open_store(url: str, *, folder: Path) -> durable.DurableStore:
    """SQLite in `folder` if `url` is empty, else the PostgreSQL database at `url`.

    The schema is made or brought up to date. `Unavailable` says why it cannot be opened now:
    another process holds it, it was written by a newer version, the disk or the server is unsafe.
    """
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise errors.Invalid(
            "database-url",
            f"{url.partition(':')[0]!r} is no kind of database that Comity knows",
            next_step="Give postgresql://…, or nothing for SQLite in the data folder.",
        )
    try:
        if not url:
            return sqlite.open_(folder)
        # The driver takes 7 MiB, and most nodes have no PostgreSQL.
        from comity.store import postgres  # noqa: PLC0415

        return postgres.open_(url)
    except (SQLAlchemyError, OSError) as fault:
        raise errors.Unavailable(
            "storage-unusable",
            f"the store cannot be opened: {type(fault).__name__}: {fault}",
            next_step="Look at the data folder and its disk, or at the database server.",
        ) from fault
