"""How a node comes into a directory, and what a directory's file cannot make it believe."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.desk import cabinet, founding, permitting, receiving
from comity.matters import directory
from comity.records.ids import MatterId
from tests.world import engines, forging
from tests.world.world import LYON, OSLO, TURIN, Member, World, refused


def listing(member: Member, **changed: Any) -> directory.Listing:
    said = {
        "name": f"Authority {member.authority}",
        "country": "EU",
        "address": "https://127.0.0.1:1",
    }
    return founding.listing_of(member.tools.keys.card, **{**said, **changed})


def changed(member: Member, **fields: str) -> dict[str, Any]:
    return {**listing(member).model_dump(mode="json"), **fields}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lyon and Turin in a directory, and Oslo that is listed in none."""
    world = World(tmp_path_factory.mktemp("founding"))
    world.found(LYON, TURIN)
    world.add(OSLO)
    yield world
    world.close()


@pytest.fixture
def lyon(pair: World) -> Member:
    return pair.members[LYON]


@pytest.fixture
def turin(pair: World) -> Member:
    return pair.members[TURIN]


@pytest.fixture
def oslo(pair: World) -> Member:
    return pair.members[OSLO]


@pytest.fixture(params=engines.BOTH)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made = engines.world(request, tmp_path)
    yield made
    made.close()


def test_a_directory_is_founded_filled_exported_and_joined(either: World) -> None:
    world = either
    lyon, turin = world.add(LYON), world.add(TURIN)
    for member in (lyon, turin):
        assert member.tools.cabinet.directory() is None
        assert refused("no-directory", member.tools.directory).next_step
        assert member.tools.charter() is None
    pinned = founding.found(world.desk(lyon, "operator"), "Test alliance", listing(lyon))
    founding.admit(world.desk(lyon, "operator"), listing(turin))
    file = founding.export(lyon.tools)
    assert founding.join(turin.tools, file, pinned) == pinned == turin.tools.charter()
    assert set(turin.tools.directory().listings) == {LYON, TURIN}
    assert world.state(lyon, pinned) == world.state(turin, pinned)
    row = turin.tools.store.matter(pinned)
    assert row is not None
    assert (row.title, row.lead, row.records) == ("Test alliance", LYON, 2)
    for again in (
        lambda: founding.join(turin.tools, file, pinned),
        lambda: founding.found(world.desk(turin, "operator"), "Another", listing(turin)),
    ):
        assert refused("directory-pinned", again).next_step


def test_of_two_that_found_at_once_one_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path)
    lyon = world.add(LYON)
    codes: list[str] = []
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait()
        try:
            founding.found(world.desk(lyon, "operator"), "Test alliance", listing(lyon))
        except errors.Conflict as fault:
            codes.append(fault.code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert codes == ["directory-pinned"] * 3
    kinds = [one.kind for one in lyon.tools.store.all_records()]
    assert kinds.count("directory.founded/1") == 1
    world.close()


def test_only_an_operator_founds_and_lists(pair: World, lyon: Member, oslo: Member) -> None:
    found = lambda: founding.found(pair.desk(oslo), "Mine", listing(oslo))  # noqa: E731
    refused("role-needed", found)
    refused("role-needed", lambda: founding.admit(pair.desk(lyon), listing(oslo)))
    assert oslo.tools.cabinet.directory() is None


def test_who_does_not_lead_lists_nobody(pair: World, turin: Member, oslo: Member) -> None:
    desk = pair.desk(turin, "operator")
    fault = refused("not-admissible", lambda: founding.admit(desk, listing(oslo)))
    assert "only the lead" in fault.message


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"address": "http://127.0.0.1"}, "address"),
        ({"country": "Norway"}, "country"),
        ({"name": "x"}, "name"),
        ({"role": "king"}, "role"),
    ],
)
def test_a_listing_that_is_none_is_named(oslo: Member, wrong: dict[str, str], place: str) -> None:
    fault = refused("listing-malformed", lambda: listing(oslo, **wrong))
    assert fault.message.startswith(f"{place}: ")
    assert fault.next_step


