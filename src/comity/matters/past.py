"""What a record had seen: the set of its ancestors, small in the usual case.

Records of a matter are numbered in the order in which this node admitted them. A past is then
"everything below `base`, and these few above it": two integers, however long the matter is. The
numbers differ from node to node; whether one record is in another's past does not (clause F3.4).
"""

from typing import NamedTuple


class Past(NamedTuple):
    """The numbers below `base`, and those whose bit is set in `rest`, counted from `base`."""

    base: int = 0
    rest: int = 0

    def holds(self, number: int) -> bool:
        """Whether the record of this number had been seen."""
        base, rest = self
        return number < base or (rest >> (number - base)) & 1 == 1

    def with_(self, number: int) -> "Past":
        """This past and `number`."""
        base, rest = self
        if number < base:
            return self
        if number == base and not rest:
            return Past(base + 1, 0)
        return _packed(base, rest | 1 << (number - base))

    def union(self, other: "Past") -> "Past":
        """What either had seen."""
        (low, below), (high, above) = (self, other) if self.base <= other.base else (other, self)
        return _packed(high, above | below >> (high - low))


def _packed(base: int, rest: int) -> Past:
    if not rest & 1:
        return Past(base, rest)
    ones = (~rest & (rest + 1)).bit_length() - 1
    return Past(base + ones, rest >> ones)
