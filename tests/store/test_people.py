"""Passkeys and proposals, on both engines."""

import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from comity import errors
from comity.records.ids import MatterId, RecordId
from comity.store import durable, port
from tests.store.acts import NOW

KEY = port.Passkey(
    id="key-1",
    officer="o-ada",
    public_key=b"\x01\x02",
    sign_count=3,
    label="Blue key",
    created_at=NOW,
    used_at=NOW,
)
PROPOSAL = port.Proposal(
    digest="d" * 64,
    officer="o-ada",
    kind="role.given/1",
    matter=MatterId("a" * 64),
    body=b"{}",
    proposed_at=NOW,
    expires_at=NOW + datetime.timedelta(days=7),
)


def test_a_passkey_is_kept_used_and_taken_away(store: durable.DurableStore) -> None:
    store.save_passkey(KEY)
    used = dataclasses.replace(KEY, sign_count=4, used_at=NOW + datetime.timedelta(hours=1))
    store.save_passkey(used)
    assert store.passkey(KEY.id) == used
    other = dataclasses.replace(KEY, id="key-2", officer="o-bo")
    store.save_passkey(other)
    assert store.passkeys("o-ada") == [used]
    assert {one.id for one in store.passkeys()} == {"key-1", "key-2"}
    store.end_passkey(KEY.id)
    assert store.passkey(KEY.id) is None
    assert store.passkeys("o-ada") == []


def test_nobody_takes_the_passkey_of_another(store: durable.DurableStore) -> None:
    store.save_passkey(KEY)
    with pytest.raises(errors.Conflict) as caught:
        store.save_passkey(dataclasses.replace(KEY, officer="o-bo"))
    assert caught.value.code == "passkey-taken"
    assert store.passkey(KEY.id) == KEY


def test_a_proposal_is_decided_once(store: durable.DurableStore) -> None:
    store.save_proposal(PROPOSAL)
    store.save_proposal(dataclasses.replace(PROPOSAL, body=b"another"))
    assert store.proposal(PROPOSAL.digest) == PROPOSAL
    with ThreadPoolExecutor(8) as many:
        decided = list(
            many.map(
                lambda number: store.decide_proposal(PROPOSAL.digest, "approved", f"o-{number}"),
                range(8),
            )
        )
    assert decided.count(True) == 1
    found = store.proposal(PROPOSAL.digest)
    assert found is not None
    assert found.decided_by == f"o-{decided.index(True)}"
    assert not store.decide_proposal(PROPOSAL.digest, "declined", "o-x", "No.")


def test_one_whose_act_was_refused_is_open_again_and_one_that_was_said_is_not(
    store: durable.DurableStore,
) -> None:
    store.save_proposal(PROPOSAL)
    store.decide_proposal(PROPOSAL.digest, "approved", "o-bo")
    store.reopen_proposal(PROPOSAL.digest)
    assert store.proposal(PROPOSAL.digest) == PROPOSAL
    store.decide_proposal(PROPOSAL.digest, "approved", "o-bo")
    store.note_proposal(PROPOSAL.digest, RecordId("e" * 64))
    store.reopen_proposal(PROPOSAL.digest)
    found = store.proposal(PROPOSAL.digest)
    assert found is not None
    assert (found.status, found.record) == ("approved", "e" * 64)


def test_open_ones_come_first_and_one_without_a_matter_is_kept(
    store: durable.DurableStore,
) -> None:
    for number in range(4):
        made = dataclasses.replace(
            PROPOSAL,
            digest=f"{number:064x}",
            matter=None,
            proposed_at=NOW + datetime.timedelta(minutes=number),
        )
        store.save_proposal(made)
    store.decide_proposal(f"{3:064x}", "declined", "o-bo", "No.")
    found = store.proposals()
    assert [int(one.digest, 16) for one in found] == [2, 1, 0, 3]
    assert found[0].matter is None
    assert [one.digest for one in store.proposals(1)] == [f"{2:064x}"]
    assert store.proposal("f" * 64) is None
