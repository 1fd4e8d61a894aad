"""The promises of `port.Vault`, run on every vault there is."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity import errors
from comity.keys import filekeys
from comity.records.ids import AuthorityId, BlobId
from comity.vault import exhibits, port

KEEPER = filekeys.Opener(AuthorityId("fr-lyon"), "fr-lyon#1", bytes(range(32)))
STRANGER = filekeys.Opener(AuthorityId("it-turin"), "it-turin#1", bytes(range(1, 33)))

Make = Callable[[port.Keeper], port.Vault]


@pytest.fixture(params=["folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Opens the vault again and again over the same storage."""
    assert request.param == "folder"
    return lambda keeper: exhibits.Exhibits(tmp_path / "vault", keeper)


@pytest.fixture
def vault(make: Make) -> port.Vault:
    return make(KEEPER)


def content(vault: port.Vault, exhibit: port.Exhibit) -> bytes:
    return b"".join(vault.read(exhibit))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40_000), max_size=5))
def test_what_was_put_in_is_read_in_whatever_pieces_it_came(
    vault: port.Vault, chunks: list[bytes]
) -> None:
    whole = b"".join(chunks)
    exhibit = vault.put(chunks)
    assert content(vault, exhibit) == whole
    assert exhibit.size == len(whole)
    assert exhibit.digest == hashlib.sha256(whole).hexdigest()


def test_what_was_put_in_is_there_when_the_vault_is_opened_again(make: Make) -> None:
    exhibit = make(KEEPER).put([b"evidence"])
    assert content(make(KEEPER), exhibit) == b"evidence"


def test_the_same_bytes_twice_are_two_exhibits(vault: port.Vault) -> None:
    first, second = vault.put([b"evidence"]), vault.put([b"evidence"])
    assert first.id != second.id
    assert first.digest == second.digest
    vault.remove(first.id)
    assert content(vault, second) == b"evidence"


def test_nobody_else_reads_it(make: Make) -> None:
    exhibit = make(KEEPER).put([b"evidence"])
    with pytest.raises(errors.Unverified):
        make(STRANGER).read(exhibit)


def test_a_description_fits_no_other_bytes(vault: port.Vault) -> None:
    first, second = vault.put([b"evidence one"]), vault.put([b"evidence two"])
    for changed in (
        replace(first, id=second.id),
        replace(first, wrapped_key=second.wrapped_key),
        replace(first, digest=second.digest),
        replace(first, digest=BlobId("0" * 64)),
        replace(first, size=first.size + 1),
    ):
        with pytest.raises(errors.Unverified):
            vault.read(changed)


def test_an_error_while_it_comes_in_leaves_nothing(vault: port.Vault) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(100_000)
        raise ConnectionResetError("the officer's browser went away")

    with pytest.raises(ConnectionResetError):
        vault.put(broken())
    assert not list(vault.scrub([]))
    assert content(vault, vault.put([b"evidence"])) == b"evidence"


def test_what_was_removed_is_not_found_and_removing_it_again_is_fine(vault: port.Vault) -> None:
    exhibit = vault.put([b"evidence"])
    vault.remove(exhibit.id)
    vault.remove(exhibit.id)
    with pytest.raises(errors.NotFound) as refused:
        vault.read(exhibit)
    assert refused.value.code == "exhibit-missing"


def test_a_scrub_names_what_is_missing_and_nothing_else(vault: port.Vault) -> None:
    kept, gone = vault.put([b"kept"]), vault.put([b"gone"])
    vault.remove(gone.id)
    assert list(vault.scrub([kept.id])) == []
    assert list(vault.scrub([kept.id, gone.id])) == [port.Damage(gone.id, "missing")]


def test_an_id_that_is_no_digest_is_invalid(vault: port.Vault) -> None:
    exhibit = vault.put([b"evidence"])
    for path in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(errors.Invalid):
            vault.remove(port.ExhibitId(path))
        with pytest.raises((errors.Invalid, errors.Unverified)):
            vault.read(replace(exhibit, id=port.ExhibitId(path)))


def test_a_reader_that_stops_early_leaves_nothing_open(vault: port.Vault) -> None:
    exhibit = vault.put([os.urandom(3 * 2**20)])
    pieces = vault.read(exhibit)
    assert next(pieces)
    del pieces  # A file left open would be a ResourceWarning, which is an error here.
    vault.remove(exhibit.id)
