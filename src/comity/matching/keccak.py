"""Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding from before it.

The standard library has SHA3-256, which differs in one byte of padding. Slow and short: it checks
the capitals of addresses (EIP-55), a few microseconds of work each.
"""

_RATE = 136
_MASK = (1 << 64) - 1
_ROUNDS = 24


def _round_constants() -> tuple[int, ...]:
    """The bits of the linear feedback register x^8 + x^6 + x^5 + x^4 + 1 (FIPS 202, 3.2.5)."""
    constants = []
    register = 1
    for _ in range(_ROUNDS):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


_CONSTANTS = _round_constants()


def keccak_256(data: bytes) -> bytes:
    """The 32 bytes."""
    lanes = [0] * 25
    padded = bytearray(data)
    padded += bytes(_RATE - len(data) % _RATE)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(a: list[int]) -> list[int]:
    """Keccak-f[1600]; the lane of column x and row y is `a[x + 5 * y]`."""
    for constant in _CONSTANTS:
        # theta
        column = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        mixed = [column[x - 1] ^ _rotated(column[(x + 1) % 5], 1) for x in range(5)]
        a = [lane ^ mixed[place % 5] for place, lane in enumerate(a)]
        # rho and pi
        x, y, moved = 1, 0, a[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            moved, a[x + 5 * y] = a[x + 5 * y], _rotated(moved, (step + 1) * (step + 2) // 2 % 64)
        # chi
        a = [
            a[5 * y + x] ^ (~a[5 * y + (x + 1) % 5] & _MASK & a[5 * y + (x + 2) % 5])
            for y in range(5)
            for x in range(5)
        ]
        # iota
        a[0] ^= constant
    return a


def _rotated(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK if by else lane
