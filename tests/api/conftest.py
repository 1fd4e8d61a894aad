"""Nodes for the tests of the API. Founding three takes a second, so one house serves all tests;
they only add to it, each in matters of its own."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from tests.api.house import House
from tests.world.world import LYON

_schemas = itertools.count()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Every store in SQLite."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_house(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, with the store of Lyon in PostgreSQL."""
    schema = f"api_{next(_schemas)}"
    joint = "&" if "?" in postgres_url else "?"
    own = f"{postgres_url}{joint}options=-csearch_path%3D{schema}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
    folder = tmp_path_factory.mktemp("postgres-house")
    made = House(folder, lambda authority: own if authority == LYON else "")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> House:
    """A house on each engine, for what reads the store in a way of its own."""
    name = {"sqlite": "house", "postgres": "postgres_house"}[request.param]
    found: House = request.getfixturevalue(name)
    return found
