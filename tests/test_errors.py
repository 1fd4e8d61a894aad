"""The six ways to say no: told apart by class, status and exit code, each for a person too."""

import pytest

from comity import errors

SIX = errors.ComityError.__subclasses__()


def test_there_are_six_and_each_is_told_apart() -> None:
    assert [one.__name__ for one in SIX] == [
        "Invalid",
        "Refused",
        "Unverified",
        "NotFound",
        "Conflict",
        "Unavailable",
    ]
    assert len({one.status for one in SIX}) == len({one.exit_code for one in SIX}) == 6
    # 1 is any fault of Comity itself, 0 is success.
    assert all(one.exit_code > 1 and 400 <= one.status < 600 for one in SIX)


def test_only_what_may_come_right_by_itself_is_a_fault_of_the_server() -> None:
    assert [one.__name__ for one in SIX if one.status >= 500] == ["Unavailable"]


@pytest.mark.parametrize("kind", SIX)
def test_an_error_carries_its_code_its_message_and_what_to_do_next(
    kind: type[errors.ComityError],
) -> None:
    fault = kind("matter-closed", "the matter is closed", next_step="Open a new case.")
    assert str(fault) == fault.message == "the matter is closed"
    assert (fault.code, fault.next_step) == ("matter-closed", "Open a new case.")
    assert kind("matter-closed", "x").next_step == ""
    # Both are always given: an error without them would say nothing to a program.
    with pytest.raises(TypeError):
        kind("matter-closed")  # type: ignore[call-arg]


def test_one_way_of_saying_no_is_none_of_the_others() -> None:
    for one in SIX:
        raised = one("code", "message")
        assert [kind for kind in SIX if isinstance(raised, kind)] == [one]
