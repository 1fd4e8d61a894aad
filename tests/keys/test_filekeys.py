import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity import errors
from comity.keys import filekeys
from comity.records import envelope
from comity.records.ids import AuthorityId

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NHTCU = AuthorityId("nl-nhtcu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_keys_load_as_they_were_made(folder: Path) -> None:
    made = filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    loaded = filekeys.load(folder, passphrase=None)
    assert loaded.card == made.card == filekeys.read_card(folder)
    assert loaded.card.key_id == "nl-nhtcu#1"
    assert loaded.opener.open(made.card.wrap(b"secret", info=b"a"), info=b"a") == b"secret"
    assert loaded.opener.open(made.opener.wrap(b"own", info=b"b"), info=b"b") == b"own"


def test_an_envelope_signed_with_loaded_keys_verifies_under_the_card(folder: Path) -> None:
    filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    keys = filekeys.load(folder, passphrase=None)
    signed = envelope.parse(envelope.seal("text/plain", b"said", keys.signer))
    envelope.verify(signed, [envelope.VerifyingKey(keys.card.key_id, keys.card.signing)])
    for other in (keys.card.checkpoint, keys.card.cosign):
        with pytest.raises(errors.Unverified):
            envelope.verify(signed, [envelope.VerifyingKey(keys.card.key_id, other)])


def test_no_key_serves_two_purposes(folder: Path) -> None:
    card = filekeys.create(folder, NHTCU, passphrase=None, now=NOW).card
    assert len({card.signing, card.checkpoint, card.cosign, card.opening[-32:]}) == 4


def test_everything_in_the_folder_is_private(folder: Path) -> None:
    filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["card.json", "keys.json", "tls.key", "tls.pem"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_the_tls_files_start_a_listener(folder: Path) -> None:
    tls = filekeys.create(folder, NHTCU, passphrase=None, now=NOW).tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.private_key, tls.password)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(tls.certificate, tls.private_key, "another password")


def test_a_passphrase_keeps_the_secrets(folder: Path) -> None:
    made = filekeys.create(folder, NHTCU, passphrase=b"correct horse", now=NOW)
    assert filekeys.load(folder, passphrase=b"correct horse").card == made.card
    assert filekeys.read_card(folder) == made.card
    for passphrase, code in ((b"wrong", "passphrase-wrong"), (None, "passphrase-needed")):
        with pytest.raises(errors.Refused) as refused:
            filekeys.load(folder, passphrase=passphrase)
        assert refused.value.code == code


def test_a_passphrase_for_keys_that_have_none_is_refused(folder: Path) -> None:
    filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    with pytest.raises(errors.Refused) as refused:
        filekeys.load(folder, passphrase=b"correct horse")
    assert refused.value.code == "keys-not-protected"


def test_keys_are_never_written_over(folder: Path) -> None:
    made = filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    with pytest.raises(errors.Conflict):
        filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    assert filekeys.load(folder, passphrase=None).card == made.card


def test_a_creation_that_crashed_half_way_is_incomplete_and_can_be_done_again(
    folder: Path,
) -> None:
    first = filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    (folder / "keys.json").unlink()
    with pytest.raises(errors.NotFound):
        filekeys.load(folder, passphrase=None)
    second = filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    assert second.card != first.card
    assert filekeys.load(folder, passphrase=None).card == second.card


@pytest.mark.parametrize("name", ["keys.json", "tls.key", "card.json", "tls.pem", ""])
def test_keys_that_others_may_read_are_refused(folder: Path, name: str) -> None:
    filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    (folder / name).chmod(0o755)
    with pytest.raises(errors.Refused) as refused:
        filekeys.load(folder, passphrase=None)
    assert refused.value.code == "keys-too-open"


@pytest.mark.parametrize("name", ["keys.json", "card.json", "tls.pem"])
def test_files_of_two_nodes_never_load_together(tmp_path: Path, name: str) -> None:
    filekeys.create(tmp_path / "a", NHTCU, passphrase=None, now=NOW)
    filekeys.create(tmp_path / "b", NHTCU, passphrase=None, now=NOW)
    (tmp_path / "a" / name).write_bytes((tmp_path / "b" / name).read_bytes())
    with pytest.raises(errors.Unverified) as refused:
        filekeys.load(tmp_path / "a", passphrase=None)
    assert refused.value.code == "keys-damaged"


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"format":"comity-keys/2"}',
             '{"format":"comity-keys/1","key_id":"x","lock":null,"secrets":"AAAA"}',
             '{"format":"comity-keys/1","key_id":"x","lock":null,"secrets":7}'],
)  # fmt: skip
def test_damaged_secrets_are_named_as_such(folder: Path, text: str) -> None:
    filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    (folder / "keys.json").write_text(text)
    with pytest.raises(errors.Unverified) as refused:
        filekeys.load(folder, passphrase=None)
    assert refused.value.code == "keys-damaged"


def test_no_printed_form_shows_a_secret(folder: Path) -> None:
    keys = filekeys.create(folder, NHTCU, passphrase=None, now=NOW)
    assert keys.tls.password not in repr(keys)
    assert "PrivateKey" not in repr(keys)


def test_keys_for_what_is_no_authority_are_invalid(folder: Path) -> None:
    with pytest.raises(errors.Invalid):
        filekeys.create(folder, AuthorityId("../x"), passphrase=None, now=NOW)
    assert not folder.exists()
