"""Sizes of sets in classes, so that a request or an answer tells roughly how much stands behind it.

A set is padded to the next power of two, and to 64 at least: whoever counts the elements learns
the class and not the number.
"""

from comity import errors

CLASS_MIN = 64
CLASS_MAX = 1 << 17


def size_class(count: int, *, count_max: int = CLASS_MAX) -> int:
    """How many elements `count` elements are padded to; `Invalid` beyond `count_max`."""
    if count > count_max:
        raise errors.Invalid(
            "matching-set-too-large",
            f"{count} values where at most {count_max} are compared in one run",
            next_step="Ask in several runs, each with its own budget.",
        )
    return max(CLASS_MIN, 1 << (count - 1).bit_length())


def is_size_class(count: int) -> bool:
    """Whether a set padded by `size_class` can have `count` elements."""
    return count >= CLASS_MIN and count.bit_count() == 1
