import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.keys import card as cards
from comity.keys import filekeys
from comity.records.ids import AuthorityId

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> cards.KeyCard:
    folder: Path = tmp_path_factory.mktemp("keys") / "1"
    return filekeys.create(folder, AuthorityId("nl-nhtcu"), passphrase=None, now=NOW).card


def test_a_card_reads_back_as_it_was_written(card: cards.KeyCard) -> None:
    assert cards.loads(cards.dumps(card)) == card


def test_what_is_wrapped_for_a_card_is_opened_by_its_node(tmp_path: Path) -> None:
    keys = filekeys.create(tmp_path / "k", AuthorityId("it-cnaipic"), passphrase=None, now=NOW)
    read = cards.loads(cards.dumps(keys.card))
    assert keys.opener.open(read.wrap(b"secret", info=b"a"), info=b"a") == b"secret"


def test_the_fingerprint_is_of_the_certificate_and_of_nothing_else(card: cards.KeyCard) -> None:
    assert len(card.fingerprint) == 64
    assert dataclasses.replace(card, signing=bytes(32)).fingerprint == card.fingerprint


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("format", "comity-card/2", "members"),
        ("authority", "../nl", "authority"),
        ("authority", 7, "authority"),
        ("key_id", "fr-c3n#1", "key_id"),
        ("key_id", "nl-nhtcu#0", "key_id"),
        ("signing", "AAAA", "signing: 3 bytes where 32"),
        ("signing", "no base64!", "signing"),
        ("checkpoint", None, "checkpoint"),
        ("cosign", ["AAAA"], "cosign"),
        ("opening", "AAAA", "opening: 3 bytes where 1216"),
        ("certificate", "-----BEGIN", "certificate"),
        ("certificate", None, "certificate"),
        ("surplus", "x", "members"),
    ],
)
def test_a_card_that_breaks_its_form_names_the_member(
    card: cards.KeyCard, member: str, value: Any, named: str
) -> None:
    said = json.loads(cards.dumps(card))
    said[member] = value
    with pytest.raises(errors.Invalid, match=named) as refused:
        cards.loads(json.dumps(said).encode())
    assert refused.value.code == "card-malformed"


def test_key_ids_belong_to_one_authority_and_count_from_one() -> None:
    nhtcu = AuthorityId("nl-nhtcu")
    assert cards.key_id(nhtcu, 12) == "nl-nhtcu#12"
    assert cards.is_key_id("nl-nhtcu#12", nhtcu)
    for other in ("nl-nhtcu", "nl-nhtcu#", "nl-nhtcu#01", "nl-nhtcu#1\n", "nl-nhtcu-x#1"):
        assert not cards.is_key_id(other, nhtcu)
