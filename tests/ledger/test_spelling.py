import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.ledger import spelling


@given(st.integers(0, 2**63 - 1))
def test_a_number_reads_back(value: int) -> None:
    assert spelling.number(str(value), "it") == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1 ",
        "1\n",
        "1_0",
        "1e3",
        "0x1",
        "\u0661",
        str(2**63),
        "9" * 30,
    ],
)
def test_a_number_has_one_spelling_and_a_bound(text: str) -> None:
    with pytest.raises(errors.Invalid, match="the size"):
        spelling.number(text, "the size")


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_reads_back(digest: bytes) -> None:
    assert spelling.digest(spelling.digest_line(digest).removesuffix("\n"), "it") == digest


@pytest.mark.parametrize(
    "text",
    ["AA", "AAA", "A===", "AAAA\n", " AAAA", "AA AA", "AB==", "_-==", "\u0410AAA", "AA==AA=="],
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(errors.Invalid):
        spelling.base64_bytes(text, "it")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_has_32_bytes(size: int) -> None:
    with pytest.raises(errors.Invalid, match=f"{size} bytes"):
        spelling.digest(base64.b64encode(bytes(size)).decode(), "it")


def test_a_proof_has_at_most_63_hashes() -> None:
    lines = [base64.b64encode(bytes(32)).decode()] * 63
    assert len(spelling.digests(lines, "the proof")) == 63
    with pytest.raises(errors.Invalid, match="64 hashes"):
        spelling.digests([*lines, lines[0]], "the proof")
