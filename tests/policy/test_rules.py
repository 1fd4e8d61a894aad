import pytest

from comity import errors
from comity.policy import rules
from tests.policy import asking

PERMIT = '@id("all-may")\npermit (principal, action, resource);\n'
FORBID = (
    '@id("none-may") @reason("No.") @next_step("Stop.")\nforbid (principal, action, resource);\n'
)


def test_policies_are_read_in_the_order_of_names_and_then_as_they_stand() -> None:
    read = rules.read({"b": PERMIT, "a": FORBID + FORBID.replace("none", "few")})
    assert [(rule.id, rule.effect, rule.text) for rule in read.all] == [
        ("none-may", "forbid", "a"),
        ("few-may", "forbid", "a"),
        ("all-may", "permit", "b"),
    ]
    assert (read.all[0].reason, read.all[0].next_step) == ("No.", "Stop.")


def test_more_than_ten_policies_keep_their_order() -> None:
    words = [a + b for a in "abcd" for b in "wxyz"]
    text = "".join(PERMIT.replace("all-may", f"{word}-may") for word in words)
    assert [rule.id for rule in rules.read({"a": text}).all] == [f"{word}-may" for word in words]


def test_every_policy_that_ships_has_words_for_the_person_whom_it_stops() -> None:
    for rule in rules.read(asking.TEXTS).all:
        if rule.effect == "forbid":
            assert rule.reason.endswith(".")
            assert rule.next_step.endswith(".")


def test_any_change_of_a_text_or_its_name_changes_the_digest() -> None:
    digests = {
        rules.digest(texts)
        for texts in (
            {"a": PERMIT},
            {"a": PERMIT + " "},
            {"b": PERMIT},
            {"a": PERMIT, "b": ""},
            {"a": "", "b": PERMIT},
            {},
        )
    }
    assert len(digests) == 6
    assert rules.read({"a": PERMIT}).digest in digests


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("permit (principal, action, resource)", "a: "),
        ("permit (principal, action, resource);", "@id is ''"),
        (PERMIT.replace("all-may", "All may"), "@id is 'All may'"),
        (PERMIT + PERMIT, "@id all-may stands in a already"),
        (FORBID.replace('@reason("No.")', ""), "none-may forbids without @reason"),
        (FORBID.replace('@reason("No.")', "@reason"), "none-may forbids without @reason"),
        (FORBID.replace('@next_step("Stop.")', ""), "none-may forbids without @reason"),
        (PERMIT.replace("principal,", "principal == ?principal,"), "template"),
        (FORBID.replace(");", ") when { context has grant };"), "none-may forbids by `has`"),
        (
            FORBID.replace(");", ") unless { [true, false].contains(context has grant) };"),
            "none-may forbids by `has`",
        ),
    ],
)
def test_a_text_on_which_nobody_could_rely_is_refused(text: str, why: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        rules.read({"a": text})
    assert caught.value.code == "policy-invalid"
    assert why in caught.value.message


def test_two_texts_cannot_hold_the_same_policy() -> None:
    with pytest.raises(errors.Invalid, match="policy text b: @id all-may stands in a already"):
        rules.read({"a": PERMIT, "b": PERMIT})
