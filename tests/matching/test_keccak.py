import hashlib

import pytest

from comity.matching import keccak

# Of the Keccak team's known answers and of Ethereum's own constants.
KNOWN = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"\x80": "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    b"Transfer(address,address,uint256)": (
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    ),
}


@pytest.mark.parametrize("data", KNOWN)
def test_known_answers_hold(data: bytes) -> None:
    assert keccak.keccak_256(data).hex() == KNOWN[data]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 134, 135, 136, 137, 271, 272, 273, 500])
def test_with_the_padding_of_sha3_it_is_the_sha3_of_the_standard_library(
    length: int,
) -> None:
    """The sponge is the same; FIPS 202 puts the bits 01 before the padding, so 0x06 for 0x01."""
    data = bytes(place * 7 % 251 for place in range(length))
    state = [0] * 25
    padded = bytearray(data + bytes(136 - length % 136))
    padded[length] ^= 0x06
    padded[-1] ^= 0x80
    for start in range(0, len(padded), 136):
        for lane in range(17):
            at = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = keccak._permuted(state)
    digest = b"".join(lane.to_bytes(8, "little") for lane in state[:4])
    assert digest == hashlib.sha3_256(data).digest()


@pytest.mark.parametrize("length", [135, 136, 137])
def test_lengths_about_one_block_differ(length: int) -> None:
    assert keccak.keccak_256(bytes(length)) != keccak.keccak_256(bytes(length + 1))
