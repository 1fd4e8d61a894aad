import pytest

from comity import errors
from comity.matching import refusing


def test_a_refusal_names_the_value_the_reason_and_the_next_step() -> None:
    with pytest.raises(errors.Invalid) as refused:
        refusing.refuse("bad-form", "abc", "is no such thing")
    assert refused.value.code == "identifier-bad-form"
    assert refused.value.message == "'abc': is no such thing"
    assert refused.value.next_step == refusing.CHECK_IT


def test_a_long_value_is_shown_by_its_beginning() -> None:
    with pytest.raises(errors.Invalid) as refused:
        refusing.refuse("bad-form", "x" * 10_000, "is too long")
    assert len(refused.value.message) < 150
