import base64
from collections.abc import Callable
from typing import Any

import pydantic
import pytest

from comity import errors
from comity.exchange import contents, receipt
from comity.ledger import checkpoint, notes, tree
from comity.records import envelope, strict_json
from comity.records.ids import AuthorityId, RecordId
from tests.exchange import world
from tests.exchange.world import LYON, OSLO, TURIN

FIRST, SECOND, THIRD = (RecordId(digit * 64) for digit in "123")
LEAVES = [bytes.fromhex(FIRST), bytes.fromhex(SECOND)]
SENT = receipt.Sent(
    digest="d" * 64, sender=LYON, receiver=TURIN, records=frozenset({FIRST, SECOND, THIRD})
)


def keys(authority: AuthorityId = TURIN) -> list[notes.Key]:
    return [checkpoint.owner_key(authority, world.NODES[authority].checkpoint.public)]


def said(**changed: Any) -> dict[str, Any]:
    proof_of_first = base64.b64encode(tree.leaf_hash(LEAVES[1])).decode()
    proof_of_second = base64.b64encode(tree.leaf_hash(LEAVES[0])).decode()
    return {
        "parcel": SENT.digest,
        "number": 7,
        "sender": LYON,
        "receiver": TURIN,
        "at": "2026-11-25T09:30:00.125Z",
        "outcomes": [
            {"record": FIRST, "result": "stored", "index": 0, "proof": proof_of_first},
            {"record": SECOND, "result": "duplicate", "index": 1, "proof": proof_of_second},
            {"record": THIRD, "result": "waiting", "code": "ancestors-missing", "reason": "one"},
        ],
        "missing": ["4" * 64],
        "checkpoint": world.note(TURIN, LEAVES).decode(),
        "withheld": "no-head",
        "seen": 3,
    } | changed


def made(**changed: Any) -> receipt.Receipt:
    return receipt.Receipt.model_validate(said(**changed))


def test_a_receipt_reads_back_as_it_was_issued() -> None:
    issued = receipt.issue(made(), world.NODES[TURIN].signer)
    assert receipt.read(issued, world.Directory()) == made()
    assert len(issued) < contents.RECEIPT_BYTES_MAX


def test_what_is_proved_counts_as_delivered_and_nothing_else() -> None:
    settled = receipt.settle(made(), SENT, keys())
    assert settled.delivered == {FIRST, SECOND}
    assert settled.refused == frozenset()
    assert (settled.head.origin, settled.head.size) == ("comity/it-turin", 2)


def test_what_was_rejected_is_settled_and_what_waits_is_sent_again() -> None:
    proof = base64.b64encode(tree.leaf_hash(LEAVES[1])).decode()
    outcomes = [
        {"record": FIRST, "result": "rejected", "code": "not-a-party", "index": 0, "proof": proof},
        {"record": SECOND, "result": "rejected", "code": "signature-wrong"},
        {"record": THIRD, "result": "waiting", "code": "ancestors-missing"},
    ]
    settled = receipt.settle(made(outcomes=outcomes), SENT, keys())
    assert settled.delivered == {FIRST}
    assert settled.refused == {SECOND}


def test_a_receipt_for_nothing_is_fine() -> None:
    empty = made(outcomes=[], checkpoint=world.note(TURIN, []).decode())
    assert receipt.settle(empty, SENT, keys()).delivered == frozenset()


@pytest.mark.parametrize(
    "changed",
    [
        {"parcel": "c" * 64},
        {"sender": OSLO},
        {"receiver": OSLO},
        {"checkpoint": world.note(OSLO, LEAVES).decode()},
        {"checkpoint": world.note(TURIN, LEAVES[:1]).decode()},
        {"outcomes": [{"record": FIRST, "result": "stored", "index": 1, "proof": ""}]},
        {"outcomes": [{"record": SECOND, "result": "stored", "index": 0, "proof": ""}]},
        {"outcomes": [{"record": "9" * 64, "result": "rejected", "code": "malformed"}]},
    ],
    ids=["another parcel", "another sender", "another receiver", "another ledger", "a smaller head",
         "no proof", "another place", "a record that was not sent"],
)  # fmt: skip
def test_a_receipt_that_proves_something_else_delivers_nothing(changed: dict[str, Any]) -> None:
    with pytest.raises(errors.Unverified):
        receipt.settle(made(**changed), SENT, [*keys(TURIN), *keys(OSLO)])


