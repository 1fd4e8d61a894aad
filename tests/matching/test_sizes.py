import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matching import sizes


@pytest.mark.parametrize(
    ("count", "padded"),
    [(0, 64), (1, 64), (64, 64), (65, 128), (128, 128), (129, 256), (131_072, 131_072)],
)
def test_a_set_is_padded_to_the_next_power_of_two(count: int, padded: int) -> None:
    assert sizes.size_class(count) == padded


@given(st.integers(0, sizes.CLASS_MAX))
def test_every_padded_size_is_a_class_and_holds_its_set(count: int) -> None:
    padded = sizes.size_class(count)
    assert sizes.is_size_class(padded)
    assert count <= padded < max(2 * count, sizes.CLASS_MIN + 1)


@pytest.mark.parametrize("count", [-64, 0, 1, 32, 63, 65, 96])
def test_other_counts_are_no_classes(count: int) -> None:
    assert not sizes.is_size_class(count)


def test_a_set_beyond_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(errors.Invalid) as refused:
        sizes.size_class(101, count_max=100)
    assert refused.value.code == "matching-set-too-large"
    assert "101" in refused.value.message
    assert "100" in refused.value.message
