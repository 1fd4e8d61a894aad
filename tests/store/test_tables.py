"""The types of the columns."""

import datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from comity.store import tables

zones = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)


@given(
    st.datetimes(
        min_value=datetime.datetime(1900, 1, 2),  # noqa: DTZ001 - Hypothesis wants it without
        max_value=datetime.datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=zones,
    )
)
def test_an_instant_comes_back_the_same_to_the_microsecond(at: datetime.datetime) -> None:
    kind = tables.Instant()
    stored = kind.process_bind_param(at, sqlite.dialect())
    found = kind.process_result_value(stored, sqlite.dialect())
    assert found == at
    assert found is not None
    assert found.tzinfo is datetime.UTC


def test_an_instant_without_a_zone_is_not_stored() -> None:
    with pytest.raises(TypeError):
        tables.microseconds(datetime.datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_any_number_of_ids_is_one_parameter() -> None:
    asked = sa.select(tables.records.c.leaf).where(tables.among(tables.records.c.id, "ids"))
    on_sqlite = asked.compile(dialect=sqlite.dialect())
    on_postgres = asked.compile(dialect=postgresql.dialect())
    assert "records.id IN (SELECT value FROM json_each(?))" in str(on_sqlite)
    assert "records.id = ANY(" in str(on_postgres)
    assert list(on_sqlite.params) == list(on_postgres.params) == ["ids"]


def test_every_column_of_every_table_but_one_must_be_filled() -> None:
    empty = {c for table in tables.metadata.tables.values() for c in table.columns if c.nullable}
    assert empty == {tables.peers.c.last_contact}