def test_a_checkpoint_by_an_unknown_key_delivers_nothing() -> None:
    with pytest.raises(errors.Unverified):
        receipt.settle(made(), SENT, [])


def test_a_receipt_signed_by_another_than_its_receiver_is_unverified() -> None:
    payload = strict_json.dumps(said(protocol=receipt.PROTOCOL))
    forged = envelope.seal(receipt.RECEIPT_TYPE, payload, world.NODES[OSLO].signer)
    with pytest.raises(errors.Unverified):
        receipt.read(forged, world.Directory())


def test_nobody_issues_a_receipt_for_another() -> None:
    with pytest.raises(errors.Invalid):
        receipt.issue(made(), world.NODES[OSLO].signer)


def test_what_was_signed_as_something_else_is_no_receipt() -> None:
    payload = strict_json.dumps(said(protocol=receipt.PROTOCOL))
    record = envelope.seal(envelope.RECORD_TYPE, payload, world.NODES[TURIN].signer)
    with pytest.raises(errors.Invalid):
        receipt.read(record, world.Directory())


def first(**changed: Any) -> Callable[[dict[str, Any]], object]:
    return lambda values: values["outcomes"][0].update(changed)


@pytest.mark.parametrize(
    "change",
    [
        first(result="lost"),
        first(index=None),
        first(index=-1),
        first(index="0"),
        first(code="why"),
        lambda values: values["outcomes"][2].update(proof=values["outcomes"][0]["proof"]),
        first(record="../x"),
        first(proof="AAAA"),
        first(proof="A" * 42 + "B="),
        first(proof=["A" * 43 + "="]),
        first(proof=base64.b64encode(bytes(64 * 32)).decode()),
        lambda values: values["outcomes"][2].update(code=""),
        lambda values: values["outcomes"][2].update(reason="x" * 1_001),
        lambda values: values["outcomes"].append(values["outcomes"][0]),
        lambda values: values.update(withheld=""),
        lambda values: values.update(cosignature="\u2014 comity/it-turin AAAA\n"),
        lambda values: values.update(number=0),
        lambda values: values.update(protocol="comity-receipt/2"),
        lambda values: values.update(surplus=1),
        lambda values: values.pop("checkpoint"),
        lambda values: values.pop("protocol"),
    ],
)
def test_a_receipt_that_breaks_its_form_is_invalid_although_it_is_signed(
    change: Callable[[dict[str, Any]], object],
) -> None:
    values = said(protocol=receipt.PROTOCOL)
    change(values)
    payload = strict_json.dumps(values)
    signed = envelope.seal(receipt.RECEIPT_TYPE, payload, world.NODES[TURIN].signer)
    with pytest.raises(errors.Invalid) as refused:
        receipt.read(signed, world.Directory())
    assert refused.value.code == "receipt-malformed"


def test_the_largest_receipt_fits_its_bound() -> None:
    proof = (bytes(32),) * 40
    outcomes = [
        {"record": f"{n:064x}", "result": "stored", "index": n, "proof": proof}
        for n in range(contents.ITEMS_MAX)
    ]
    issued = receipt.issue(made(outcomes=outcomes), world.NODES[TURIN].signer)
    assert receipt.read(issued, world.Directory()).outcomes[-1].index == 999


def test_a_receipt_takes_the_instant_at_which_it_is_made() -> None:
    assert made(at=world.NOW) == made()


def test_an_outcome_is_complete_when_it_is_made() -> None:
    with pytest.raises(pydantic.ValidationError):
        receipt.Outcome(record=FIRST, result="rejected")
