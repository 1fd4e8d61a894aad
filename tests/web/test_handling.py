import pytest

from comity.records import record
from comity.web import handling, i18n
from comity.web.forms import fields

READER = i18n.Reader("en", "UTC")


def test_nothing_chosen_is_what_a_record_has_by_itself() -> None:
    assert handling.handling({}) == record.Handling()


def test_chosen_recipients_count_only_if_it_was_said_so() -> None:
    chosen = {"recipients": ["it-turin"]}
    assert handling.handling(chosen).recipients is None
    assert handling.handling({**chosen, "audience": "chosen"}).recipients == ("it-turin",)


def test_nobody_chosen_means_nobody_and_never_everybody() -> None:
    assert handling.handling({"audience": "chosen"}).recipients == ()


def test_a_mark_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="tlp"):
        handling.handling({"tlp": "PURPLE"})


def test_the_form_asks_under_a_prefix_that_no_statement_uses() -> None:
    drawn = fields.draw(handling.form(), READER)
    assert all(one.name.startswith(handling.PREFIX) for one in drawn)
    audience = next(one for one in drawn if one.name == "handling.audience")
    assert [choice.value for choice in audience.choices] == ["all", "chosen"]
    assert audience.value == "all"


def test_marks_are_told_shortly() -> None:
    assert handling.words(record.Handling()) == ["TLP:AMBER"]
    assert handling.words(record.Handling(tlp="RED", pap="RED", code="H1")) == [
        "TLP:RED",
        "PAP:RED",
        "H1",
    ]
