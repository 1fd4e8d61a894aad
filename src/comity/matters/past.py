"""What a record had seen: the set of its ancestors, small in the usual case.

Records of a matter are numbered in the order in which this node admitted them. A past is then
"every number below `base`, and those whose bit is set in `rest`, counted from `base`": two
integers, however long the matter is. The numbers differ from node to node; whether one record is
in another's past does not (clause F3.4). Plain tuples, because a matter makes one for each record.
"""

Past = tuple[int, int]
"""`(base, rest)`; bit 0 of `rest` is never set, so equal sets are equal pasts."""

NOTHING: Past = (0, 0)


def holds(past: Past, number: int) -> bool:
    """Whether the record of this number had been seen."""
    base, rest = past
    return number < base or (rest >> (number - base)) & 1 == 1


def top(past: Past, number: int) -> int:
    """One more than the greatest number below `number` that had been seen; 0 if none had."""
    base, rest = past
    if base >= number:
        return number
    return base + (rest & ((1 << (number - base)) - 1)).bit_length()


def with_(past: Past, number: int) -> Past:
    """`past` and `number`."""
    base, rest = past
    if number < base:
        return past
    if number == base and not rest:
        return base + 1, 0
    return _packed(base, rest | 1 << (number - base))


def union(one: Past, other: Past) -> Past:
    """What either had seen."""
    (low, below), (high, above) = (one, other) if one <= other else (other, one)
    return _packed(high, above | below >> (high - low))


def _packed(base: int, rest: int) -> Past:
    if not rest & 1:
        return base, rest
    ones = (~rest & (rest + 1)).bit_length() - 1
    return base + ones, rest >> ones
