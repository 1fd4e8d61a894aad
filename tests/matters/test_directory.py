"""The directory: whose keys verify, who is listed, what a suspension does."""

import base64
from typing import Any

import pydantic
import pytest

from comity.matters import directory, subjects
from comity.matters.directory import Listing
from comity.matters.matter import Matter
from comity.records.ids import AuthorityId
from comity.records.record import Place, Record
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN


def key(authority: str, epoch: int = 1) -> str:
    return base64.b64encode(f"{authority} {epoch}".encode().ljust(32, b".")).decode()


def listing(authority: AuthorityId, epoch: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "authority": authority, "name": authority, "country": "XX", "epoch": epoch,
        "address": "https://node.example", "signing": key(authority, epoch),
        "opening": key(authority, epoch), "checkpoint": key(authority, epoch),
        "cosigning": key(authority, epoch), "certificate": "PEM",
    } | changes  # fmt: skip


def said(kind: str, author: AuthorityId, place: Place, **values: Any) -> Record:
    """A record whose statement is typed, as the directory reads it."""
    bare = telling.said(kind, author, place, **values)
    fields = {name: getattr(bare, name) for name in Record.__slots__}
    return Record(**fields | {"said": subjects.REGISTRY[kind].statement.model_validate(values)})


def founded() -> Matter:
    first = said("directory.founded/1", LYON, telling.FIRST, name="Alliance", founder=listing(LYON))
    found = Matter(first.matter, subjects.REGISTRY)
    found.admit(first)
    return found


def adds(found: Matter, kind: str, **values: Any) -> Record:
    one = said(kind, LYON, found.place(LYON), **values)
    assert found.admit(one) == (one.id,), found.verdict(one)
    return one


def lists(found: Matter, authority: AuthorityId, epoch: int = 1) -> None:
    adds(found, "authority.listed/1", authority=authority, listing=listing(authority, epoch))


def hints(read: directory.Directory, authority: AuthorityId) -> list[str]:
    return [one.key_id for one in read.keys_of(authority)]


def test_the_founder_is_listed_by_its_own_record() -> None:
    found = founded()
    read = directory.directory(found)
    assert hints(read, LYON) == ["fr-lyon#1"]
    assert read.keys_of(LYON)[0].public == base64.b64decode(key(LYON))
    assert read.keys_of(TURIN) == ()
    assert read.listing(TURIN) is None
    assert found.opening is not None
    assert isinstance(found.opening.said, directory.DirectoryFounded)
    assert directory.founder(found.opening.said) == read.keys_of(LYON)[0]


def test_the_newest_keys_come_first_and_the_old_ones_still_verify() -> None:
    found = founded()
    lists(found, TURIN)
    adds(found, "authority.relisted/1", authority=TURIN, listing=listing(TURIN, 2))
    read = directory.directory(found)
    assert hints(read, TURIN) == ["it-turin#2", "it-turin#1"]
    latest = read.listing(TURIN)
    assert latest is not None
    assert latest.epoch == 2


def test_a_suspended_authority_is_not_listed_and_what_it_said_still_verifies() -> None:
    found = founded()
    lists(found, TURIN)
    adds(found, "authority.suspended/1", authority=TURIN, reason="r")
    read = directory.directory(found)
    assert read.listing(TURIN) is None
    assert TURIN not in read.listings
    assert hints(read, TURIN) == ["it-turin#1"]
    lists(found, TURIN, 2)
    again = directory.directory(found)
    assert hints(again, TURIN) == ["it-turin#2", "it-turin#1"]
    assert again.suspended == {}


def test_a_listing_under_another_name_lists_nobody() -> None:
    found = founded()
    adds(found, "authority.listed/1", authority=TURIN, listing=listing(OSLO))
    adds(found, "authority.relisted/1", authority=BERN, listing=listing(BERN))
    read = directory.directory(found)
    assert set(read.listings) == {LYON}


def test_nobody_but_the_lead_lists() -> None:
    found = founded()
    lists(found, TURIN)
    own = said(
        "authority.listed/1", TURIN, found.place(TURIN), authority=OSLO, listing=listing(OSLO)
    )
    assert found.admit(own) == ()
    assert directory.directory(found).listing(OSLO) is None


def test_a_branch_of_a_fork_lists_and_suspends_nobody_until_it_is_chosen() -> None:
    found = founded()
    lists(found, TURIN)
    place = found.place(LYON)
    one = said("authority.listed/1", LYON, place, authority=OSLO, listing=listing(OSLO))
    other = said("authority.suspended/1", LYON, place, authority=TURIN, reason="r")
    found.admit(one)
    found.admit(other)
    assert found.point.frozen
    assert set(directory.directory(found).listings) == {LYON, TURIN}
    for kind in ("fork.voted/1", "fork.resolved/1"):
        voted = telling.said(kind, TURIN, found.place(TURIN), keep=one.id)
        assert found.admit(voted) == (voted.id,)
    assert set(directory.directory(found).listings) == {LYON, TURIN, OSLO}


@pytest.mark.parametrize("signing", ["", "A", "AAA", "AAAA=", "A===", "AA=A", "!AAA", "AAAA\n"])
def test_a_key_that_is_not_base64_is_no_key(signing: str) -> None:
    with pytest.raises(pydantic.ValidationError):
        Listing.model_validate(listing(TURIN, signing=signing))
