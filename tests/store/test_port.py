"""The port and what keeps it."""

import inspect

import pytest

from comity.store import durable, port

PROMISES = sorted(name for name in vars(port.Store) if not name.startswith("_"))


@pytest.mark.parametrize("name", PROMISES)
def test_the_store_takes_and_gives_what_the_port_says(name: str) -> None:
    promised, kept = vars(port.Store)[name], vars(durable.DurableStore)[name]
    if isinstance(promised, property):
        promised, kept = promised.fget, kept.fget
    said, found = inspect.signature(promised), inspect.signature(kept)
    assert list(said.parameters) == list(found.parameters)
    assert [p.default for p in said.parameters.values()] == [
        p.default for p in found.parameters.values()
    ]


def test_an_append_of_nothing_is_nothing() -> None:
    assert port.Append() == port.Append(records=(), secrets=())
