from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.exchange import contents
from comity.records import record
from tests.exchange import world

INSTANTS = pydantic.TypeAdapter(contents.Instant)
PROOFS = pydantic.TypeAdapter(contents.Proof)


def test_an_instant_reads_back_as_records_spell_it() -> None:
    assert INSTANTS.validate_python(record.instant(world.NOW)) == world.NOW


@pytest.mark.parametrize(
    "said",
    ["2026-11-25T09:30:00", "2026-11-25T09:30:00+01:00", "2026-13-25T09:30:00Z", "2026-11-25",
     "2026-11-25T09:30:00Z\n", 1_700_000_000, None, world.NOW.replace(tzinfo=None)],
)  # fmt: skip
def test_an_instant_has_one_spelling(said: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        INSTANTS.validate_python(said)


def test_a_blob_is_named_by_its_digest() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert contents.blob_id(b"") == empty


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple))
def test_a_proof_reads_back_as_it_was_spelled(proof: tuple[bytes, ...]) -> None:
    text = PROOFS.dump_python(proof, mode="json")
    assert isinstance(text, str)
    assert PROOFS.validate_python(text) == PROOFS.validate_python(proof) == proof


@pytest.mark.parametrize(
    "said", ["AAAA", "A" * 42 + "B=", "?", "A" * 2_752, ["A" * 43 + "="], None]
)
def test_a_proof_is_whole_hashes_in_one_spelling(said: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        PROOFS.validate_python(said)
