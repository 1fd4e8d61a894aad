"""An approval counts for one act in one form, by another person whose passkey verified them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.records import approval
from tests.world.authenticator import Authenticator, text

MEMBERS: dict[str, Any] = {
    "kind": "role.given/1",
    "matter": "a" * 64,
    "author": "fr-lyon",
    "officer": "o-ada",
    "said_at": "2026-11-25T12:00:00.000Z",
    "handling": {"tlp": "RED"},
    "said": {"officer": "o-bo", "role": "officer", "_sd": ["x"]},
}


def made(key: Authenticator, digest: str) -> approval.Approval:
    """What the holder of a key says to a proposal."""
    created = key.create({"challenge": text(b"c")})
    answer = key.get({"challenge": text(approval.challenge(digest))})["response"]
    from webauthn import helpers  # noqa: PLC0415

    attested = helpers.parse_attestation_object(
        approval.bytes_of(created["response"]["attestationObject"])
    )
    assert attested.auth_data.attested_credential_data is not None
    public = attested.auth_data.attested_credential_data.credential_public_key
    return approval.Approval(
        officer="o-cy",
        passkey=created["id"],
        public_key=text(public),
        authenticator_data=answer["authenticatorData"],
        client_data=answer["clientDataJSON"],
        signature=answer["signature"],
    )


DIGEST = approval.digest(MEMBERS)


def refused(given: approval.Approval, digest: str = DIGEST, officer: str = "o-ada") -> str:
    with pytest.raises(errors.Unverified) as caught:
        approval.check(given, digest, officer)
    assert caught.value.code == "approval-unverified"
    return caught.value.message


def test_another_person_s_passkey_over_this_very_act_counts() -> None:
    approval.check(made(Authenticator(), DIGEST), DIGEST, "o-ada")


@pytest.mark.parametrize("name", approval.MEMBERS)
def test_every_member_of_the_act_is_approved(name: str) -> None:
    changed = copy.deepcopy(MEMBERS)
    changed[name] = "another" if isinstance(changed[name], str) else {**changed[name], "more": 1}
    assert approval.digest(changed) != DIGEST
    assert "another act" in refused(made(Authenticator(), DIGEST), approval.digest(changed))


def test_what_is_not_approved_does_not_change_the_digest() -> None:
    assert approval.digest({**MEMBERS, "after": ["x"], "seq": 7}) == DIGEST


def test_nobody_approves_their_own() -> None:
    assert "same person" in refused(made(Authenticator(), DIGEST), officer="o-cy")


@pytest.mark.parametrize("name", ["public_key", "authenticator_data", "client_data", "signature"])
def test_a_changed_part_does_not_verify(name: str) -> None:
    given = made(Authenticator(), DIGEST)
    raw = bytearray(approval.bytes_of(getattr(given, name)))
    raw[len(raw) // 2] ^= 1
    refused(given.model_copy(update={name: text(bytes(raw))}))
    refused(given.model_copy(update={name: "AAAA"}))


def test_a_key_that_asked_for_no_finger_does_not_count() -> None:
    assert "holder" in refused(made(Authenticator(verifies=False), DIGEST))


def test_bytes_are_read_strictly() -> None:
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert approval.bytes_of(approval.text_of(data)) == data
    for wrong in ("a", "+/+/", "a=b", "é"):
        with pytest.raises(errors.Invalid):
            approval.bytes_of(wrong)


VECTOR = Path(__file__).resolve().parents[2] / "docs/protocol/vectors/records/approval.json"


def test_the_published_vector_is_read_as_it_says() -> None:
    """Clause R8: signatures of passkeys are not repeatable, so the file is kept and not remade."""
    told = json.loads(VECTOR.read_text())
    digest = approval.digest(told["members"])
    assert digest == told["digest"]
    officer = told["members"]["officer"]
    approval.check(approval.Approval.model_validate(told["approval"]), digest, officer)
    assert len(told["refused"]) == 4
    for one in told["refused"]:
        refused(approval.Approval.model_validate(one["approval"]), digest, officer)
