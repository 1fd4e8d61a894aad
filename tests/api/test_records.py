"""Single records: the exact bytes that were signed, and why the ledger holds them."""

import pytest

from comity import errors
from comity.desk import ledgers
from comity.ledger import receipt
from comity.matters import subjects
from comity.records import envelope, record
from tests.api.house import NOWHERE, House, problem
from tests.world.world import TURIN


def said(house: House) -> str:
    """A note of Lyon's in a case with Turin."""
    case = house.case("A shop", TURIN)
    record: str = house.program(house.lyon).act("note.made/1", {"text": "Seen."}, case)["record"]
    return record


def test_a_record_is_given_out_as_it_was_signed(either: House) -> None:
    one = said(either)
    answer = either.program(either.lyon).get(f"/records/{one}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.dsse+json"
    assert answer.headers["etag"] == f'"{one}"'
    assert answer.content == either.lyon.tools.store.record(one).envelope
    signed = envelope.parse(answer.content)
    assert signed.digest == one
    envelope.verify(signed, either.turin.tools.directory().keys_of(either.lyon.authority))


def test_what_is_sealed_is_not_in_the_bytes(house: House) -> None:
    answer = house.program(house.lyon).get(f"/records/{said(house)}")
    signed = envelope.parse(answer.content)
    assert b"Seen." not in signed.payload
    assert record.parse(signed.payload, signed.digest, subjects.REGISTRY).kind == "note.made/1"


def test_a_proof_leads_to_the_signed_head(either: House) -> None:
    one = said(either)
    answer = either.program(either.lyon).get(f"/records/{one}/proof")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    proof = receipt.parse(answer.content)
    keys = ledgers.owner_keys(either.turin.tools.directory(), either.lyon.authority)
    receipt.verify(proof, bytes.fromhex(one), keys)
    with pytest.raises(errors.Unverified):
        receipt.verify(proof, bytes.fromhex(said(either)), keys)


@pytest.mark.parametrize("path", ["/records/{}", "/records/{}/proof"])
def test_a_hidden_record_answers_just_like_one_that_is_not_there(either: House, path: str) -> None:
    one = said(either)
    either.world.settle()
    for program in (either.program(either.lyon, "operator"), either.program(either.oslo)):
        hidden, absent = (program.get(path.format(id_)) for id_ in (one, NOWHERE))
        problem(hidden, 404, "record-unknown")
        assert (hidden.content, hidden.headers) == (absent.content, absent.headers)


def test_the_account_of_access_is_not_read_record_by_record(house: House) -> None:
    store = house.lyon.tools.store
    house.program(house.lyon).told("/matters")
    (note,) = store.leaves(store.size - 1, store.size)
    assert store.record(note).kind == "access.noted/1"
    for role in ("officer", "desk_head", "operator"):
        program = house.program(house.lyon, role)
        hidden, absent = (program.get(f"/records/{one}") for one in (note, NOWHERE))
        problem(hidden, 404, "record-unknown")
        assert hidden.content == absent.content


def test_each_look_at_a_record_is_noted(house: House) -> None:
    one, store = said(house), house.lyon.tools.store
    before = store.size
    for path in (f"/records/{one}", f"/records/{one}/proof"):
        assert house.program(house.lyon).get(path).status_code == 200
    kinds = {store.record(leaf).kind for leaf in store.leaves(before, store.size)}
    assert (store.size, kinds) == (before + 2, {"access.noted/1"})
