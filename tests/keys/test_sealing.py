import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import errors
from comity.keys import sealing

SEED = bytes(range(32))
OTHER = bytes(range(1, 33))

# Test vector 1 of draft-connolly-cfrg-xwing-kem, appendix C: the seed and how its key begins.
DRAFT_SEED = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
DRAFT_PUBLIC = "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5b19cfc3d"


def test_a_seed_gives_the_public_key_that_the_x_wing_draft_gives() -> None:
    public = sealing.public_of(bytes.fromhex(DRAFT_SEED))
    assert len(public) == sealing.PUBLIC_BYTES
    assert public[:36].hex() == DRAFT_PUBLIC


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=64))
def test_what_is_sealed_opens_under_the_same_context(secret: bytes, info: bytes) -> None:
    sealed = sealing.seal(sealing.public_of(SEED), secret, info=info)
    assert len(sealed) == len(secret) + sealing.OVERHEAD_BYTES
    assert sealing.open_(SEED, sealed, info=info) == secret


@pytest.mark.parametrize(
    ("seed", "info", "flip"),
    [(OTHER, b"a", None), (SEED, b"b", None), (SEED, b"a", 0), (SEED, b"a", -1)],
    ids=["another key", "another context", "first byte", "last byte"],
)
def test_a_seal_for_another_key_or_context_or_altered_never_opens(
    seed: bytes, info: bytes, flip: int | None
) -> None:
    sealed = bytearray(sealing.seal(sealing.public_of(SEED), b"secret", info=b"a"))
    if flip is not None:
        sealed[flip] ^= 1
    with pytest.raises(errors.Unverified, match="another key or context"):
        sealing.open_(seed, bytes(sealed), info=info)


@pytest.mark.parametrize("length", [0, 31, 1135, 1136])
def test_a_truncated_seal_never_opens(length: int) -> None:
    sealed = sealing.seal(sealing.public_of(SEED), b"secret", info=b"")
    with pytest.raises(errors.Unverified):
        sealing.open_(SEED, sealed[:length], info=b"")


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(1215),
        b"\xff" * 1216,
        sealing.public_of(SEED)[:1184] + bytes(32),
    ],
    ids=["nothing", "short", "not reduced", "small order"],
)
def test_sealing_to_what_is_no_key_is_invalid(public: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        sealing.seal(public, b"secret", info=b"")
    assert refused.value.code == "opening-key-malformed"


def test_a_seed_of_another_length_is_invalid() -> None:
    with pytest.raises(errors.Invalid, match="31 bytes where 32"):
        sealing.public_of(bytes(31))
