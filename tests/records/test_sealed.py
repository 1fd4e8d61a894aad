"""Sealed fields: the digest rules of RFC 9901 and each of its reasons to refuse."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from comity import errors
from comity.records import sealed
from comity.records.sealed import Sealed
from tests.records import signing

# The examples of RFC 9901: sections 4.2.3, 5.1 and 4.2.2 with 5.1.
PUBLISHED = [
    ("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
     "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0", "family_name", "Möbius"),
    ("WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd",
     "jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4", "given_name", "John"),
    ("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0",
     "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo", None, "US"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "digest", "name", "value"), PUBLISHED)
def test_the_digests_are_those_of_the_standard(
    text: str, digest: str, name: str | None, value: str
) -> None:
    assert sealed.disclosure(text) == sealed.Disclosure(text, digest, name, value)


def encoded(parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab ü", max_size=5) | (
    st.dictionaries(st.text("ab", min_size=1), st.integers(0, 3), max_size=2)
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES),
    st.dictionaries(st.sampled_from(["d", "e", "f"]), VALUES),
    st.dictionaries(st.sampled_from(["g", "h"]), st.lists(VALUES, max_size=4)),
)
def test_what_was_sealed_opens_again(
    open_: dict[str, Any], whole: dict[str, Any], lists: dict[str, list[Any]]
) -> None:
    said, made = sealed.seal(open_, whole | lists, signing.salts(), by_element=lists)
    assert len(made) == len(whole) + sum(map(len, lists.values()))
    assert sealed.digests_in(said) == {one.digest for one in made}
    matched = sealed.match(said, [one.text for one in made])
    assert sealed.opened(said, matched) == open_ | whole | lists
    assert sealed.opened(said, ()).keys() == (open_ | lists).keys()


def test_without_disclosures_a_list_keeps_its_length_and_shows_what_is_withheld() -> None:
    said, made = sealed.seal({}, {"g": ["x", "y"]}, signing.salts(), by_element=["g"])
    shown = sealed.opened(said, sealed.match(said, [made[1].text]))["g"]
    assert shown[1] == "y"
    assert shown[0].withheld
    assert shown[0].digest == made[0].digest


def test_a_list_that_is_sealed_whole_does_not_show_its_length() -> None:
    said, (made,) = sealed.seal({}, {"g": ["x", "y"]}, signing.salts())
    assert said == {"_sd": [made.digest]}
    assert made.value == ["x", "y"]


def test_equal_values_have_digests_that_differ_and_tell_nothing_by_their_order() -> None:
    said, made = sealed.seal({}, {"b": 1, "a": 1}, signing.salts())
    assert said["_sd"] == sorted({one.digest for one in made})
    assert len(said["_sd"]) == 2


def test_a_salt_is_sixteen_bytes_that_are_asked_for_each_field() -> None:
    _, made = sealed.seal({}, {"a": 1, "g": [1, 2]}, signing.salts(), by_element=["g"])
    salts = {json.loads(base64.urlsafe_b64decode(one.text + "=="))[0] for one in made}
    assert len(salts) == 3
    assert {len(base64.urlsafe_b64decode(salt + "==")) for salt in salts} == {sealed.SALT_BYTES}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "WyJz",
        encoded(["s", "n", 1]) + "=",
        encoded(["s", "n", 1]) + "\n",
        encoded(["s", "n", 1]).replace("W", "Ŵ"),
        base64.b64encode('["s","n","\U0001f600??>>"]'.encode()).decode(),
        encoded("text"),
        encoded({"s": 1}),
        encoded([]),
        encoded(["s"]),
        encoded(["s", "n", 1, 2]),
        encoded([1, "n", 1]),
        encoded([None, 1]),
        encoded(["s", 7, 1]),
        encoded(["s", None, 1]),
        encoded(["s", "_sd", 1]),
        encoded(["s", "...", 1]),
        base64.urlsafe_b64encode(b'["s","n",NaN]').rstrip(b"=").decode(),
        base64.urlsafe_b64encode(b'["s","n",{"a":1,"a":2}]').rstrip(b"=").decode(),
    ],
)
def test_a_malformed_disclosure_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid):
        sealed.disclosure(text)


def test_a_disclosure_has_one_spelling() -> None:
    """Its digest is over its characters, so another spelling would be another disclosure."""
    text = encoded(["s", 1])
    again = text[:-1] + chr(ord(text[-1]) + 1)
    assert base64.urlsafe_b64decode(again + "==") == base64.urlsafe_b64decode(text + "==")
    with pytest.raises(errors.Invalid):
        sealed.disclosure(again)


SAID, (NAMED, FIRST, SECOND) = sealed.seal(
    {"open": 1}, {"name": "x", "list": ["y", "z"]}, signing.salts(), by_element=["list"]
)


def with_digest(text: str, **more: Any) -> dict[str, Any]:
    """SAID with one more digest in its place for named fields."""
    return SAID | more | {"_sd": sorted([*SAID["_sd"], sealed.digest_of(text)])}


REFUSED: list[tuple[dict[str, Any], list[str], str]] = [
        # 7.1 step 5: no digest names it.
        (SAID, [encoded(["salt", "name", "x"])], "disclosure-unknown"),
        # It is given twice.
        (SAID, [NAMED.text, NAMED.text], "disclosure-twice"),
        # 7.1 step 3: two elements where a name is wanted, and the other way round.
        (with_digest(encoded(["s", "v"])), [encoded(["s", "v"])], "disclosure-misplaced"),
        (SAID | {"list": [{"...": NAMED.digest}], "_sd": []}, [NAMED.text], "disclosure-misplaced"),
        # 7.1 step 3: the name is taken, by an open field, by a list or by another disclosure.
        (with_digest(encoded(["s", "open", 2])), [encoded(["s", "open", 2])],
         "disclosure-name-taken"),
        (with_digest(encoded(["s", "list", 2])), [encoded(["s", "list", 2])],
         "disclosure-name-taken"),
        (with_digest(encoded(["s", "name", 2])), [NAMED.text, encoded(["s", "name", 2])],
         "disclosure-name-taken"),
    ]  # fmt: skip


@pytest.mark.parametrize(("said", "texts", "code"), REFUSED)
def test_a_disclosure_that_does_not_belong_is_refused(
    said: dict[str, Any], texts: list[str], code: str
) -> None:
    with pytest.raises(errors.Unverified) as refused:
        sealed.match(said, texts)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "said",
    [
        # 7.1 step 4: a digest stands twice.
        {"_sd": [NAMED.digest, NAMED.digest]},
        {"_sd": [NAMED.digest], "list": [{"...": NAMED.digest}]},
        {"list": [{"...": NAMED.digest}], "other": [{"...": NAMED.digest}]},
        # It is not a digest.
        {"_sd": NAMED.digest},
        {"_sd": {NAMED.digest: 1}},
        {"_sd": 5},
        {"_sd": None},
        {"_sd": [5]},
        {"_sd": [[NAMED.digest]]},
        {"_sd": [NAMED.digest[:-1]]},
        {"_sd": [NAMED.digest + "="]},
        {"_sd": [NAMED.digest[:-1] + "B"]},
        {"_sd": [NAMED.digest.replace(NAMED.digest[3], "+")]},
        {"list": [{"...": 5}]},
        {"list": [{"...": {"...": NAMED.digest}}]},
    ],
)
def test_malformed_digests_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid):
        sealed.digests_in(said)


def test_a_digest_elsewhere_means_nothing() -> None:
    """Only the top level and the elements of its lists are looked at (clause R4.3)."""
    said = {"deep": {"_sd": [NAMED.digest]}, "list": [{"...": "x", "more": 1}, ["..."]]}
    assert sealed.digests_in(said) == frozenset()


def test_what_was_kept_and_does_not_fit_opens_nothing_and_harms_nothing() -> None:
    other = encoded(["s", "name", "another"])
    said = with_digest(other)
    kept = [NAMED.text, FIRST.text, "?", encoded(["s", "stranger", 1]), FIRST.text]
    assert [one.value for one in sealed.usable(said, kept)] == ["x", "y"]
    # One name, two values, shown to different members: neither is believed once both are here.
    for order in ([NAMED.text, other], [other, NAMED.text]):
        assert [one.value for one in sealed.usable(said, [*order, SECOND.text])] == ["z"]


def test_a_digest_is_over_the_characters_of_the_disclosure() -> None:
    expected = base64.urlsafe_b64encode(hashlib.sha256(NAMED.text.encode()).digest())
    assert NAMED.digest == expected.rstrip(b"=").decode()


# --- a sealed field in a model -------------------------------------------------------------------

ADAPTER: TypeAdapter[Sealed[int]] = TypeAdapter(Sealed[int])


def test_a_sealed_value_is_shown_or_withheld_and_never_empty() -> None:
    shown = ADAPTER.validate_python(0)
    assert (shown.shown, shown.withheld) == (0, False)
    assert sealed.WITHHELD.withheld
    assert sealed.WITHHELD.shown is None
    assert shown != sealed.WITHHELD
    assert Sealed(None) != sealed.WITHHELD
    assert shown == Sealed(0)
    assert len({shown, Sealed(0), Sealed(1)}) == 2
    assert (repr(shown), repr(sealed.WITHHELD)) == ("Sealed(0)", "Sealed(withheld)")
    assert shown.__eq__(0) is NotImplemented


def test_what_is_withheld_says_so_when_it_is_written() -> None:
    assert ADAPTER.dump_json(Sealed(5)) == b"5"
    assert json.loads(ADAPTER.dump_json(sealed.WITHHELD)) == {"withheld": True}
    with pytest.raises(ValidationError):
        ADAPTER.validate_python({"withheld": True})


def test_the_schema_says_that_a_field_is_sealed() -> None:
    assert ADAPTER.json_schema() == {"type": "integer", "x-sealed": True}
