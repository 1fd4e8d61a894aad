"""The composition root: a node is made, opened, closed, and opened again with all that it had."""

import datetime
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from comity import errors, node
from comity.config import Settings
from comity.desk import founding
from comity.records.ids import AuthorityId
from tests.world import engines
from tests.world.world import LYON, refused

Make = Callable[..., Settings]


@pytest.fixture
def settings(tmp_path: Path) -> Make:
    def make(**given: object) -> Settings:
        return Settings(data=tmp_path / "node", web_port=0, **given)  # type: ignore[arg-type]

    return make


@pytest.mark.parametrize("engine", engines.BOTH)
def test_a_node_that_is_opened_again_is_the_same(
    engine: str, settings: Make, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    where = settings(database=engines.databases(url)(LYON) if url else "")
    made = node.create(where, LYON)
    card, account = made.tools.keys.card, made.tools.store.setting("access")
    assert made.tools.authority == LYON
    assert (made.read_only, made.tools.store.size) == ("", 2)
    made.close()
    made.close()
    assert made.closed.is_set()
    again = node.open_(where)
    assert again.tools.keys.card == card
    assert again.tools.store.setting("access") == account
    assert again.tools.store.size == 2
    again.tools.halt.reason = "a test says so"
    assert again.read_only == "a test says so"
    again.close()


def test_a_folder_without_a_node_says_how_to_make_one(settings: Make) -> None:
    fault = refused("node-missing", lambda: node.open_(settings()))
    assert "comity init" in fault.next_step
    assert not settings().data.exists()


def test_keys_are_never_written_over_and_the_folder_is_its_owner_s(settings: Make) -> None:
    made = node.create(settings(), LYON)
    made.close()
    assert settings().data.stat().st_mode & 0o777 == 0o700
    card = made.tools.keys.card
    refused("keys-exist", lambda: node.create(settings(), AuthorityId("it-turin")))
    again = node.open_(settings())
    assert again.tools.keys.card == card
    again.close()


def test_keys_with_a_passphrase_open_with_it_alone(tmp_path: Path, settings: Make) -> None:
    (tmp_path / "secret").write_bytes(b"correct horse\n")
    node.create(settings(passphrase_file=tmp_path / "secret"), LYON).close()
    refused("passphrase-needed", lambda: node.open_(settings()))
    node.open_(settings(passphrase_file=tmp_path / "secret")).close()


def test_a_node_that_could_not_be_opened_leaves_its_folder_free(
    settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.create(settings(), LYON).close()
    with monkeypatch.context() as broken:
        broken.setattr(node, "policy_texts", lambda: {"broken.cedar": "permit everything;"})
        refused("policy-invalid", lambda: node.open_(settings()))

    def full(*_: object) -> None:
        raise errors.Unavailable("storage-full", "no room")

    with monkeypatch.context() as broken:
        broken.setattr(founding, "begin_access", full)
        refused("storage-full", lambda: node.open_(settings()))
    node.open_(settings()).close()


def test_two_of_one_node_at_once_are_one_too_many(settings: Make) -> None:
    made = node.create(settings(), LYON)
    with pytest.raises(errors.ComityError) as fault:
        node.open_(settings())
    assert fault.value.next_step
    made.close()


def test_nobody_outside_the_directory_is_fetched_from(settings: Make) -> None:
    made = node.create(settings(), LYON)
    fault = refused("authority-unknown", lambda: made.tools.fetch(AuthorityId("xx-none")))
    assert fault.next_step
    made.close()


def test_the_policies_of_this_version_are_all_read() -> None:
    texts = node.policy_texts()
    folder = Path(node.__file__).parent / "policy" / "texts"
    assert texts == {one.name: one.read_text() for one in folder.glob("*.cedar")}
    assert "permit" in "".join(texts.values())


def test_the_clock_tells_utc_and_does_not_go_back() -> None:
    now = node.clock()
    assert now.utcoffset() == datetime.timedelta(0)
    assert now <= node.clock()


# --- chance ------------------------------------------------------------------------------------


def test_no_random_bytes_are_given_twice_whoever_draws() -> None:
    chance = node.Chance()
    drawn: list[bytes] = []

    def draw() -> None:
        drawn.extend([chance(16) for _ in range(2_000)])

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(drawn)) == len(drawn) == 8_000
    assert {len(one) for one in drawn} == {16}


@pytest.mark.parametrize("size", [0, 1, 16, 32, 512, 513, 4_096, 100_000])
def test_as_many_random_bytes_come_as_were_asked_for(size: int) -> None:
    chance = node.Chance()
    assert len(chance(size)) == size
    if size >= 16:
        assert chance(size) != chance(size)


def test_a_process_that_was_forked_draws_other_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = node.Chance()
    chance(16)
    held = chance._page
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert chance(16) != held[:16]
    assert chance._page[:16] not in held