def test_a_listing_says_what_the_card_says(oslo: Member) -> None:
    made, card = listing(oslo, contact="+47 1", role="oversight"), oslo.tools.keys.card
    assert (made.authority, made.epoch, made.contact) == (OSLO, 1, "+47 1")
    assert directory.key_of(made).public == card.signing
    assert made.certificate == card.certificate


# --- what is not joined ------------------------------------------------------------------------


def test_a_file_is_joined_only_if_this_node_is_in_it_with_all_of_its_keys(
    pair: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    pinned = lyon.tools.directory().matter.id
    records = forging.arrived(lyon, pinned)
    matter = forging.folded(records, lyon)
    absent = refused(
        "not-listed", lambda: founding.join(oslo.tools, forging.lines(records), pinned)
    )
    assert "is not in this directory" in absent.message
    assert absent.next_step
    for key in ("signing", "opening", "checkpoint", "cosigning"):
        other = getattr(listing(turin), key)
        said = {"authority": OSLO, "listing": changed(oslo, **{key: other})}
        listed = forging.forge(lyon, matter, "authority.listed/1", said)
        file = forging.lines([*records, listed])
        fault = refused("not-listed", lambda file=file: founding.join(oslo.tools, file, pinned))
        assert f"({key})" in fault.message
    nothing_of_it(oslo, pinned)


def nothing_of_it(member: Member, pinned: MatterId) -> None:
    """Nothing of a directory is here: neither in memory nor in the store."""
    assert member.tools.cabinet.directory() is None
    assert not member.tools.store.records(pinned)
    with pytest.raises(errors.NotFound), member.tools.cabinet.holding(pinned):
        pass


def test_a_member_cannot_speak_for_the_lead_by_listing_its_own_key_as_the_leads(
    pair: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    """The key that a record gives counts only if the record does."""
    pinned = lyon.tools.directory().matter.id
    records = forging.arrived(lyon, pinned)
    matter = forging.folded(records, lyon)
    said = {"authority": LYON, "listing": changed(lyon, signing=listing(turin).signing)}
    void = forging.forge(turin, matter, "authority.relisted/1", said)
    assert matter.admit(void.record) == ()
    assert void.record.id in matter
    taken = {"authority": OSLO, "listing": changed(oslo)}
    forged = forging.forge(turin, matter, "authority.listed/1", taken, author=LYON)
    assert matter.admit(forged.record) == (forged.record.id,)
    file = forging.lines([*records, void, forged])
    fault = refused("directory-broken", lambda: founding.join(oslo.tools, file, pinned))
    assert fault.message.startswith(f"line {len(records) + 2}: ")
    assert fault.next_step
    nothing_of_it(oslo, pinned)


def test_a_member_that_says_what_it_may_not_spoils_no_file(
    pair: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    pinned = lyon.tools.directory().matter.id
    matter = forging.folded(forging.arrived(lyon, pinned), lyon)
    said = {"authority": OSLO, "reason": "no"}
    void = forging.forge(turin, matter, "authority.suspended/1", said)
    receiving.take_in(lyon.tools, [void], TURIN)
    lines = founding.export(lyon.tools).splitlines()
    assert void.signed in lines
    found = directory.verified(lines, lyon.tools.registry)
    assert set(found.directory.listings) == {LYON, TURIN}
    assert [one.id for one in found.records][-1] == void.record.id


def test_a_file_holds_ancestors_first_and_nothing_that_waits(
    pair: World, lyon: Member, turin: Member
) -> None:
    pinned = lyon.tools.directory().matter.id
    matter = forging.folded(forging.arrived(lyon, pinned), lyon)
    votes = {"keep": "0" * 64, "reason": "x"}
    first = forging.forge(turin, matter, "fork.voted/1", votes)
    matter.admit(first.record)
    second = forging.forge(turin, matter, "fork.voted/1", votes)
    receiving.take_in(lyon.tools, [second], TURIN)
    assert second.signed not in founding.export(lyon.tools).splitlines()
    receiving.take_in(lyon.tools, [first], TURIN)
    lines = founding.export(lyon.tools).splitlines()
    assert lines.index(first.signed) < lines.index(second.signed)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "directory-empty"),
        (b"\n\n", "directory-empty"),
        (b"no record\n", "json-syntax"),
        (b"{}\n", "envelope-malformed"),
    ],
)
def test_what_is_no_file_of_a_directory_is_refused(oslo: Member, file: bytes, code: str) -> None:
    refused(code, lambda: founding.join(oslo.tools, file, "0" * 64))


