"""Clauses M6.2 to M6.4 written again from the protocol alone: slow, and of no use but to compare.

Nothing of the library that Comity calls is used here.
"""

import hashlib

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

Point = tuple[int, int]


def onto_curve(element: bytes) -> Point:
    """The point of an element: hash, then hash again until there is a point, the even one."""
    x = _number(element.hex().encode())
    while True:
        square = (x**3 - 3 * x + B) % P
        y = pow(square, (P + 1) // 4, P)
        if y * y % P == square:
            return x, y if y % 2 == 0 else P - y
        x = _number(x.to_bytes((x.bit_length() + 7) // 8, "big"))


def times(scalar: int, point: Point) -> Point:
    """Double and add."""
    total: Point | None = None
    for bit in bin(scalar)[2:]:
        total = _sum(total, total)
        if bit == "1":
            total = _sum(total, point)
    assert total is not None
    return total


def compressed(point: Point) -> bytes:
    """SEC 1, 2.3.3."""
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


def _number(data: bytes) -> int:
    both = hashlib.sha256(b"\1" + data).digest() + hashlib.sha256(b"\2" + data).digest()
    return int.from_bytes(both, "big") % P


def _sum(a: Point | None, b: Point | None) -> Point | None:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P
