"""The PostgreSQL for tests answers, and is of a version that Comity supports."""

import psycopg
import pytest


@pytest.mark.postgres
def test_the_test_server_is_postgresql_15_or_newer(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150_000