def test_another_beginning_than_the_pinned_one_is_refused(lyon: Member, oslo: Member) -> None:
    file = founding.export(lyon.tools)
    fault = refused("directory-not-pinned", lambda: founding.join(oslo.tools, file, "0" * 64))
    assert "by voice" in fault.next_step
    nothing_of_it(oslo, lyon.tools.directory().matter.id)


def test_a_line_that_is_altered_or_missing_is_named(
    pair: World, lyon: Member, turin: Member, oslo: Member
) -> None:
    pinned = lyon.tools.directory().matter.id
    records = forging.arrived(lyon, pinned)
    altered = records[1].signed.replace(b'"sig":"', b'"sig":"AAAA', 1)
    file = forging.lines(records[:1]) + altered + b"\n"
    fault = refused("directory-broken", lambda: founding.join(oslo.tools, file, pinned))
    assert fault.message.startswith("line 2: ")
    matter = forging.folded(records, lyon)
    said = {"authority": OSLO, "listing": changed(oslo)}
    listed = forging.forge(lyon, matter, "authority.listed/1", said)
    gap = forging.lines([records[0], listed])
    fault = refused("directory-broken", lambda: founding.join(oslo.tools, gap, pinned))
    assert "does not follow" in fault.message
    case = pair.act(lyon, "case.opened/1", {"title": "No directory"}).matter
    alone = forging.lines(forging.arrived(lyon, case))
    fault = refused("directory-broken", lambda: founding.join(oslo.tools, alone, case))
    assert "case.opened/1" in fault.message
    nothing_of_it(oslo, pinned)


def test_a_join_that_broke_off_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    lyon, turin = world.add(LYON), world.add(TURIN)
    pinned = founding.found(world.desk(lyon, "operator"), "Test alliance", listing(lyon))
    founding.admit(world.desk(lyon, "operator"), listing(turin))
    file = founding.export(lyon.tools)

    def full(*_: object) -> None:
        raise errors.Unavailable("storage-full", "no room")

    # A crash after the records are durable, and before the directory is pinned.
    with monkeypatch.context() as broken:
        broken.setattr(type(turin.tools.store), "save_setting", full)
        refused("storage-full", lambda: founding.join(turin.tools, file, pinned))
    assert turin.tools.cabinet.directory() is None
    assert founding.join(turin.tools, file, pinned) == pinned
    assert turin.tools.directory().listing(LYON) is not None
    fresh = cabinet.Cabinet(turin.tools.store, turin.tools.registry).directory()
    assert fresh is not None
    assert fresh.matter.digest() == turin.tools.directory().matter.digest()
    world.close()


def test_the_account_of_access_is_begun_once(pair: World, oslo: Member) -> None:
    known = oslo.tools.store.setting(permitting.ACCESS_SETTING)
    size = oslo.tools.store.size
    assert founding.begin_access(oslo.tools, pair.now()) == known
    assert oslo.tools.store.size == size
    stored = oslo.tools.store.record(str(known))
    assert stored is not None
    assert (stored.kind, stored.author) == ("access.begun/1", OSLO)
