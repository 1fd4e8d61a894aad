from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.ledger import checkpoint, proofs, receipt
from tests.ledger import growing
from tests.ledger.growing import LYON, TURIN

SIZE = 13
LEDGER = growing.grown(SIZE)
HEAD = LEDGER.head(LYON)


def of_leaf(index: int, size: int = SIZE) -> receipt.Receipt:
    return receipt.Receipt(
        index=index,
        proof=proofs.inclusion(index, size, LEDGER.read),
        note=LYON.sign(LEDGER.head(LYON, size)),
    )


@pytest.mark.parametrize("size", [1, 2, SIZE])
def test_every_record_of_a_ledger_has_a_receipt_that_verifies(size: int) -> None:
    for index in range(size):
        made = receipt.parse(receipt.encode(of_leaf(index, size)))
        assert receipt.verify(made, LEDGER.ids[index], [LYON.owner_key]).size == size


def test_a_receipt_is_spelled_as_tlog_proof_says() -> None:
    made = receipt.encode(replace(of_leaf(0, 2), extra=b"\x01\x02"))
    lines = made.decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra AQI=", "index 0"]
    assert lines[4:7] == ["", "comity/fr-lyon", "2"]
    assert made.endswith(b"\n\n" + LYON.sign(LEDGER.head(LYON, 2)))


def test_the_receipt_of_one_record_is_no_receipt_of_another() -> None:
    for index in range(SIZE):
        for other in range(SIZE):
            if index != other:
                with pytest.raises(errors.Unverified):
                    receipt.verify(of_leaf(index), LEDGER.ids[other], [LYON.owner_key])


def test_a_receipt_needs_the_owners_signature() -> None:
    with pytest.raises(errors.Unverified):
        receipt.verify(of_leaf(3), LEDGER.ids[3], [TURIN.owner_key])


def test_a_receipt_carries_the_witnesses_of_its_checkpoint() -> None:
    made = of_leaf(3)
    witnessed = replace(made, note=made.note + TURIN.cosign(HEAD, 1_792_000_000))
    read = receipt.parse(receipt.encode(witnessed))
    assert receipt.verify(read, LEDGER.ids[3], [LYON.owner_key]) == HEAD
    assert checkpoint.witnesses(read.note, [TURIN.witness_key]) == {TURIN.id: 1_792_000_000}


def test_no_flipped_bit_leaves_a_receipt_that_verifies() -> None:
    data = receipt.encode(of_leaf(5))
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        with pytest.raises((errors.Invalid, errors.Unverified)):
            receipt.verify(receipt.parse(changed), LEDGER.ids[5], [LYON.owner_key])


@given(st.integers(0, SIZE - 1), st.binary(max_size=50))
def test_a_receipt_reads_back(index: int, extra: bytes) -> None:
    made = replace(of_leaf(index), extra=extra)
    assert receipt.parse(receipt.encode(made)) == made


TEXT = receipt.encode(of_leaf(5))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        TEXT.replace(b"@v1", b"@v2"),
        TEXT.replace(b"index 5", b"index 05"),
        TEXT.replace(b"index 5", b"index -5"),
        TEXT.replace(b"index 5", b"leaf 5"),
        TEXT.replace(b"index 5\n", b""),
        TEXT.replace(b"index 5", b"extra \nindex 5"),
        TEXT.replace(b"index 5", b"extra AQI\nindex 5"),
        TEXT.replace(b"index 5", b"index 5\nextra AQI="),
        TEXT.replace(b"index 5", b"index 5\nAQI="),
        TEXT.replace(b"index 5", b"index 5" + b"\n" + b"A" * 43 + b"=" * 60),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.split(b"\n\n")[0],
        TEXT[: TEXT.rindex(b"\n\n")],
        TEXT + b"\n",
        TEXT + b" " * receipt.SIZE_MAX,
        "c2sp.org/tlog-proof@v1\nindex \u0665\n\n".encode() + TEXT.split(b"\n\n", 1)[1],
    ],
)
def test_what_is_not_a_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(errors.Invalid):
        receipt.parse(data)


def test_a_proof_of_more_than_63_hashes_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        receipt.encode(replace(of_leaf(5), proof=(bytes(32),) * 64))
