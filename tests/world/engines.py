"""Worlds over SQLite and over PostgreSQL: each node of a world has a store of its own."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from comity.records.ids import AuthorityId
from tests.world.world import World

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Parameters of a fixture that is made once over each engine."""

_numbers = itertools.count()


def world(request: pytest.FixtureRequest, folder: Path) -> World:
    """A new world over the engine that the fixture's parameter names."""
    if request.param == "sqlite":
        return World(folder)
    return World(folder, databases(request.getfixturevalue("postgres_url")))


def databases(url: str) -> Callable[[AuthorityId], str]:
    """The URL of a new database for each authority, on the server for tests."""

    def database(authority: AuthorityId) -> str:
        name = f"world_{os.getpid()}_{next(_numbers)}_{authority.replace('-', '_')}"
        run(url, f"DROP DATABASE IF EXISTS {name}")
        run(url, f"CREATE DATABASE {name}")
        return within(url, name)

    return database


def run(url: str, statement: str) -> None:
    """Run a statement on the server, outside any transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def within(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    before, question, options = url.partition("?")
    server = before.rpartition("/")[0]
    return f"{server}/{name}{question}{options}"
